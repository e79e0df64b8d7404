/** The line of progress: an estimate only where there is something to estimate from. */
import { expect, it } from "vitest";
import { formatProgress } from "./terminal.ts";

it("counts what is counted, shows shares of bytes, and estimates once something is done", () => {
  expect(formatProgress("embedding", 0, 0, 50, Number.NaN)).toMatch(/^embedding ░{30} 0\/50, estimating$/);
  expect(formatProgress("embedding", 0.2, 10, 50, Number.POSITIVE_INFINITY)).toMatch(/10\/50, estimating$/);
  expect(formatProgress("embedding", 0.5, 25, 50, 7.2)).toMatch(/█{15}░{15} 25\/50, 8 s left$/);
  expect(formatProgress("fetching", 0.25, 10e6, 40e6, 150)).toMatch(/ 25 %, 3 min left$/);
});
