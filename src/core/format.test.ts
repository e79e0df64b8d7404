/** Numbers as text. */
import { expect, it } from "vitest";
import { formatClock, formatDuration, formatNumberOf, formatPercent, formatPoints } from "./format.ts";

it("writes shares, counts and durations", () => {
  expect([0, 0.125, 0.12345, 1].map((share) => formatPercent(share))).toEqual([
    ...["0.0 %", "12.5 %", "12.3 %", "100.0 %"],
  ]);
  expect([0.004, 0.125, 1].map((share) => formatPercent(share, 0))).toEqual(["0 %", "13 %", "100 %"]);
  expect(formatPoints(0.0312)).toBe("3.1");
  expect([0.04, 9.9, 45.2, 720, 5400].map(formatDuration)).toEqual([
    ...["0.0 s", "9.9 s", "45 s", "12 min", "90 min"],
  ]);
  expect([formatNumberOf(1, "recording"), formatNumberOf(0, "recording")]).toEqual([
    ...["1 recording", "0 recordings"],
  ]);
});

it("writes places in time, rounded before they are cut into minutes", () => {
  expect([0, 62.54, 59.96].map((seconds) => formatClock(seconds))).toEqual(["0:00.0", "1:02.5", "1:00.0"]);
  expect(formatClock(3.25, ",")).toBe("0:03,3");
});
