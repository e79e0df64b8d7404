/**
 * The page's workers: one embeds and predicts, one learns, one runs slow measurements. A dead one is replaced at its next use.
 *
 * Not its concern: what they do.
 */
import { signal } from "@preact/signals";
import { GolemError } from "../../core/error.ts";
import type { Progress } from "../../core/progress.ts";
import type { Caller } from "../../core/worker-calls.ts";
import { createWorkerCaller } from "../../web/worker-calls.ts";
import type { HearCalls } from "../workers/hear-worker.ts";
import type { LearnCalls } from "../workers/learn-worker.ts";

/** How much of the networks is loaded: a share from 0 to 1. */
export const loadProgress = signal(0);

/** Why the networks could not be loaded, or why their worker stopped. */
export const loadError = signal<unknown>(undefined);

let hearer: Caller<HearCalls> | undefined;
let learner: Caller<LearnCalls> | undefined;
let examiner: Caller<LearnCalls> | undefined;

/** The worker with the networks; the first call of this function starts loading them. */
export function getHearer(): Caller<HearCalls> {
  if (hearer) return hearer;
  const worker = new Worker(new URL("../workers/hear-worker.ts", import.meta.url), { type: "module" });
  hearer = createWorkerCaller<HearCalls>(worker);
  worker.addEventListener("error", () => {
    hearer = undefined;
    loadProgress.value = 0;
    loadError.value = new GolemError("unexpected", "The worker with the networks stopped.");
  });
  loadNetworks();
  return hearer;
}

/** The worker that learns. */
export function getLearner(): Caller<LearnCalls> {
  learner ??= createLearner(() => {
    learner = undefined;
  });
  return learner;
}

/** A second such worker for slow measurements, so that learning never waits for them. */
export function getExaminer(): Caller<LearnCalls> {
  examiner ??= createLearner(() => {
    examiner = undefined;
  });
  return examiner;
}

/** Creates a third for work that may be given up: `end` ends the worker at once. */
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

/** Loads the networks; also for another try after a failure. */
export function loadNetworks(): void {
  loadError.value = undefined;
  getHearer()
    .call(
      "load",
      { site: new URL(".", document.baseURI).href },
      {
        onProgress: (progress) => {
          loadProgress.value = 0.98 * getShare(progress);
        },
      },
    )
    .then(
      () => {
        loadProgress.value = 1;
        // While nothing else is running. Where it fails, the first real call reports why.
        for (const rehearsal of [getHearer().call("rehearse", null), getLearner().call("rehearse", null)]) {
          rehearsal.catch(() => {});
        }
      },
      (error: unknown) => {
        loadError.value = error;
      },
    );
}
