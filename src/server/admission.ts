/**
 * How much work is let in: requests beyond the queue are turned away at once, with a guess of when there will be room.
 *
 * Must not know: what the work is.
 */
import { createOverloaded } from "./problem.ts";

/** Weight of the latest request in the running mean of durations. */
const latestWeight = 0.1;
const longestRetrySeconds = 60;

/** Lets work in, or not. */
export interface Admission {
  /** Throws `overloaded` when the queue is full. */
  check(): void;
  /** Counts work in until what it returns is called; throws like `check`. */
  enter(): () => void;
  /** Requests let in and not yet answered. */
  getCount(): number;
  /** Seconds after which there should be room, at least 1. */
  getRetrySeconds(): number;
}

/** `limit`: most requests let in at a time. */
export function createAdmission(limit: number): Admission {
  let count = 0;
  let meanSeconds = 0;
  const check = (): void => {
    if (count >= limit)
      throw createOverloaded(`${count} requests are waiting or at work, and no more are taken.`);
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
