/** The arithmetic of runs/suggest/savings.ts: who reaches which level with how many labels. */
import { describe, expect, it } from "vitest";
import { computeSaving, findArrival, fitMonotone } from "../../runs/suggest/savings.ts";

describe("savings", () => {
  it("makes curves monotone by averaging neighbours, and leaves monotone ones alone", () => {
    expect(fitMonotone([1, 2, 3])).toEqual([1, 2, 3]);
    expect(fitMonotone([3, 1, 2, 5])).toEqual([2, 2, 2, 5]);
  });

  it("finds arrivals between steps, at the start, and not at all", () => {
    expect(findArrival([0, 0.4, 0.8], 0.6)).toBeCloseTo(1.5);
    expect(findArrival([0.5, 0.6], 0.4)).toBe(0);
    expect(findArrival([0.5, 0.6], 0.7)).toBeUndefined();
  });

  it("counts the labels that are saved at the level of random choice", () => {
    const draws = [0, 0.02].map((shift) => ({
      random: [0.5, 0.55, 0.6, 0.65, 0.7].map((value) => value + shift),
      quick: [0.5, 0.6, 0.7, 0.75, 0.8].map((value) => value + shift),
      slow: [0.5, 0.5, 0.55, 0.55, 0.6].map((value) => value + shift),
    }));
    const quick = computeSaving(draws, "quick", { steps: 4, batch: 5 });
    expect(quick).toMatchObject({ labels: 20 });
    expect(quick.needed).toBeCloseTo(10);
    expect(quick.saved).toBeCloseTo(0.5);
    expect(quick.interval[0]).toBeLessThanOrEqual(0.5);
    const slow = computeSaving(draws, "slow", { steps: 4, batch: 5 });
    expect(slow).toMatchObject({ needed: undefined, saved: 0 });
  });
});
