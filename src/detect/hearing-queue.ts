/**
 * What waits to be heard: windows go to the classifier in order, several at a time if wanted, and answers come out in order.
 *
 * Not its concern: audio, labels, what answers are for.
 */
import type { HearingPlan } from "./hearing-plan.ts";

/** How a queue is made. */
export interface HearingQueueOptions<Answer> {
  /** Windows that are heard at a time. */
  readonly concurrency: number;
  hear(samples: Float32Array): Promise<Answer>;
  /** Takes each plan in order; with the answer where it was heard, undefined where it was left out. */
  take(plan: HearingPlan, answer: Answer | undefined): void;
}

/** Windows in the order of the plan. */
export interface HearingQueue {
  /** Adds a plan, with its samples where it is to be heard. */
  add(plan: HearingPlan, samples?: Float32Array): void;
  /** Leaves out windows that nobody has begun to hear and that end before frame `before`; returns how many. */
  leaveOut(before: number): number;
  /** Resolves once at most `most` plans have not been taken; rejects with what a hearing failed with. */
  wait(most: number): Promise<void>;
}

interface Item<Answer> {
  readonly plan: HearingPlan;
  samples: Float32Array | undefined;
  answer: Promise<Answer | undefined> | undefined;
}

/** Creates a queue. */
export function createHearingQueue<Answer>(options: HearingQueueOptions<Answer>): HearingQueue {
  const items: Item<Answer>[] = [];
  let running = 0;
  let isTaking = false;
  let failure: { readonly error: unknown } | undefined;
  let waiting: (() => void)[] = [];

  const notify = (): void => {
    const all = waiting;
    waiting = [];
    for (const check of all) check();
  };
  const fail = (error: unknown): void => {
    failure ??= { error };
    items.length = 0;
  };
  const start = (): void => {
    for (const item of items) {
      if (running >= options.concurrency) return;
      if (item.samples) item.answer = run(item);
    }
  };
  const run = async (item: Item<Answer>): Promise<Answer | undefined> => {
    const samples = item.samples!;
    item.samples = undefined;
    running++;
    try {
      return await options.hear(samples);
    } catch (error) {
      fail(error);
      return undefined;
    } finally {
      running--;
      start();
    }
  };
  /** Takes what has been answered, in order. The first item is always under way, since items start in order. */
  const takeAll = async (): Promise<void> => {
    if (isTaking) return;
    isTaking = true;
    try {
      for (let item = items[0]; item; item = items[0]) {
        const answer = item.answer && (await item.answer);
        if (failure) break;
        items.shift();
        options.take(item.plan, answer);
        notify();
      }
    } catch (error) {
      fail(error);
    }
    isTaking = false;
    notify();
  };
  return {
    add(plan, samples) {
      if (failure) return;
      items.push({ plan, samples, answer: undefined });
      start();
      void takeAll();
    },
    leaveOut(before) {
      let count = 0;
      for (const item of items) {
        if (!item.samples || item.plan.kind !== "hear" || item.plan.to >= before) continue;
        item.samples = undefined;
        item.answer = Promise.resolve(undefined);
        count++;
      }
      return count;
    },
    wait: (most) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (failure) reject(failure.error);
          else if (items.length <= most) resolve();
          else waiting.push(check);
        };
        check();
      }),
  };
}
