/** How much random input a test tries: a quarter in `npm test`, all of it in `npm run test:slow` (vitest's mode `slow`). */

/** Whether everything is tried. */
export const isThorough: boolean = import.meta.env.MODE === "slow";

/** How many times to repeat something that `npm run test:slow` repeats `full` times; `share`: the part of it that `npm test` repeats. */
export function scaleRuns(full: number, share = 1 / 4): number {
  return isThorough ? full : Math.ceil(full * share);
}

/** The cases to try: the first `few` in `npm test`, all of them in `npm run test:slow`. */
export function chooseCases<T>(cases: readonly T[], few: number): readonly T[] {
  return isThorough ? cases : cases.slice(0, few);
}
