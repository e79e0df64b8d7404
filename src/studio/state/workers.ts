/**
 * The workers of the page: one hears, one learns, one examines at leisure.
 *
 * Must not know: what is asked of them.
 */
import { signal } from "@preact/signals";
import { GolemError } from "../../core/error.ts";
import type { HearCalls } from "../work/hear-worker.ts";
import type { LearnCalls } from "../work/learn-worker.ts";
import { type Caller, createCaller, getShare } from "../work/messages.ts";

/** How far the networks are: a share from 0 to 1, 1 when they can hear. */
export const awake = signal(0);

/** Why the networks could not be loaded. */
export const asleep = signal<string | undefined>(undefined);

let hearer: Caller<HearCalls> | undefined;
let learner: Caller<LearnCalls> | undefined;
let examiner: Caller<LearnCalls> | undefined;

/** The worker that hears; it begins to load the networks when it is first asked for. */
export function getHearer(): Caller<HearCalls> {
  if (hearer) return hearer;
  hearer = createCaller<HearCalls>(
    new Worker(new URL("../work/hear-worker.ts", import.meta.url), { type: "module" }),
  );
  wake();
  return hearer;
}

/** The worker that learns. */
export function getLearner(): Caller<LearnCalls> {
  learner ??= createLearner();
  return learner;
}

/** One like it that measures what takes longer, so that learning never waits for it. */
export function getExaminer(): Caller<LearnCalls> {
  examiner ??= createLearner();
  return examiner;
}

function createLearner(): Caller<LearnCalls> {
  return createCaller<LearnCalls>(
    new Worker(new URL("../work/learn-worker.ts", import.meta.url), { type: "module" }),
  );
}

/** Loads the networks, again where that failed. */
export function wake(): void {
  asleep.value = undefined;
  getHearer()
    .call("load", { site: new URL(".", document.baseURI).href }, (progress) => {
      awake.value = 0.98 * getShare(progress);
    })
    .then(
      () => {
        awake.value = 1;
      },
      (error: unknown) => {
        asleep.value = describeError(error);
      },
    );
}

/** An error in words: what happened, and what to do. */
export function describeError(error: unknown): string {
  if (error instanceof GolemError) return `${error.message} ${error.hint}`.trim();
  return error instanceof Error ? error.message : String(error);
}
