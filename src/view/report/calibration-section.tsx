/**
 * Calibration: a reliability diagram of the held-out probabilities.
 *
 * Not its concern: how calibration is measured.
 */
import type { Evaluation } from "../../evaluate/evaluation.ts";
import { at, Picture, PictureText } from "../chart.tsx";
import { formatShare } from "../format.ts";
import type { ReportData } from "./report-data.ts";
import { BothWidths, Facts, Section } from "./section.tsx";

/** Quantile of the normal distribution for 95 %. */
const z = 1.96;

/** The section; undefined if calibration was not measured. */
export function writeCalibration({ evaluation }: ReportData) {
  if (!evaluation || evaluation.calibration.bins.length === 0) return undefined;
  const { logLoss, repeats, calibration } = evaluation;
  const { bins, expectedError, brierScore } = calibration;
  const count = bins.reduce((sum, bin) => sum + bin.count, 0);
  const confidence = bins.reduce((sum, bin) => sum + bin.count * bin.confidence, 0) / count;
  const right = bins.reduce((sum, bin) => sum + bin.count * bin.accuracy, 0) / count;
  const difference = confidence - right;
  // Predictions of different repeats are for the same recordings.
  const error = Math.sqrt((right * (1 - right) * repeats) / count);
  const judgement =
    Math.abs(difference) < z * error
      ? "well calibrated, as far as this number of recordings can show"
      : difference > 0
        ? "overconfident"
        : "underconfident";
  return (
    <Section
      id="trust"
      title="How reliable the probabilities are"
      sentence={
        <>
          The mean confidence is <b>{formatShare(confidence)}</b>, and <b>{formatShare(right)}</b> of
          predictions are correct: {judgement}.
        </>
      }
    >
      <div class="beside">
        <BothWidths
          draw={(width) => <ReliabilityPicture bins={bins} repeats={repeats} width={width} />}
          widths={{ wide: 460, narrow: 344 }}
        />
        <div>
          <p>
            Each dot stands for predictions of similar confidence; a larger dot, for more predictions. Thin
            lines are 95 % intervals. On the dotted line, predictions made with 80 % confidence are correct in
            80 of 100 cases; below it, the confidence is too high.
          </p>
          <Facts
            facts={[
              [
                "expected calibration error: how far confidence and share correct differ",
                formatShare(expectedError, 1),
              ],
              ["log loss (0 is best)", logLoss.toFixed(2)],
              ["Brier score (0 is best)", brierScore.toFixed(2)],
            ]}
          />
        </div>
      </div>
    </Section>
  );
}

/** Accuracy against confidence. */
function ReliabilityPicture(props: {
  readonly bins: Evaluation["calibration"]["bins"];
  readonly repeats: number;
  readonly width: number;
}) {
  const { bins, repeats, width } = props;
  const [left, top, right] = [56, 16, width - 16];
  const side = right - left;
  const bottom = top + side;
  const x = (share: number) => at(left + side * share);
  const y = (share: number) => at(bottom - side * share);
  const most = Math.max(...bins.map(({ count }) => count));
  const told = bins.map(
    ({ confidence, accuracy }) => `confidence ${formatShare(confidence)}, accuracy ${formatShare(accuracy)}`,
  );
  return (
    <Picture width={width} height={bottom + 46} label={`Reliability: ${told.join("; ")}`}>
      {[0, 0.5, 1].map((tick) => (
        <g key={tick}>
          <path class="grid" d={`M${x(tick)} ${top}V${bottom}M${left} ${y(tick)}H${right}`} />
          <PictureText x={x(tick)} y={bottom + 20} anchor="middle">
            {formatShare(tick)}
          </PictureText>
          <PictureText x={left - 8} y={y(tick) + 4} anchor="end">
            {formatShare(tick)}
          </PictureText>
        </g>
      ))}
      <path class="chance" d={`M${x(0)} ${y(0)}L${x(1)} ${y(1)}`} />
      {bins.map(({ count, confidence, accuracy }, i) => {
        const [low, high] = computeWilson(accuracy, count / repeats);
        return <path key={i} class="whisker" d={`M${x(confidence)} ${y(low)}V${y(high)}`} />;
      })}
      {bins.map(({ count, confidence, accuracy }, i) => (
        <circle
          key={i}
          class="score-dot"
          cx={x(confidence)}
          cy={y(accuracy)}
          r={at(3 + 6 * Math.sqrt(count / most))}
        />
      ))}
      <PictureText x={left + side / 2} y={bottom + 40} anchor="middle">
        confidence
      </PictureText>
      <PictureText x={left + 8} y={top + 18}>
        accuracy
      </PictureText>
    </Picture>
  );
}

/** 95 % interval of a share of `count` cases (Wilson 1927). */
function computeWilson(share: number, count: number): readonly [low: number, high: number] {
  const centre = (share + z ** 2 / (2 * count)) / (1 + z ** 2 / count);
  const half =
    (z / (1 + z ** 2 / count)) * Math.sqrt((share * (1 - share)) / count + z ** 2 / (4 * count ** 2));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}
