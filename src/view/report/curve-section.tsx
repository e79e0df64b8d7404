/**
 * What more recordings would add: the learning curve, measured and forecast.
 *
 * Not its concern: how it was measured, how it is drawn.
 */
import { formatPercent, formatPoints } from "../../core/format.ts";
import { listForecasts } from "../../evaluate/advice.ts";
import { getStanding } from "../../evaluate/standing.ts";
import { CurvePicture } from "../curve-picture.tsx";
import { describeAdvice, describeLimit } from "../sentences.ts";
import type { ReportData } from "./report-data.ts";
import { BothWidths, Section } from "./section.tsx";

const words = { axis: "recordings per class", guessing: "guessing" };

/** The section; undefined if the curve was not measured. */
export function writeCurve({ learningCurve, evaluation }: ReportData) {
  if (!learningCurve || learningCurve.points.length === 0) return undefined;
  const score = learningCurve.points.at(-1)!.balancedAccuracy;
  const standing = evaluation ? getStanding(evaluation) : undefined;
  const advice = describeAdvice(learningCurve, standing);
  const forecasts = listForecasts(learningCurve, standing === undefined);
  const limit = describeLimit(learningCurve);
  const doubled = forecasts.find(({ growth }) => growth === 2);
  return (
    <Section
      id="curve"
      title="What more recordings would add"
      sentence={
        doubled ? (
          <>
            With twice as many recordings: about <b>{formatPoints(doubled.gain)} percentage points</b> more (
            {formatPoints(doubled.gainInterval[0])} to {formatPoints(doubled.gainInterval[1])}).
            {` ${advice}`}
          </>
        ) : (
          advice
        )
      }
    >
      <BothWidths
        draw={(width) => <CurvePicture curve={{ ...learningCurve, forecasts }} width={width} words={words} />}
      />
      <p class="note">
        Solid line: measured on held-out recordings, with 95 % intervals.{" "}
        {forecasts.length > 0 && "Dashed line: forecast, for recordings like the existing ones. "}
        {evaluation?.protocol === "held-out"
          ? `It is measured by cross-validation on the training recordings (${formatPercent(score)} with all of them), not on the test set that the score above is of (${formatPercent(evaluation.balancedAccuracy)}).`
          : "It passes through the score above."}
        {limit && ` ${limit[0]!.toUpperCase()}${limit.slice(1)}.`}
      </p>
    </Section>
  );
}
