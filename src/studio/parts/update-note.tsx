/**
 * Says what training again would do to a golem that was opened without its recordings.
 *
 * Not its concern: training.
 */
import { computed } from "@preact/signals";
import { learned, recordings } from "../state/tasks.ts";
import { words } from "../words/language.ts";

/**
 * Recordings that the golem was trained or tested on and that the task does not have: training again would
 * leave them out.
 */
const missingCount = computed(() => {
  const { recordings: trained = [], test = [] } = learned.value?.training ?? {};
  const there = new Set(recordings.value.map(({ hash }) => hash));
  return [...trained, ...test].filter(({ fileHash }) => !there.has(fileHash)).length;
});

/** The note; nothing where all its recordings are here, where it was trained here, or there is no golem. */
export function UpdateNote() {
  const missing = missingCount.value;
  // A golem that was trained here has a mark: what is missing was deleted since then.
  if (missing === 0 || !learned.value || learned.value.mark !== "") return null;
  const { recordings: trained, test = [] } = learned.value.training;
  return (
    <div class="stale">
      <p>{words.value.record.missing(missing, trained.length + test.length)}</p>
    </div>
  );
}
