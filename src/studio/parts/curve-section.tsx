/** The learning curve of the result's screen, with what twice the recordings would give. */
import { listForecasts } from "../../evaluate/advice.ts";
import { getStanding } from "../../evaluate/standing.ts";
import { CurvePicture } from "../../view/curve-picture.tsx";
import { curve } from "../state/learning.ts";
import { isNarrow } from "../state/narrow.ts";
import { learned } from "../state/tasks.ts";
import { words } from "../words/language.ts";

/** A gain that rounds to no tenth of a percentage point is none. */
const leastGain = 0.0005;

/** The section; nothing before the curve is measured. */
export function CurveSection() {
  const w = words.value.result;
  const found = curve.value?.mark === learned.value!.mark ? curve.value.curve : undefined;
  if (!found || found.points.length === 0) return null;
  const { evaluation } = learned.value!.document;
  const forecasts = listForecasts(found, !(evaluation && getStanding(evaluation)));
  const doubled = forecasts.find(({ growth }) => growth === 2);
  return (
    <section aria-labelledby="curve">
      <header>
        <h2 id="curve">{w.curve}</h2>
        {doubled && (
          <p class="lead">
            {doubled.gainInterval[1] < leastGain
              ? w.curveNone
              : w.curveText(100 * doubled.gain, 100 * doubled.gainInterval[0], 100 * doubled.gainInterval[1])}
          </p>
        )}
      </header>
      <CurvePicture
        curve={{ ...found, forecasts }}
        width={isNarrow.value ? 344 : 1000}
        words={{ axis: w.curveAxis, guessing: w.chance }}
      />
      <p class="note">
        {evaluation?.protocol === "held-out"
          ? w.curveApart(found.points.at(-1)!.balancedAccuracy)
          : w.curveNote}
        {forecasts.length > 0 && ` ${w.curveAhead}`}
      </p>
    </section>
  );
}
