/**
 * Says what training again would do to a golem whose training recordings the task does not have.
 *
 * Not its concern: training.
 */
import { computed } from "@preact/signals";
import { learned, recordings } from "../state/tasks.ts";
import { words } from "../words/language.ts";

/** Recordings that the golem was trained or tested on and that the task does not have: training again would leave them out. */
const missingCount = computed(() => {
  const { recordings: trained = [], test = [] } = learned.value?.training ?? {};
  const there = new Set(recordings.value.map(({ hash }) => hash));
  return [...trained, ...test].filter(({ fileHash }) => !there.has(fileHash)).length;
});

/** The note; nothing where all its recordings are here, or there is no golem. */
export function UpdateNote() {
  const missing = missingCount.value;
  if (missing === 0 || !learned.value) return null;
  const { recordings: trained, test = [] } = learned.value.training;
  return (
    <div class="stale">
      <p>{words.value.record.missing(missing, trained.length + test.length)}</p>
    </div>
  );
}
