/**
 * Embeds the recordings of the open task: each once, on all workers that there are.
 *
 * Not its concern: how a recording is embedded (workers/embed-worker.ts), varied copies (copies.ts).
 */
import { batch, signal } from "@preact/signals";
import type { Caller } from "../../core/worker-calls.ts";
import type { KeptRecording } from "../data/task.ts";
import type { EmbedCalls } from "../workers/embed-worker.ts";
import { embedResults, getShelf, recordings } from "./tasks.ts";
import { isStorageFull } from "./unsaved.ts";
import { getEmbedder, getHelpers, leastForHelpers } from "./workers.ts";

/** Why the last run ended early: the browser's storage is full. */
export const embedError = signal<unknown>(undefined);

/** The present run of {@link embedAll}, whether helpers take part, and its recordings. */
let run: Promise<void> | undefined;
let isHelped = false;
const taken = new Map<string, Promise<void>>();

/**
 * Milliseconds from one embedded recording to the next in the present run, smoothed; the first includes
 * loading and does not count.
 */
let pace: number | undefined;
let last: number | undefined;
const paceWeight = 0.1;

/** Seconds that embedding `count` recordings takes at the present pace; undefined until that is known. */
export function estimateSecondsLeft(count: number): number | undefined {
  return pace === undefined ? undefined : (pace * count) / 1000;
}

/**
 * Embeds recordings that are not embedded yet, one per call, so that other calls in between are answered
 * soon. Resolves when all are, or when the encoder could not be loaded or the storage is full: the page shows
 * that, and offers to try again.
 */
export function embedAll(): Promise<void> {
  if (!run) [pace, last, isHelped, embedError.value] = [undefined, undefined, false, undefined];
  run ??= embedWaiting()
    .catch((error: unknown) => {
      if (isStorageFull(error)) embedError.value = error;
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
