/**
 * What more recordings would add: the learning curve, measured and forecast.
 *
 * Not its concern: how it was measured, how it is drawn.
 */
import { formatPoints } from "../../core/format.ts";
import { CurvePicture } from "../curve-picture.tsx";
import type { ReportData } from "./report-data.ts";
import { BothWidths, Section } from "./section.tsx";

const words = { axis: "recordings per class", guessing: "guessing" };

/** The section; undefined if the curve was not measured. */
export function writeCurve({ learningCurve }: ReportData) {
  if (!learningCurve || learningCurve.points.length === 0) return undefined;
  const doubled = learningCurve.forecasts.find(({ growth }) => growth === 2);
  const best = learningCurve.classGains.find(({ outgrows }) => !outgrows);
  return (
    <Section
      id="curve"
      title="What more recordings would add"
      sentence={
        doubled ? (
          <>
            With twice as many recordings: about <b>{formatPoints(doubled.gain)} percentage points</b> more (
            {formatPoints(doubled.gainInterval[0])} to {formatPoints(doubled.gainInterval[1])}).
            {best && best.gain > 0 && (
              <>
                {" "}
                The class <b>{best.label}</b> would gain most.
              </>
            )}
          </>
        ) : (
          "The score with fewer recordings per class than there are."
        )
      }
    >
      <BothWidths draw={(width) => <CurvePicture curve={learningCurve} width={width} words={words} />} />
      <p class="note">
        Solid line: measured on held-out recordings, with 95 % intervals. Dashed line: forecast, for
        recordings like the existing ones. Recordings of new speakers usually add more.
      </p>
    </Section>
  );
}
