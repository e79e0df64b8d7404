/**
 * The tasks on the shelf, and the open one: its recordings, what embedding gave, and the trained golem.
 *
 * Signals are changed only after the shelf has written, so whatever is shown is saved.
 * Not its concern: screens.
 */
import { batch, computed, signal } from "@preact/signals";
import { GolemError } from "../../core/error.ts";
import type { Caller } from "../../core/worker-calls.ts";
import { openShelf, type Shelf } from "../data/shelf.ts";
import { computeDataMark, type EmbedResult, type KeptRecording, type Task } from "../data/task.ts";
import type { EmbedCalls } from "../workers/embed-worker.ts";
import type { Learned } from "../workers/learn-worker.ts";
import { tellError } from "./notice.ts";
import { announce, countOwnChanges, onAnnounced } from "./other-pages.ts";
import { tidyLater } from "./tidying.ts";
import { getEmbedder, getHelpers, getLearner, leastForHelpers } from "./workers.ts";

/** An entry of the list of tasks. */
export interface TaskSummary {
  readonly task: Task;
  readonly recordings: number;
  readonly score: number | undefined;
}

/** All tasks, newest first; undefined until they are read. */
export const tasks = signal<readonly TaskSummary[] | undefined>(undefined);

/** The open task; null where none has that id. */
export const task = signal<Task | null | undefined>(undefined);

/** Its recordings in their order. */
export const recordings = signal<readonly KeptRecording[]>([]);

/** What embedding gave of each recording, by id. */
export const embedResults = signal<ReadonlyMap<string, EmbedResult>>(new Map());

/** The trained golem. */
export const learned = signal<Learned | null>(null);

/** Recordings per class that were not refused. */
export const counts = computed(() => {
  const found = new Map<string, number>();
  for (const name of task.value?.classes ?? []) found.set(name, 0);
  for (const { id, label } of recordings.value) {
    if (embedResults.value.get(id)?.state !== "refused") found.set(label, (found.get(label) ?? 0) + 1);
  }
  return found;
});

/** Whether most recordings contain clear words. */
export const isSpoken = computed(() => {
  const embedded = [...embedResults.value.values()].filter(({ state }) => state === "embedded");
  return 2 * embedded.filter((one) => one.state === "embedded" && one.isSpeech).length > embedded.length;
});

/** Recordings that are embedded. */
export const embeddedCount = computed(
  () => recordings.value.filter(({ id }) => embedResults.value.get(id)?.state === "embedded").length,
);

/** Whether every recording is embedded or refused. */
export const isAllEmbedded = computed(() => recordings.value.every(({ id }) => embedResults.value.has(id)));

/** Whether there is enough to train on: two classes with two recordings each. */
export const isTrainable = computed(() => {
  const sizes = new Map<string, number>();
  for (const { id, label, split } of recordings.value) {
    if (split === "test" || embedResults.value.get(id)?.state === "refused") continue;
    sizes.set(label, (sizes.get(label) ?? 0) + 1);
  }
  return sizes.size > 1 && [...sizes.values()].every((size) => size > 1);
});

/** Labels of a golem in the order of the task's classes. */
export function orderLabels(labels: readonly string[]): readonly string[] {
  const { classes = [] } = task.value ?? {};
  const named = classes.filter((name) => labels.includes(name));
  return [...named, ...labels.filter((label) => !named.includes(label))];
}

/** The number of a class, from 0, the same on every screen. */
export function getClassIndex(label: string): number {
  const labels = learned.value?.document.labels ?? [];
  const { classes = [] } = task.value ?? {};
  const place = classes.indexOf(label);
  return place >= 0 ? place : classes.length + Math.max(0, labels.indexOf(label));
}

/** Identifies the present recordings and labels. */
export const mark = computed(() => computeDataMark(recordings.value, task.value?.augment));

/** Whether recordings have changed since training. */
export const isStale = computed(
  () => learned.value !== null && recordings.value.length > 0 && learned.value.mark !== mark.value,
);

let opened: Promise<Shelf> | undefined;

/** The page's shelf. */
export function getShelf(): Promise<Shelf> {
  opened ??= openShelf();
  return opened;
}

/** Whether the browser refuses storage. */
export const isStorageRefused = signal(false);

/** Reads the list of tasks. */
export async function listTasks(): Promise<void> {
  const shelf = await getShelf().catch(() => undefined);
  isStorageRefused.value = shelf === undefined;
  if (!shelf) return;
  const all = await shelf.listTasks();
  tasks.value = await Promise.all(
    all.map(async (one) => ({
      task: one,
      recordings: await shelf.countRecordings(one.id),
      score: (await shelf.getGolem(one.id))?.score,
    })),
  );
}

/** Creates a task, without opening it. */
export async function createTask(name: string, classes: readonly string[]): Promise<Task> {
  const made: Task = { id: crypto.randomUUID(), name, classes, created: Date.now() };
  await (await getShelf()).putTask(made);
  // Persistent storage is not cleared when the browser runs out of space.
  void navigator.storage?.persist?.();
  announce(made.id);
  return made;
}

/** Changes the open task, as it is on the shelf now. */
export async function changeTask(
  change: (stored: Task) => Partial<Pick<Task, "name" | "classes" | "threshold" | "augment">>,
): Promise<void> {
  const open = task.value;
  if (!open) return;
  const changed = await (await getShelf()).changeTask(open.id, (stored) => ({
    ...stored,
    ...change(stored),
  }));
  if (changed && task.value?.id === changed.id) task.value = changed;
  announce(open.id);
}

/** Adds classes to the open task; those that it has stay where they are. */
export function addClasses(names: readonly string[]): Promise<void> {
  return changeTask(({ classes }) => ({ classes: [...new Set([...classes, ...names])] }));
}

/** Deletes a task with everything in it. */
export async function deleteTask(id: string): Promise<void> {
  await (await getShelf()).deleteTask(id);
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

/** The present run of {@link embedAll}, whether helpers take part, and the recordings that are being embedded. */
let run: Promise<void> | undefined;
let isHelped = false;
const taken = new Map<string, Promise<void>>();

/** Milliseconds from one embedded recording to the next in the present run, smoothed; the first includes loading and does not count. */
let pace: number | undefined;
let last: number | undefined;
const paceWeight = 0.1;

/** Seconds that embedding `count` recordings takes at the present pace; undefined until that is known. */
export function estimateSecondsLeft(count: number): number | undefined {
  return pace === undefined ? undefined : (pace * count) / 1000;
}

/**
 * Embeds recordings that are not embedded yet, one per call, so that other calls in between are answered
 * soon. Resolves when all are, or when the encoder could not be loaded: the page shows that, and offers to try again.
 */
export function embedAll(): Promise<void> {
  if (!run) [pace, last, isHelped] = [undefined, undefined, false];
  run ??= embedWaiting()
    .catch((error: unknown) => {
      if (error instanceof GolemError && error.code === "store-failed") tellError(error);
    })
    .finally(() => {
      run = undefined;
    });
  if (!isHelped && listWaiting().length >= leastForHelpers) {
    isHelped = true;
    // What a helper leaves undone, the first worker does.
    for (const helper of getHelpers()) helper.then(embedWith).catch(() => {});
  }
  return run;
}

const listWaiting = () => recordings.value.filter(({ id }) => !embedResults.value.has(id) && !taken.has(id));

async function embedWaiting(): Promise<void> {
  await embedWith(getEmbedder());
  await Promise.allSettled(taken.values());
  if (listWaiting().length > 0) await embedWaiting();
}

/** Embeds with one worker until nothing is left that no other has taken. */
async function embedWith(worker: Caller<EmbedCalls>): Promise<void> {
  for (;;) {
    const [next] = listWaiting();
    if (!next) return;
    const embedding = embedOne(worker, next).finally(() => taken.delete(next.id));
    taken.set(next.id, embedding);
    await embedding;
  }
}

async function embedOne(worker: Caller<EmbedCalls>, { id, file, hash, peaks }: KeptRecording): Promise<void> {
  const asked = { id, name: file, hash, needsPeaks: peaks.length === 0 };
  const { peaks: drawn, ...result } = await worker.call("embed", asked);
  const ended = performance.now();
  const took = last === undefined ? undefined : ended - last;
  if (took !== undefined) pace = pace === undefined ? took : (1 - paceWeight) * pace + paceWeight * took;
  last = ended;
  const now = recordings.value.find((one) => one.id === id);
  if (!now) return;
  const seconds = result.state === "embedded" ? result.seconds : now.seconds;
  const change = { id, seconds, ...(drawn ? { peaks: drawn } : {}) };
  if (drawn || seconds !== now.seconds) await (await getShelf()).updateRecordings([change]);
  batch(() => {
    embedResults.value = new Map(embedResults.value).set(id, result);
    recordings.value = recordings.value.map((one) => (one.id === id ? { ...one, ...change } : one));
  });
}
