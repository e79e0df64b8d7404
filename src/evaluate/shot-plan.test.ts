/** The shot plan: training sides, their sizes, and the number of trainings. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { createFolds } from "./folds.ts";
import { computeHarmonicMean, createShotPlan, type ShotPlanInput } from "./shot-plan.ts";

const repeat = (sizes: readonly number[]): number[] => sizes.flatMap((size, c) => Array(size).fill(c));

function plan(labels: readonly number[], options: Partial<ShotPlanInput> = {}, groups?: string[]) {
  const folds = createFolds({ labels, groups, seed: 0 });
  const input = {
    ...folds,
    labels,
    seed: 0,
    maximumEvaluations: 1000,
    wholeIsKnown: false,
    ...options,
  };
  return { folds, plan: createShotPlan(input) };
}

describe("createShotPlan", () => {
  it("takes 1, 2, 3, 5, 8 of each class, then all", () => {
    const { plan: equal } = plan(repeat(Array(3).fill(13)));
    expect(equal.levels.map(({ shots }) => shots).slice(0, -1)).toEqual([1, 2, 3, 5, 8]);
    const { plan: five } = plan(repeat(Array(10).fill(5)));
    expect(five.levels.map(({ shots, recordingsPerClass }) => [shots, recordingsPerClass])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 4],
    ]);
    expect(plan(repeat([2, 2])).plan.levels).toHaveLength(1);
  });

  it("uses all recordings of smaller classes, and leaves out sizes that change little", () => {
    const { plan: unequal, folds } = plan(repeat([2, 40, 40]));
    const places = unequal.levels.map(({ recordingsPerClass }) => recordingsPerClass);
    // One of the first class is in every training side: 3 / (1 + 2 / n) goes to 3, not to 27.
    expect(places[0]).toBe(1);
    expect(places.at(-1)).toBeCloseTo(3 / (1 + 2 / 20), 9);
    for (const [i, place] of places.entries()) if (i > 0) expect(place).toBeGreaterThan(1.1 * places[i - 1]!);
    expect(unequal.levels.at(-1)!.folds).toEqual(folds.folds);
  });

  it("leaves out sizes above a limit, except the first and the last", () => {
    const labels = repeat(Array(4).fill(100));
    const { plan: limited } = plan(labels, { maximumTrained: 50 });
    expect(limited.isLimited).toBe(true);
    expect(limited.levels.map(({ shots }) => shots)).toEqual([1, 2, 3, 5, 8, 80]);
    expect(plan(labels, { maximumTrained: 1 }).plan.levels.map(({ shots }) => shots)).toEqual([1, 80]);
    expect(plan(labels, { maximumTrained: 320 }).plan.isLimited).toBe(false);
  });

  it("drops repeats first, then sizes, never all recordings", () => {
    const labels = repeat(Array(4).fill(20));
    const full = plan(labels).plan;
    expect(full).toMatchObject({ repeats: 10, evaluations: 10 * 5 * full.levels.length });
    const fewer = plan(labels, { maximumEvaluations: 100 }).plan;
    expect(fewer.levels).toHaveLength(full.levels.length);
    expect(fewer.repeats).toBe(Math.floor(100 / (5 * full.levels.length)));
    const least = plan(labels, { maximumEvaluations: 10 }).plan;
    expect(least.levels.map(({ shots }) => shots)).toEqual([1, 16]);
    expect(least).toMatchObject({ repeats: 1, evaluations: 10 });
    const known = plan(labels, { maximumEvaluations: 10, wholeIsKnown: true }).plan;
    expect(known.levels.at(-1)!.folds).toHaveLength(50);
    expect(known.evaluations).toBeLessThanOrEqual(10);
  });

  test.prop([
    fc.array(fc.integer({ min: 2, max: 14 }), { minLength: 2, maxLength: 5 }),
    fc.integer({ min: 1, max: 12 }),
    fc.nat({ max: 1000 }),
    fc.integer({ min: 1, max: 400 }),
  ])(
    "is nested and stratified, keeps what is tested, and never trains on a speaker it tests",
    (sizes, speakers, seed, maximumEvaluations) => {
      const labels = repeat(sizes);
      const groups = labels.map((_, i) => `speaker ${(i * 7) % speakers}`);
      const { plan: shots, folds } = plan(labels, { seed, maximumEvaluations }, groups);
      expect(shots.evaluations).toBeLessThanOrEqual(Math.max(maximumEvaluations, folds.k * 2));
      for (const [l, level] of shots.levels.entries()) {
        expect(level.folds).toHaveLength(folds.k * shots.repeats);
        for (const [f, fold] of level.folds.entries()) {
          const whole = folds.folds[f]!;
          expect(fold.test).toEqual(whole.test);
          const larger = new Set((shots.levels[l + 1] ?? { folds: folds.folds }).folds[f]!.train);
          expect(fold.train.every((row) => larger.has(row))).toBe(true);
          for (const c of sizes.keys()) {
            const available = whole.train.filter((row) => labels[row] === c).length;
            expect(fold.train.filter((row) => labels[row] === c)).toHaveLength(
              Math.min(level.shots, available),
            );
          }
          if (folds.grouping === "speaker") {
            const tested = new Set(fold.test.map((row) => groups[row]));
            expect(fold.train.some((row) => tested.has(groups[row]!))).toBe(false);
          }
        }
      }
    },
  );

  it("differs between seeds, and is equal for the same seed", () => {
    const labels = repeat(Array(3).fill(10));
    const trains = (seed: number) => plan(labels, { seed }).plan.levels[0]!.folds.map((fold) => fold.train);
    expect(trains(1)).toEqual(trains(1));
    expect(trains(1)).not.toEqual(trains(2));
  });
});

describe("computeHarmonicMean", () => {
  it("depends most on the smallest class", () => {
    expect(computeHarmonicMean([4, 4, 4])).toBeCloseTo(4, 12);
    expect(computeHarmonicMean([1, 100])).toBeCloseTo(200 / 101, 12);
  });
});
