/** Familiarity changes the odds of the best class; unclear speech and unlike sounds lower all scores. */
import { describe, expect, it } from "vitest";
import { scoreSound } from "./window-judge.ts";

const threshold = -1.7;
const probabilities = [0.1, 0.7, 0.2];
const score = (familiarity: number, others: number | undefined, unclear = Number.NaN) => {
  const { scores, known } = scoreSound(probabilities, { familiarity, threshold, others }, unclear);
  return scores.map((value) => known * value);
};
const best = (familiarity: number, others: number | undefined) => score(familiarity, others)[1]!;

describe("with the familiarity of sounds of no class", () => {
  it("changes nothing at four fifths of their familiarity, and changes odds by their distance around it", () => {
    expect(best(-2.4, -3)).toBeCloseTo(0.7, 9);
    const logit = (share: number) => Math.log(share / (1 - share));
    expect(logit(best(-2.5, -3)) - logit(0.7)).toBeCloseTo(-0.3, 9);
    expect(logit(best(-2.3, -3)) - logit(0.7)).toBeCloseTo(0.3, 9);
  });
  it("reduces all classes alike for unfamiliar sounds", () => {
    const scores = score(-4, -3);
    expect(scores[1]).toBeLessThan(0.05);
    for (const [c, value] of scores.entries())
      expect(value / probabilities[c]!).toBeCloseTo(scores[1]! / 0.7, 9);
  });
  it("raises the best class by a limited amount, at the cost of the others", () => {
    const scores = score(1, -3);
    expect(scores[1]).toBeCloseTo(best(0, -3), 9);
    expect(scores[1]).toBeGreaterThan(0.8);
    expect(scores[1]).toBeLessThan(0.9);
    expect(scores.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 9);
    expect(scores[2]! / scores[0]!).toBeCloseTo(2, 9);
  });
  it("matters little if these sounds are nearly as familiar as known ones, and not at all if they are more so", () => {
    expect(Math.abs(best(-2, -0.2) - 0.7)).toBeLessThan(0.1);
    expect(best(-2, 0.5)).toBe(0.7);
  });
  it("keeps certain and impossible probabilities", () => {
    const one = scoreSound([1, 0], { familiarity: 0, threshold, others: -3 }, 0);
    expect(one).toEqual({ scores: [1, 0], known: 1 });
    const none = scoreSound([0, 0], { familiarity: -9, threshold, others: -3 }, 0);
    expect(none).toEqual({ scores: [0, 0], known: 1 });
  });
});

it("reduces unfamiliar sounds by a curve without that measurement, and leaves others unchanged", () => {
  expect(best(-1, undefined)).toBe(0.7);
  expect(best(threshold - 2.4, undefined) / 0.7).toBeCloseTo(0.8, 2);
  expect(scoreSound(probabilities, undefined, 0)).toEqual({ scores: probabilities, known: 1 });
});

it("reduces sounds with unclear words in proportion to the probability of their tokens", () => {
  expect(scoreSound(probabilities, undefined, Math.LN2).known).toBeCloseTo(0.5, 9);
  expect(score(-2.4, -3, Math.LN2)[1]).toBeCloseTo(0.35, 9);
});
