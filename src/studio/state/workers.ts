/**
 * The workers of the page: one embeds and predicts, with helpers where many recordings wait; one trains, one
 * measures what takes longer. A worker that fails is replaced at its next use.
 *
 * Not its concern: what they do.
 */
import { signal } from "@preact/signals";
import { GolemError } from "../../core/error.ts";
import type { Progress } from "../../core/progress.ts";
import type { Caller } from "../../core/worker-calls.ts";
import { servePageDecoding } from "../../web/page-decoding.ts";
import { createWorkerCaller } from "../../web/worker-calls.ts";
import type { EmbedCalls } from "../workers/embed-worker.ts";
import type { LearnCalls } from "../workers/learn-worker.ts";

/** Progress of loading the encoder, 0 to 1; 1 when it is ready. */
export const loadProgress = signal(0);

/** Why the encoder could not be loaded, or its worker stopped. */
export const loadError = signal<unknown>(undefined);

let embedder: Caller<EmbedCalls> | undefined;
let learner: Caller<LearnCalls> | undefined;
let examiner: Caller<LearnCalls> | undefined;

/** The worker that embeds and predicts; the first call starts it and loads the encoder. */
export function getEmbedder(): Caller<EmbedCalls> {
  if (embedder) return embedder;
  const worker = new Worker(new URL("../workers/embed-worker.ts", import.meta.url), { type: "module" });
  embedder = createWorkerCaller<EmbedCalls>(worker);
  worker.addEventListener("error", () => {
    embedder = undefined;
    loadProgress.value = 0;
    loadError.value = new GolemError("unexpected", "The worker that embeds recordings stopped.");
  });
  loadNetworks();
  return embedder;
}

/** Most workers that embed. */
const maximumEmbedders = 4;

let helpers: Promise<Caller<EmbedCalls>>[] | undefined;

/**
 * Workers that embed beside the first, one for each further core; each resolves when it is ready, and rejects
 * where it cannot load.
 */
export function getHelpers(): readonly Promise<Caller<EmbedCalls>>[] {
  const count = Math.min(maximumEmbedders, navigator.hardwareConcurrency) - 1;
  helpers ??= Array.from({ length: Math.max(0, count) }, async () => {
    const worker = new Worker(new URL("../workers/embed-worker.ts", import.meta.url), { type: "module" });
    const helper = createWorkerCaller<EmbedCalls>(worker);
    worker.addEventListener("error", () => {
      helpers = undefined;
    });
    await loadInto(helper);
    return helper;
  });
  return helpers;
}

/** From this many waiting recordings on, helpers are started: they have to load the networks first. */
export const leastForHelpers = 24;

/**
 * Does jobs one after the other on each worker that embeds, in their order. Rejects with the first error of
 * the first worker; a helper that fails leaves the rest to the others.
 */
export async function shareOut<Job>(
  jobs: readonly Job[],
  work: (worker: Caller<EmbedCalls>, job: Job) => Promise<void>,
): Promise<void> {
  const waiting = [...jobs];
  const busy = new Set<Promise<void>>();
  const workOn = async (worker: Caller<EmbedCalls>): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const own = job;
      const done = work(worker, own).finally(() => busy.delete(done));
      busy.add(done);
      await done;
    }
  };
  if (jobs.length >= leastForHelpers) for (const helper of getHelpers()) helper.then(workOn).catch(() => {});
  await workOn(getEmbedder());
  // Not for helpers that are still loading: nothing is left for them.
  await Promise.allSettled(busy);
}

/** The worker that trains. */
export function getLearner(): Caller<LearnCalls> {
  learner ??= createLearner(() => {
    learner = undefined;
  });
  return learner;
}

/** A second one for the learning curve, so that training never waits for it. */
export function getExaminer(): Caller<LearnCalls> {
  examiner ??= createLearner(() => {
    examiner = undefined;
  });
  return examiner;
}

/** A new one for work that may be stopped; `end` terminates it. */
export function createComparer(): { readonly comparer: Caller<LearnCalls>; end(): void } {
  const worker = createLearnWorker();
  return { comparer: createWorkerCaller<LearnCalls>(worker), end: () => worker.terminate() };
}

function createLearnWorker(): Worker {
  return new Worker(new URL("../workers/learn-worker.ts", import.meta.url), { type: "module" });
}

function createLearner(onEnd: () => void): Caller<LearnCalls> {
  const worker = createLearnWorker();
  const caller = createWorkerCaller<LearnCalls>(worker);
  worker.addEventListener("error", onEnd);
  return caller;
}

/** Progress as a share, 0 where the total is not known. */
export function getShare({ completed, total }: Progress): number {
  return total ? completed / total : 0;
}

/** Loads the encoder; may be called again after a failure. */
export function loadNetworks(): void {
  loadError.value = undefined;
  loadInto(getEmbedder(), (progress) => {
    loadProgress.value = 0.98 * getShare(progress);
  }).then(
    () => {
      loadProgress.value = 1;
      // While nothing else is running. Errors are ignored: embedding and training report them.
      for (const rehearsal of [getEmbedder().call("rehearse", null), getLearner().call("rehearse", null)]) {
        rehearsal.catch(() => {});
      }
    },
    (error: unknown) => {
      loadError.value = error;
    },
  );
}

function loadInto(worker: Caller<EmbedCalls>, onProgress?: (progress: Progress) => void): Promise<null> {
  const decoding = servePageDecoding();
  const site = new URL(".", document.baseURI).href;
  return worker.call("load", { site, decoding }, { transfer: [decoding], onProgress });
}
