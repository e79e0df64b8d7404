/**
 * Opens, closes and deletes tasks, and reads the open one again when another page has changed it.
 *
 * Not its concern: what a task holds (tasks.ts), screens.
 */
import { batch } from "@preact/signals";
import { embedAll } from "./embedding.ts";
import { announce, countOwnChanges, onAnnounced } from "./other-pages.ts";
import { embedResults, getShelf, learned, listTasks, recordings, task, tasks } from "./tasks.ts";
import { tidyLater } from "./tidying.ts";
import { discardHeld } from "./unsaved.ts";
import { getEmbedder, getLearner } from "./workers.ts";

/** Deletes a task with everything in it. */
export async function deleteTask(id: string): Promise<void> {
  await (await getShelf()).deleteTask(id);
  discardHeld(id);
  tidyLater(task.value?.id);
  announce(id);
  if (task.value?.id === id) closeTask();
  await listTasks();
}

/** Opens a task, and starts embedding recordings that are not embedded yet. */
export async function openTask(id: string): Promise<void> {
  if (task.value?.id === id) return;
  closeTask();
  wanted = id;
  await readTask(id);
  tidyLater(id);
  getEmbedder();
  void embedAll();
}

/** The task that is open or being opened. */
let wanted: string | undefined;

/** Reads all that is kept of a task: recordings with what embedding gave, and the golem. */
async function readTask(id: string): Promise<void> {
  const before = countOwnChanges();
  const shelf = await getShelf();
  const [all, kept, golem] = await Promise.all([
    shelf.listTasks(),
    shelf.listRecordings(id),
    getLearner()
      .call("recall", { task: id })
      .catch(() => null),
  ]);
  if (countOwnChanges() !== before) return readTask(id);
  const unread = kept.filter((one) => !embedResults.value.has(one.id));
  const results = await getLearner()
    .call("recallEmbedded", { hashes: unread.map(({ hash }) => hash) })
    .catch(() => []);
  if (wanted !== id) return;
  if (countOwnChanges() !== before) return readTask(id);
  batch(() => {
    task.value = all.find((one) => one.id === id) ?? null;
    recordings.value = kept;
    learned.value = golem;
    const known = new Map(embedResults.value);
    for (const [i, one] of unread.entries()) {
      const result = results[i];
      // Without a picture it is still to be drawn.
      if (result && one.peaks.length > 0) known.set(one.id, result);
    }
    const ids = new Set(kept.map((one) => one.id));
    embedResults.value = new Map([...known].filter(([one]) => ids.has(one)));
  });
}

onAnnounced(async (id) => {
  // What another page has written; a page that is recording or training reads it too, and loses nothing.
  if (task.value?.id === id) {
    getEmbedder()
      .call("forget", null)
      .catch(() => {});
    await readTask(id);
    void embedAll();
  }
  if (tasks.value) await listTasks();
});

function closeTask(): void {
  wanted = undefined;
  batch(() => {
    task.value = undefined;
    recordings.value = [];
    embedResults.value = new Map();
    learned.value = null;
  });
}
