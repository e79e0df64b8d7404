/**
 * The workers of the page: one hears, one learns, one examines at leisure. One that dies is replaced when it is next asked for.
 *
 * Not its concern: what is asked of them.
 */
import { signal } from "@preact/signals";
import { GolemError } from "../../core/error.ts";
import type { HearCalls } from "../workers/hear-worker.ts";
import type { LearnCalls } from "../workers/learn-worker.ts";
import { type Caller, createCaller, getShare } from "../workers/messages.ts";

/** How far the networks are: a share from 0 to 1, 1 when they can hear. */
export const loadProgress = signal(0);

/** What kept the networks from being loaded, or ended them. */
export const loadError = signal<unknown>(undefined);

let hearer: Caller<HearCalls> | undefined;
let learner: Caller<LearnCalls> | undefined;
let examiner: Caller<LearnCalls> | undefined;

/** The worker that hears; it begins to load the networks when it is first asked for. */
export function getHearer(): Caller<HearCalls> {
  if (hearer) return hearer;
  const worker = new Worker(new URL("../workers/hear-worker.ts", import.meta.url), { type: "module" });
  hearer = createCaller<HearCalls>(worker);
  worker.addEventListener("error", () => {
    hearer = undefined;
    loadProgress.value = 0;
    loadError.value = new GolemError("unexpected", "The worker that hears stopped.");
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

/** One like it that measures what takes longer, so that learning never waits for it. */
export function getExaminer(): Caller<LearnCalls> {
  examiner ??= createLearner(() => {
    examiner = undefined;
  });
  return examiner;
}

/** One for work that may be given up: `end` ends it, whatever it is about. */
export function createComparer(): { readonly comparer: Caller<LearnCalls>; end(): void } {
  const worker = createLearnWorker();
  return { comparer: createCaller<LearnCalls>(worker), end: () => worker.terminate() };
}

function createLearnWorker(): Worker {
  return new Worker(new URL("../workers/learn-worker.ts", import.meta.url), { type: "module" });
}

function createLearner(onEnd: () => void): Caller<LearnCalls> {
  const worker = createLearnWorker();
  const caller = createCaller<LearnCalls>(worker);
  worker.addEventListener("error", onEnd);
  return caller;
}

/** Loads the networks, again where that failed. */
export function loadNetworks(): void {
  loadError.value = undefined;
  getHearer()
    .call("load", { site: new URL(".", document.baseURI).href }, (progress) => {
      loadProgress.value = 0.98 * getShare(progress);
    })
    .then(
      () => {
        loadProgress.value = 1;
        // When nobody waits for anything yet. Where it fails, hearing and training say why.
        for (const rehearsal of [getHearer().call("rehearse", null), getLearner().call("rehearse", null)]) {
          rehearsal.catch(() => {});
        }
      },
      (error: unknown) => {
        loadError.value = error;
      },
    );
}
