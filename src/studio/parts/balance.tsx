/**
 * Fitting against over-fitting: a slider over heads from one linear layer to a large network, drawn as they are measured.
 *
 * Not its concern: how heads are trained.
 */
import { useSignal } from "@preact/signals";
import { comparedHeads, compareHeads, comparison, maximumSeconds, stopComparing } from "../state/learning.ts";
import { isNarrow } from "../state/narrow.ts";
import { isAllHeard, isTrainable, mark, task } from "../state/tasks.ts";
import { words } from "../words/language.ts";

/** The picture, the slider, and a button that starts. */
export function Balance() {
  const w = words.value.lessons.balance;
  const width = isNarrow.value ? 320 : 680;
  const [left, right, top, bottom] = [isNarrow.value ? 32 : 44, width - 16, 16, isNarrow.value ? 200 : 250];
  const inset = 16;
  const chosen = useSignal(0);
  const found = comparison.value?.mark === mark.value ? comparison.value : undefined;
  if (!isTrainable.value || !isAllHeard.value) return <p class="state">{words.value.lessons.needGolem}</p>;
  const heads = found?.heads ?? [];
  const x = (i: number) => left + inset + ((right - left - 2 * inset) * i) / (comparedHeads.length - 1);
  const y = (share: number) => bottom - (bottom - top) * share;
  const line = (get: (head: (typeof heads)[number]) => number) =>
    heads.map((head, i) => `${x(i).toFixed(1)},${y(get(head)).toFixed(1)}`).join(" ");
  const name = (head: string) => (head.startsWith("mlp ") ? w.mlp(head.slice(4)) : w.linear);
  const at = heads[Math.min(chosen.value, heads.length - 1)];
  const reading = at ? w.reading(name(at.name), at.trainAccuracy, at.balancedAccuracy) : "";
  const chance = found ? 1 / task.value!.classes.length : undefined;
  return (
    <>
      <svg
        class="picture"
        viewBox={`0 0 ${width} ${bottom + 48}`}
        role="img"
        aria-label={
          heads
            .map((head) => w.reading(name(head.name), head.trainAccuracy, head.balancedAccuracy))
            .join(" ") || w.title
        }
      >
        {[0, 0.25, 0.5, 0.75, 1].map((tick) => (
          <g key={tick}>
            <path class="grid-line" d={`M${left} ${y(tick)}H${right}`} />
            <text class="q" x={left - 8} y={y(tick) + 4} text-anchor="end">
              {100 * tick}
            </text>
          </g>
        ))}
        {chance !== undefined && <path class="chance" d={`M${left} ${y(chance)}H${right}`} />}
        {at && (
          <rect
            class="band"
            x={x(heads.indexOf(at)) - 14}
            y={y(at.interval[1])}
            width="28"
            height={Math.max(2, y(at.interval[0]) - y(at.interval[1]))}
            rx="8"
          />
        )}
        <polyline class="line train" points={line(({ trainAccuracy }) => trainAccuracy)} />
        <polyline class="line" points={line(({ balancedAccuracy }) => balancedAccuracy)} />
        {comparedHeads.map((head, i) => (
          <text
            key={head}
            class={head === at?.name ? "q at" : "q"}
            x={x(i)}
            y={bottom + 22}
            text-anchor="middle"
          >
            {head === "linear" ? w.linearShort : head.slice(4)}
          </text>
        ))}
        <text class="q" x={(left + right) / 2} y={bottom + 44} text-anchor="middle">
          {w.axis}
        </text>
        {heads.map((head, i) => (
          <g key={head.name}>
            <circle class="train-dot" cx={x(i)} cy={y(head.trainAccuracy)} r="5" />
            <circle class="score-dot" cx={x(i)} cy={y(head.balancedAccuracy)} r={head === at ? 8 : 5} />
          </g>
        ))}
      </svg>
      <p class="key">
        <span class="train">
          <i />
          {w.trained}
        </span>
        <span>
          <i />
          {w.held}
        </span>
      </p>
      {found && (heads.length > 0 || !found.isDone) ? (
        <>
          <div
            class="slider"
            style={{
              // The thumb, 16 pixels wide, stands below its point.
              paddingLeft: `calc(${(100 * (left + inset)) / width}% - 8px)`,
              paddingRight: `calc(${(100 * (width - right + inset)) / width}% - 8px)`,
            }}
          >
            <input
              type="range"
              min="0"
              max={comparedHeads.length - 1}
              step="1"
              value={chosen.value}
              aria-label={w.slider}
              aria-valuetext={reading}
              onInput={(event) => {
                chosen.value = Number(event.currentTarget.value);
              }}
            />
          </div>
          <p class="state" aria-live="polite">
            {found.isDone || chosen.value < heads.length ? reading : ""}
          </p>
          {found.isDone ? (
            <p class="note">{heads.length < comparedHeads.length ? w.cut(maximumSeconds) : w.moral}</p>
          ) : (
            <div class="progress">
              <div role="status">
                <p class="note">{w.measuring(name(comparedHeads[heads.length] ?? "").toLowerCase())}…</p>
                <div class="track">
                  <i style={{ transform: `scaleX(${heads.length / comparedHeads.length})` }} />
                </div>
              </div>
              <button type="button" class="button small" onClick={stopComparing}>
                {words.value.record.stop}
              </button>
            </div>
          )}
        </>
      ) : (
        <div class="actions">
          <button type="button" class="button primary" onClick={compareHeads}>
            {w.start}
          </button>
        </div>
      )}
    </>
  );
}
