/**
 * The queue of planned windows: they are classified in order, up to `concurrency` at a time, and answers are
 * delivered in order.
 */
import type { WindowPlan } from "./window-plan.ts";

interface WindowQueueOptions<Answer> {
  /** Number of windows classified at a time. */
  readonly concurrency: number;
  classify(samples: Float32Array): Promise<Answer>;
  /** Takes each plan in order, with its answer; undefined for skipped windows and for ends of stretches. */
  take(plan: WindowPlan, answer: Answer | undefined): void;
}

/** A queue of windows in the order of the plan. */
interface WindowQueue {
  /** Adds a plan; a window with its samples. */
  add(plan: WindowPlan, samples?: Float32Array): void;
  /** Skips windows that end before frame `before` and are not being classified yet; returns their number. */
  leaveOut(before: number): number;
  /** Resolves once at most `maximum` plans are left in the queue; rejects if `classify` fails. */
  wait(maximum: number): Promise<void>;
}

interface Item<Answer> {
  readonly plan: WindowPlan;
  samples: Float32Array | undefined;
  answer: Promise<Answer | undefined> | undefined;
}

/** Creates a queue. */
export function createWindowQueue<Answer>(options: WindowQueueOptions<Answer>): WindowQueue {
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
      return await options.classify(samples);
    } catch (error) {
      fail(error);
      return undefined;
    } finally {
      running--;
      start();
    }
  };
  /** Delivers answers in order. The first item is always being classified, since items start in order. */
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
        if (!item.samples || item.plan.kind !== "window" || item.plan.to >= before) continue;
        item.samples = undefined;
        item.answer = Promise.resolve(undefined);
        count++;
      }
      return count;
    },
    wait: (maximum) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (failure) reject(failure.error);
          else if (items.length <= maximum) resolve();
          else waiting.push(check);
        };
        check();
      }),
  };
}
