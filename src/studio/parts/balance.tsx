/**
 * Under-fitting and over-fitting: a slider over heads, from one linear layer to a large network, drawn as
 * they are measured.
 *
 * Not its concern: how heads are trained.
 */
import { type Signal, useSignal } from "@preact/signals";
import { at, joinPoints, Picture, PictureText, ShareLines } from "../../view/chart.tsx";
import { getWordShare } from "../data/word-share.ts";
import { comparedHeads, compareHeads, comparison, maximumSeconds, stopComparing } from "../state/learning.ts";
import { isNarrow } from "../state/narrow.ts";
import { isAllEmbedded, isTrainable, learned, mark, task } from "../state/tasks.ts";
import { words } from "../words/language.ts";

type Heads = NonNullable<typeof comparison.value>["heads"];

/** The picture, the slider, and a button that starts. */
export function Balance() {
  const w = words.value.lessons.balance;
  const chosen = useSignal(0);
  const found = comparison.value?.mark === mark.value ? comparison.value : undefined;
  if (!isTrainable.value || !isAllEmbedded.value) return <p class="state">{words.value.lessons.needGolem}</p>;
  const heads = found?.heads ?? [];
  const chance = found ? 1 / task.value!.classes.length : undefined;
  return (
    <>
      <BalancePicture heads={heads} chosen={chosen.value} chance={chance} />
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
          <HeadSlider heads={heads} chosen={chosen} isDone={found.isDone} />
          {found.isDone ? (
            <p class="note">
              {heads.length < comparedHeads.length ? w.cut(maximumSeconds) : describeFit(heads)}{" "}
              {learned.value && getWordShare(learned.value.document) >= leastWordShare
                ? w.soundAlone(getWordShare(learned.value.document))
                : ""}
            </p>
          ) : (
            <MeasuringState measured={heads.length} />
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

/** Pixels between the sides of the picture, its axes, and the first and last point. */
function getFrame() {
  const width = isNarrow.value ? 320 : 680;
  const [left, right] = [isNarrow.value ? 50 : 56, width - 16];
  return { width, left, right, top: 16, bottom: isNarrow.value ? 200 : 250, inset: 16 };
}

function nameHead(head: string): string {
  const w = words.value.lessons.balance;
  return head.startsWith("mlp ") ? w.mlp(head.slice(4)) : w.linear;
}

function readHead({ name, trainAccuracy, balancedAccuracy }: Heads[number]): string {
  return words.value.lessons.balance.reading(nameHead(name), trainAccuracy, balancedAccuracy);
}

/** Share of words in a golem's answers from which its score may differ from that of sound. */
const leastWordShare = 0.1;

/** Whether the largest head does worse than the best: its score has to leave the best one's interval. */
function describeFit(heads: Heads): string {
  const w = words.value.lessons.balance;
  const best = heads.reduce((a, b) => (b.balancedAccuracy > a.balancedAccuracy ? b : a));
  const last = heads.at(-1)!;
  if (last.balancedAccuracy >= best.interval[0]) return w.fits;
  return w.overFits(nameHead(best.name), Math.round(100 * (best.balancedAccuracy - last.balancedAccuracy)));
}

interface BalancePictureProps {
  readonly heads: Heads;
  readonly chosen: number;
  readonly chance: number | undefined;
}

function BalancePicture({ heads, chosen, chance }: BalancePictureProps) {
  const w = words.value.lessons.balance;
  const { width, left, right, top, bottom, inset } = getFrame();
  const x = (i: number) => left + inset + ((right - left - 2 * inset) * i) / (comparedHeads.length - 1);
  const y = (share: number) => bottom - (bottom - top) * share;
  const line = (get: (head: Heads[number]) => number) =>
    joinPoints(heads.map((head, i) => [x(i), y(get(head))]));
  const shown = heads[Math.min(chosen, heads.length - 1)];
  return (
    <Picture width={width} height={bottom + 48} label={heads.map(readHead).join(" ") || w.title}>
      <ShareLines left={left} right={right} y={y} />
      {chance !== undefined && (
        <>
          <path class="chance" d={`M${left} ${at(y(chance))}H${right}`} />
          <PictureText x={right} y={y(chance) - 6} anchor="end">
            {words.value.result.chance}
          </PictureText>
        </>
      )}
      {shown && (
        <rect
          class="band"
          x={at(x(heads.indexOf(shown)) - 14)}
          y={at(y(shown.interval[1]))}
          width="28"
          height={at(Math.max(2, y(shown.interval[0]) - y(shown.interval[1])))}
          rx="8"
        />
      )}
      <polyline class="line train" points={line(({ trainAccuracy }) => trainAccuracy)} />
      <polyline class="line" points={line(({ balancedAccuracy }) => balancedAccuracy)} />
      {comparedHeads.map((head, i) => (
        <PictureText
          key={head}
          kind={head === shown?.name ? "quiet at" : "quiet"}
          x={x(i)}
          y={bottom + 22}
          anchor="middle"
        >
          {head === "linear" ? w.linearShort : head.slice(4)}
        </PictureText>
      ))}
      <PictureText x={(left + right) / 2} y={bottom + 44} anchor="middle">
        {w.axis}
      </PictureText>
      {heads.map((head, i) => (
        <g key={head.name}>
          <circle class="train-dot" cx={at(x(i))} cy={at(y(head.trainAccuracy))} r="5" />
          <circle
            class="score-dot"
            cx={at(x(i))}
            cy={at(y(head.balancedAccuracy))}
            r={head === shown ? 8 : 5}
          />
        </g>
      ))}
    </Picture>
  );
}

interface HeadSliderProps {
  readonly heads: Heads;
  readonly chosen: Signal<number>;
  readonly isDone: boolean;
}

function HeadSlider({ heads, chosen, isDone }: HeadSliderProps) {
  const { width, left, right, inset } = getFrame();
  const shown = heads[Math.min(chosen.value, heads.length - 1)];
  const reading = shown ? readHead(shown) : "";
  return (
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
          aria-label={words.value.lessons.balance.slider}
          aria-valuetext={reading}
          onInput={(event) => {
            chosen.value = Number(event.currentTarget.value);
          }}
        />
      </div>
      <p class="state" aria-live="polite">
        {isDone || chosen.value < heads.length ? reading : ""}
      </p>
    </>
  );
}

function MeasuringState({ measured }: { readonly measured: number }) {
  const { balance } = words.value.lessons;
  return (
    <div class="progress">
      <div role="status">
        <p class="note">{balance.measuring(nameHead(comparedHeads[measured] ?? "").toLowerCase())}…</p>
        <div class="track">
          <i style={{ transform: `scaleX(${measured / comparedHeads.length})` }} />
        </div>
      </div>
      <button type="button" class="button small" onClick={stopComparing}>
        {words.value.record.stop}
      </button>
    </div>
  );
}
