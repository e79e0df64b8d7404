/**
 * How many long recordings and live streams are listened to at a time.
 *
 * Must not know: what comes of them.
 */
import { createOverloaded } from "./problem.ts";

/** Counts streams. */
export interface Streams {
  /** Counts one in until what it returns is called; throws `overloaded`. */
  enter(): () => void;
  getCount(): number;
}

/** `limit`: most streams at a time. */
export function createStreams(limit: number): Streams {
  let count = 0;
  return {
    enter() {
      if (count >= limit) throw createOverloaded(`${count} streams are listened to, and no more are taken.`);
      count++;
      let isIn = true;
      return () => {
        if (isIn) count--;
        isIn = false;
      };
    },
    getCount: () => count,
  };
}
