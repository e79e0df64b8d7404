/**
 * How much work is let in: requests beyond the queue, and streams beyond their number, are turned away at once, with a guess of when there will be room.
 *
 * Must not know: what the work is.
 */
import { createOverloaded } from "./problem.ts";

/** Weight of the latest in the running mean of durations. */
const latestWeight = 0.1;
const longestRetrySeconds = 60;

/** Lets work in, or not. */
export interface Admission {
  /** Throws `overloaded` when no more is let in. */
  check(): void;
  /** Counts work in until what it returns is called; throws like `check`. */
  enter(): () => void;
  /** What was let in and is not yet done. */
  getCount(): number;
  /** Seconds after which there should be room, at least 1. */
  getRetrySeconds(): number;
}

/** `limit`: most let in at a time; `what` they are and do, as the error says it: "requests are at work". */
export function createAdmission(limit: number, what: string): Admission {
  let count = 0;
  let meanSeconds = 0;
  const check = (): void => {
    if (count >= limit) throw createOverloaded(`${count} ${what}, and no more are taken.`);
  };
  return {
    check,
    enter() {
      check();
      count++;
      const start = performance.now();
      let isIn = true;
      return () => {
        if (!isIn) return;
        isIn = false;
        count--;
        const seconds = (performance.now() - start) / 1000;
        meanSeconds += latestWeight * (seconds - meanSeconds);
      };
    },
    getCount: () => count,
    // Half of those in have left after about half of the time that each of them takes.
    getRetrySeconds: () => Math.min(longestRetrySeconds, Math.max(1, Math.ceil(meanSeconds / 2))),
  };
}
