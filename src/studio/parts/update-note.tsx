/**
 * Says what training again would do to a golem whose training recordings the task does not have.
 *
 * Not its concern: training.
 */
import { learned, missingCount } from "../state/tasks.ts";
import { words } from "../words/language.ts";

/** The note; nothing where all its recordings are here, or there is no golem. */
export function UpdateNote() {
  const missing = missingCount.value;
  if (missing === 0 || !learned.value) return null;
  const { recordings, test = [] } = learned.value.training;
  return (
    <div class="stale">
      <p>{words.value.record.missing(missing, recordings.length + test.length)}</p>
    </div>
  );
}
