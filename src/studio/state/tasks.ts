/**
 * The tasks on the shelf, and the open one: its recordings, what embedding gave, and the trained golem.
 *
 * Signals are changed only after the shelf has written, so whatever is shown is saved.
 * Not its concern: how a task is opened (open-task.ts), how recordings are embedded (embedding.ts), screens.
 */
import { computed, signal } from "@preact/signals";
import { openShelf, type Shelf } from "../data/shelf.ts";
import { computeDataMark, type EmbedResult, type KeptRecording, type Task } from "../data/task.ts";
import type { Learned } from "../workers/learn-worker.ts";
import { announce } from "./other-pages.ts";

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

/** Changes a task, the open one unless another is named, as it is on the shelf now. */
export async function changeTask(
  change: (stored: Task) => Partial<Pick<Task, "name" | "classes" | "threshold" | "augment">>,
  id = task.value?.id,
): Promise<void> {
  if (id === undefined) return;
  const changed = await (await getShelf()).changeTask(id, (stored) => ({ ...stored, ...change(stored) }));
  if (changed && task.value?.id === changed.id) task.value = changed;
  announce(id);
}

/** Adds classes to a task, the open one unless another is named; those that it has stay where they are. */
export function addClasses(names: readonly string[], id?: string): Promise<void> {
  return changeTask(({ classes }) => ({ classes: [...new Set([...classes, ...names])] }), id);
}
