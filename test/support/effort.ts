/** How much random input a test tries: a quarter in `npm test`, all of it in `npm run test:slow` (vitest's mode `slow`). */

/** Whether everything is tried. */
const isThorough: boolean = import.meta.env.MODE === "slow";

/** How many times to repeat something that `npm run test:slow` repeats `full` times. */
export function scaleRuns(full: number): number {
  return isThorough ? full : Math.ceil(full / 4);
}
