/** The learning curve: accuracy over recordings per class, measured with intervals, then forecast. */
import type { LearningCurve } from "../evaluate/learning-curve.ts";
import { at, joinBand, joinPoints, Picture, PictureText, ShareLines } from "./chart.tsx";
import { formatShare } from "./format.ts";

/** The texts of the picture. */
interface CurveWords {
  /** Title of the axis: "recordings per class". */
  readonly axis: string;
  /** Name of the line at chance. */
  readonly guessing: string;
}

interface Place {
  readonly recordingsPerClass: number;
  readonly balancedAccuracy: number;
  readonly interval: readonly [low: number, high: number];
}

/** Minimum distance between numbers on the axis, in pixels. */
const numberSpace = 36;

/** The picture, `width` pixels wide. Recordings are on a logarithmic axis. */
export function CurvePicture(props: {
  /** `forecasts` are those of `listForecasts`. */
  readonly curve: Pick<LearningCurve, "points" | "forecasts" | "chance">;
  readonly width: number;
  readonly words: CurveWords;
}) {
  const { curve, width, words } = props;
  const { points, forecasts, chance } = curve;
  const isNarrow = width < 500;
  const [left, top, right, bottom] = [isNarrow ? 50 : 56, 16, width - 20, isNarrow ? 230 : 330];
  const all: readonly Place[] = [...points, ...forecasts];
  const sizes = all.map(({ recordingsPerClass }) => recordingsPerClass);
  const [first, last] = [Math.min(...sizes), Math.max(...sizes)];
  const x = (recordings: number) =>
    left + 12 + ((right - left - 24) * Math.log(recordings / first)) / (Math.log(last / first) || 1);
  const y = (share: number) => bottom - (bottom - top) * share;
  const line = (places: readonly Place[]) =>
    joinPoints(places.map((p) => [x(p.recordingsPerClass), y(p.balancedAccuracy)]));
  const band = (places: readonly Place[]) =>
    joinBand(
      places.map((p) => ({ x: x(p.recordingsPerClass), low: y(p.interval[0]), high: y(p.interval[1]) })),
    );
  // The forecast starts at the last measured point.
  const ahead = [...points.slice(-1), ...forecasts];
  const told = all.map((p) => `${p.recordingsPerClass.toFixed(0)}: ${formatShare(p.balancedAccuracy)}`);
  return (
    <Picture width={width} height={bottom + 48} label={`${words.axis}: ${told.join(", ")}`}>
      <ShareLines left={left} right={right} y={y} />
      <path class="chance" d={`M${left} ${at(y(chance))}H${right}`} />
      <PictureText x={right} y={y(chance) - 6} anchor="end">
        {words.guessing}
      </PictureText>
      {ahead.length > 1 && <polygon class="band pale" points={band(ahead)} />}
      <polygon class="band" points={band(points)} />
      {ahead.length > 1 && <polyline class="line dashed" points={line(ahead)} />}
      <polyline class="line" points={line(points)} />
      {points.map((p) => (
        <circle
          key={p.shots}
          class="score-dot"
          cx={at(x(p.recordingsPerClass))}
          cy={at(y(p.balancedAccuracy))}
          r="5"
        />
      ))}
      {thinOut(sizes, x).map((size) => (
        <PictureText key={size} x={x(size)} y={bottom + 20} anchor="middle">
          {Math.round(size)}
        </PictureText>
      ))}
      <PictureText x={(left + right) / 2} y={bottom + 42} anchor="middle">
        {words.axis}
      </PictureText>
    </Picture>
  );
}

/** Selects, from the left, the sizes whose numbers fit on the axis; each whole number once. */
function thinOut(sizes: readonly number[], x: (size: number) => number): number[] {
  let taken = Number.NEGATIVE_INFINITY;
  let number = 0;
  return sizes.filter((size) => {
    if (x(size) - taken < numberSpace || Math.round(size) === number) return false;
    taken = x(size);
    number = Math.round(size);
    return true;
  });
}
