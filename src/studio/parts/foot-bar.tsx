/**
 * The bar at the foot of the recordings: progress of embedding, and the button to continue.
 *
 * Not its concern: how recordings are embedded, how heads are trained.
 */
import { reading } from "../state/bring-in.ts";
import { copying } from "../state/copies.ts";
import { embedAll, embedError, estimateSecondsLeft } from "../state/embedding.ts";
import { learn, learning } from "../state/learning.ts";
import { session } from "../state/recording.ts";
import { go } from "../state/route.ts";
import { embedResults, isAllEmbedded, isTrainable, recordings, task } from "../state/tasks.ts";
import { loadError, loadNetworks, loadProgress } from "../state/workers.ts";
import { describeError } from "../words/failures.ts";
import { words } from "../words/language.ts";

/** The bar; nothing until there are classes. */
export function FootBar() {
  const open = task.value;
  if (!open || open.classes.length === 0) return null;
  const w = words.value.record;
  const all = recordings.value.length;
  const done = recordings.value.filter(({ id }) => embedResults.value.has(id)).length;
  const [text, share] = describe(done, all);
  const wait = copying.value?.secondsLeft ?? 0;
  const isReady = isTrainable.value && isAllEmbedded.value && !session.value && learning.value === undefined;
  return (
    <div class="foot">
      <div class="bar">
        <div class="state">
          <p role="status">{text}</p>
          <div class="track" style={{ visibility: share < 1 ? "visible" : "hidden" }}>
            <i style={{ transform: `scaleX(${share})` }} />
          </div>
        </div>
        {(loadError.value ?? embedError.value) !== undefined && (
          <button
            type="button"
            class="button"
            onClick={() => {
              if (loadError.value !== undefined) loadNetworks();
              void embedAll();
            }}
          >
            {words.value.retry}
          </button>
        )}
        <button
          type="button"
          class={`button${isReady ? " primary" : ""}`}
          disabled={!isReady}
          onClick={() => {
            go({ screen: "result", task: open.id });
            void learn();
          }}
        >
          {isReady && wait >= leastSeconds ? w.learnAfter(wait) : w.learn}
        </button>
      </div>
    </div>
  );
}

/** Shorter times are not shown, in seconds. */
const leastSeconds = 5;

function describeLeft(seconds: number | undefined): string {
  return seconds !== undefined && seconds >= leastSeconds ? `, ${words.value.record.timeLeft(seconds)}` : "";
}

/** How far the varied copies are. */
export function describeCopying({ done, all, secondsLeft }: NonNullable<typeof copying.value>): string {
  return words.value.record.varying(done, all) + describeLeft(secondsLeft);
}

function describe(done: number, all: number): readonly [text: string, share: number] {
  const w = words.value.record;
  if (loadError.value !== undefined) return [`${w.loadFailed} ${describeError(loadError.value)}`, 1];
  if (embedError.value !== undefined) return [describeError(embedError.value), 1];
  if (reading.value) return [w.reading(...reading.value), reading.value[0] / reading.value[1]];
  if (done < all) {
    if (loadProgress.value < 1) return [w.loading(loadProgress.value), loadProgress.value];
    return [`${w.embeddedSome(done, all)}${describeLeft(estimateSecondsLeft(all - done))}`, done / all];
  }
  if (!isTrainable.value) return [w.needClasses, 1];
  // The button says how long they take.
  if (copying.value) {
    const { done: made, all: wanted } = copying.value;
    return [w.varying(made, wanted), made / wanted];
  }
  return [w.embeddedAll(all), 1];
}
