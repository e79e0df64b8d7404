/**
 * Recordings of the task that were kept for testing, to be played and classified.
 *
 * Not its concern: how they are classified.
 */
import { ClassMark } from "../../view/class-mark.tsx";
import { type KeptRecording, shortName } from "../data/task.ts";
import { getClassIndex, recordings, task } from "../state/tasks.ts";
import { tryRecording } from "../state/trying.ts";
import { words } from "../words/language.ts";
import { playRecording } from "./play-button.tsx";

const maximumClips = 12;

/** The first test recording of each class, then the second of each, and so on. */
function pickClips(): KeptRecording[] {
  const { classes } = task.value!;
  const tests = classes.map((name) =>
    recordings.value.filter(({ label, split }) => label === name && split === "test"),
  );
  const longest = Math.max(0, ...tests.map(({ length }) => length));
  return Array.from({ length: longest }, (_, i) => tests.flatMap((own) => own[i] ?? []))
    .flat()
    .slice(0, maximumClips);
}

/** The list; nothing where the task has no test recordings. */
export function TestClips() {
  const w = words.value.try;
  const clips = pickClips();
  if (clips.length === 0) return null;
  return (
    <section class="clips" aria-labelledby="clips">
      <h2 id="clips" class="plain">
        {w.clips}
      </h2>
      <p class="note">{w.clipsText}</p>
      <ul class="chips">
        {clips.map((clip) => (
          <li key={clip.id}>
            <button
              type="button"
              class="chip"
              title={shortName(clip)}
              onClick={() => {
                void playRecording(clip.id);
                void tryRecording(clip);
              }}
            >
              <ClassMark index={getClassIndex(clip.label)} /> {clip.label}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
