/** The line of progress: it contains an estimate only after some progress. */
import { expect, it } from "vitest";
import { formatError, formatProgress } from "./terminal.ts";

it("shows counts, or percentages of bytes, and an estimate after some progress", () => {
  expect(formatProgress("embedding", 0, 0, 50, Number.NaN)).toMatch(/^embedding ░{30} 0\/50, estimating$/);
  expect(formatProgress("embedding", 0.2, 10, 50, Number.POSITIVE_INFINITY)).toMatch(/10\/50, estimating$/);
  expect(formatProgress("embedding", 0.5, 25, 50, 7.2)).toMatch(/█{15}░{15} 25\/50, 8 s left$/);
  expect(formatProgress("fetching", 0.25, 10e6, 40e6, 150)).toMatch(/ 25 %, 3 min left$/);
});

it("makes the bar shorter on a narrow terminal", () => {
  const line = formatProgress("embedding sounds of no class", 0.5, 14, 30, 7.2, 60);
  expect(line.length).toBeLessThanOrEqual(60);
  expect(line).toMatch(/█{4,}░{4,} 14\/30, 8 s left$/);
});

it("wraps and indents errors and hints, on terminals only", () => {
  const record = { code: "too-short", message: "a ".repeat(40).trim(), hint: "b ".repeat(40).trim() };
  const lines = formatError("error", record, 60).split("\n");
  expect(lines.length).toBe(4);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(60);
  expect(lines[3]).toMatch(/^ {2}b/);
  expect(formatError("error", record).split("\n")).toHaveLength(2);
});
