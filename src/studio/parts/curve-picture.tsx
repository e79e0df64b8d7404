/**
 * The learning curve: measured with its intervals, and what lies beyond as a forecast.
 *
 * Not its concern: how it was measured.
 */
import type { LearningCurve } from "../../evaluate/learning-curve.ts";
import { isNarrow } from "../state/narrow.ts";
import { words } from "../words/language.ts";

/** The picture. */
export function CurvePicture({ curve }: { readonly curve: LearningCurve }) {
  const width = isNarrow.value ? 344 : 760;
  const [left, top, right, bottom] = [isNarrow.value ? 34 : 44, 16, width - 16, isNarrow.value ? 220 : 300];
  const { points, forecasts, chance } = curve;
  const all = [...points, ...forecasts];
  const sizes = all.map(({ recordingsPerClass }) => recordingsPerClass);
  const [first, last] = [Math.min(...sizes), Math.max(...sizes)];
  const x = (size: number) =>
    round(left + 12 + ((right - left - 24) * Math.log(size / first)) / (Math.log(last / first) || 1));
  const y = (share: number) => round(bottom - (bottom - top) * share);
  type Place = {
    readonly recordingsPerClass: number;
    readonly balancedAccuracy: number;
    readonly interval: readonly [number, number];
  };
  const line = (of: readonly Place[]) =>
    of.map((p) => `${x(p.recordingsPerClass)},${y(p.balancedAccuracy)}`).join(" ");
  const band = (of: readonly Place[]) =>
    [
      ...of.map((p) => `${x(p.recordingsPerClass)},${y(p.interval[1])}`),
      ...[...of].reverse().map((p) => `${x(p.recordingsPerClass)},${y(p.interval[0])}`),
    ].join(" ");
  // A forecast begins where measuring ends.
  const ahead = [...points.slice(-1), ...forecasts];
  let free = Number.NEGATIVE_INFINITY;
  const named = all.filter(({ recordingsPerClass }) => {
    const place = x(recordingsPerClass);
    if (place - free < 36) return false;
    free = place;
    return true;
  });
  const told = points.map(
    (p) => `${p.recordingsPerClass.toFixed(0)}: ${words.value.percent(p.balancedAccuracy)}`,
  );
  return (
    <svg
      class="picture"
      viewBox={`0 0 ${width} ${bottom + 48}`}
      role="img"
      aria-label={`${words.value.result.curveAxis}: ${told.join(", ")}`}
    >
      {[0, 0.25, 0.5, 0.75, 1].map((tick) => (
        <g key={tick}>
          <path class="grid-line" d={`M${left} ${y(tick)}H${right}`} />
          <text class="q" x={left - 8} y={y(tick) + 4} text-anchor="end">
            {Math.round(100 * tick)}
          </text>
        </g>
      ))}
      <path class="chance" d={`M${left} ${y(chance)}H${right}`} />
      <text class="q" x={right} y={y(chance) - 6} text-anchor="end">
        {words.value.result.chance}
      </text>
      <polygon class="band pale" points={band(ahead)} />
      <polygon class="band" points={band(points)} />
      <polyline class="line dashed" points={line(ahead)} />
      <polyline class="line" points={line(points)} />
      {points.map((p) => (
        <circle
          key={p.shots}
          class="score-dot"
          cx={x(p.recordingsPerClass)}
          cy={y(p.balancedAccuracy)}
          r="5"
        />
      ))}
      {named.map((p) => (
        <text
          key={p.recordingsPerClass}
          class="q"
          x={x(p.recordingsPerClass)}
          y={bottom + 20}
          text-anchor="middle"
        >
          {p.recordingsPerClass.toFixed(0)}
        </text>
      ))}
      <text class="q" x={(left + right) / 2} y={bottom + 42} text-anchor="middle">
        {words.value.result.curveAxis}
      </text>
    </svg>
  );
}

const round = (value: number) => Math.round(10 * value) / 10;
