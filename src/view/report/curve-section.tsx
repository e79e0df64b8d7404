/**
 * What more recordings would give: the learning curve, measured and forecast.
 *
 * Not its concern: how it was measured, how it is drawn.
 */
import { formatPoints } from "../../core/format.ts";
import { CurvePicture } from "../curve-picture.tsx";
import type { ReportData } from "./report-data.ts";
import { BothWidths, Section } from "./section.tsx";

const words = { axis: "recordings of each class", guessing: "guessing" };

/** The section; nothing where the curve was not measured. */
export function writeCurve({ learningCurve }: ReportData) {
  if (!learningCurve || learningCurve.points.length === 0) return undefined;
  const doubled = learningCurve.forecasts.find(({ growth }) => growth === 2);
  const best = learningCurve.classGains.find(({ outgrows }) => !outgrows);
  return (
    <Section
      id="curve"
      title="What more recordings would give"
      sentence={
        doubled ? (
          <>
            Twice as many: about <b>{formatPoints(doubled.gain)} percentage points</b> more (
            {formatPoints(doubled.gainInterval[0])} to {formatPoints(doubled.gainInterval[1])}).
            {best && best.gain > 0 && (
              <>
                {" "}
                Of single classes, <b>{best.label}</b> would gain most.
              </>
            )}
          </>
        ) : (
          "The score with fewer recordings of each class than there are."
        )
      }
    >
      <BothWidths draw={(width) => <CurvePicture curve={learningCurve} width={width} words={words} />} />
      <p class="note">
        Full line: measured on recordings held out, with 95 % intervals. Broken line: forecast, for recordings
        like those there are. Speakers not heard before usually give more.
      </p>
    </Section>
  );
}
