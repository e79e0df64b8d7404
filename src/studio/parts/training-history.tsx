/**
 * The trainings of a task, newest first: what changed, the score, and its difference from the training
 * before.
 *
 * Not its concern: how differences are computed (data/training-history.ts).
 */
import type { TrainingEntry } from "../data/task.ts";
import { learned } from "../state/tasks.ts";
import { language, words } from "../words/language.ts";

/** What the latest training gave beside the one before; nothing after the first. */
export function LatestDifference() {
  const w = words.value.history;
  const latest = learned.value?.history.at(-1);
  if (!latest?.changes) return null;
  const { difference } = latest;
  return (
    <p class="note">
      {difference
        ? `${w.verdict(...difference.interval)} ${w.difference(difference.difference, ...difference.interval)} ${w.basis(difference.recordings)}`
        : w.incomparable}
    </p>
  );
}

/** The section; nothing until there were two trainings. */
export function TrainingHistory() {
  const w = words.value;
  const history = learned.value?.history ?? [];
  if (history.length < 2) return null;
  const format = new Intl.DateTimeFormat(language.value, { dateStyle: "short", timeStyle: "short" });
  return (
    <section aria-labelledby="history">
      <header>
        <h2 id="history">{w.history.title}</h2>
        <p class="lead">{w.history.text}</p>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys */}
      <div class="scroll" tabIndex={0} role="group" aria-label={w.history.title}>
        <table class="class-scores trainings">
          <thead>
            <tr>
              <th scope="col">{w.history.when}</th>
              <th scope="col">{w.history.changed}</th>
              <th scope="col">
                {w.history.score}
                <small>{w.history.against}</small>
              </th>
            </tr>
          </thead>
          <tbody>
            {[...history].reverse().map((entry) => (
              <tr key={entry.at}>
                <th scope="row">{format.format(entry.at)}</th>
                <td>{describeChanges(entry)}</td>
                <td>
                  {entry.score === undefined ? "–" : w.percent(entry.score)}
                  {entry.difference && (
                    <small>
                      {w.history.difference(entry.difference.difference, ...entry.difference.interval)}
                    </small>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function describeChanges({ recordings, changes }: TrainingEntry): string {
  const w = words.value;
  if (!changes) return w.recordings(recordings);
  const { added, removed, moved } = changes;
  return w.history.changes(added, removed, moved) || w.history.same;
}
