/**
 * A slider for the confidence threshold, with the misses and false alarms it gives on held-out recordings.
 *
 * Not its concern: how recordings were held out; how a threshold is applied (state/trying.ts).
 */
import { useSignal } from "@preact/signals";
import { countAnswers, listHeldOut } from "../data/held-out-answers.ts";
import { changeTask, learned, task } from "../state/tasks.ts";
import { words } from "../words/language.ts";

/** Highest threshold on offer, in percent. */
const highest = 95;

/** The section; nothing where nothing was held out. */
export function ThresholdSection() {
  const w = words.value.threshold;
  const { document, training } = learned.value!;
  const chosen = useSignal(Math.round(100 * (task.value?.threshold ?? 0)));
  const answers = listHeldOut(training, document.labels);
  if (answers.length === 0) return null;
  const { right, wrong, none } = countAnswers(answers, chosen.value / 100);
  const reading = w.reading(right, wrong, none);
  return (
    <section aria-labelledby="threshold">
      <header>
        <h2 id="threshold">{w.title}</h2>
        <p class="lead">{w.text}</p>
      </header>
      <div class="threshold">
        <label>
          <span>{chosen.value === 0 ? w.always : w.least(chosen.value)}</span>
          <input
            type="range"
            {...{ min: 0, max: highest, step: 5, value: chosen.value }}
            aria-valuetext={`${chosen.value} %. ${reading}`}
            onInput={({ currentTarget }) => {
              chosen.value = Number(currentTarget.value);
            }}
            onChange={() =>
              changeTask(() => ({ threshold: chosen.value > 0 ? chosen.value / 100 : undefined }))
            }
          />
        </label>
        <div class="answer-shares" aria-hidden="true">
          <i class="right" style={{ flexGrow: right }} />
          <i class="wrong" style={{ flexGrow: wrong }} />
          <i style={{ flexGrow: none }} />
        </div>
        <p class="state" aria-live="polite">
          {reading}
        </p>
        <p class="note">{w.note(answers.length)}</p>
      </div>
    </section>
  );
}
