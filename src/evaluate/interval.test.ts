/**
 * The interval: equality with Clopper-Pearson (SciPy) for equal classes, and coverage by seeded simulation.
 * The full coverage table is made by runs/interval-coverage.ts.
 */
import { readFileSync } from "node:fs";
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { scaleRuns } from "../../test/support/effort.ts";
import { computeCoverage, concentrateErrors, spreadRecalls } from "../../test/support/interval-simulation.ts";
import { computeInterval, computeStratifiedSize, countIndependent } from "./interval.ts";

const { clopperPearson } = JSON.parse(
  readFileSync(new URL("../../test/fixtures/metrics/distributions.json", import.meta.url), "utf8"),
) as { clopperPearson: [n: number, right: number, low: number, high: number][] };

/** Draws of one cell, and the coverage that 0.95 may show by chance (3 standard errors). */
const draws = scaleRuns(600);
const least = 0.95 - 3 * Math.sqrt((0.95 * 0.05) / draws);

describe("computeInterval", () => {
  it("is Clopper-Pearson's for classes of equal size", () => {
    for (const [n, right, low, high] of clopperPearson) {
      const correctness = Array.from({ length: n }, (_, i) => Number(i < right));
      for (const classes of [1, 2, 7].filter((count) => n % count === 0)) {
        const interval = computeInterval({ truth: correctness.map((_, i) => i % classes), correctness });
        expect([interval.low, interval.high]).toBeAllclose([low, high], { rtol: 1e-7, atol: 1e-9 });
      }
    }
  });

  it("is the same when every recording is its own speaker", () => {
    const truth = Array.from({ length: 30 }, (_, i) => i % 3);
    const correctness = truth.map((_, i) => Number(i % 4 > 0));
    const plain = computeInterval({ truth, correctness });
    expect(computeInterval({ truth, correctness, groups: truth.map(() => undefined) })).toEqual(plain);
    expect(computeInterval({ truth, correctness, groups: truth.map((_, i) => `${i}`) })).toEqual(plain);
  });

  it("is about as wide as for one recording per speaker when speakers are all right or all wrong", () => {
    const truth = Array.from({ length: 60 }, (_, i) => i % 3);
    const groups = truth.map((_, i) => `${Math.floor(i / 6)}`);
    const correctness = groups.map((group) => Number(Number(group) < 7));
    const interval = computeInterval({ truth, correctness, groups });
    expect(interval.effectiveRecordings).toBeGreaterThanOrEqual(10);
    expect(interval.effectiveRecordings).toBeLessThan(13);
  });

  test.prop([
    fc.array(
      fc.tuple(
        fc.nat({ max: 5 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.option(fc.constantFrom("a", "b", "c", "d"), { nil: undefined }),
      ),
      { minLength: 1, maxLength: 40 },
    ),
  ])("contains the estimate, lies in [0, 1], is symmetric, and counts at most the recordings", (rows) => {
    const truth = rows.map(([label]) => label);
    const correctness = rows.map(([, value]) => value);
    const groups = rows.map(([, , group]) => group);
    const interval = computeInterval({ truth, correctness, groups });
    expect(interval.low).toBeGreaterThanOrEqual(0);
    expect(interval.high).toBeLessThanOrEqual(1);
    expect(interval.low).toBeLessThanOrEqual(interval.estimate + 1e-9);
    expect(interval.high).toBeGreaterThanOrEqual(interval.estimate - 1e-9);
    expect(interval.effectiveRecordings).toBeLessThanOrEqual(rows.length + 1e-6);
    const mirrored = computeInterval({ truth, correctness: correctness.map((value) => 1 - value), groups });
    expect([mirrored.low, mirrored.high]).toBeAllclose([1 - interval.high, 1 - interval.low], { atol: 1e-6 });
    const alone = computeInterval({ truth, correctness });
    expect(interval.high - interval.low).toBeGreaterThanOrEqual(alone.high - alone.low - 1e-6);
  });

  it("is extended, upwards only, by the gain from recordings that cross-validation held out", () => {
    const truth = Array.from({ length: 50 }, (_, i) => i % 10);
    const correctness = truth.map((_, i) => Number(i % 3 > 0));
    const plain = computeInterval({ truth, correctness });
    const [two, five] = [2, 5].map((k) =>
      computeInterval({ truth, correctness, crossValidation: { growth: k / (k - 1), classes: 10 } }),
    );
    expect([two!.low, five!.low, five!.estimate]).toEqual([plain.low, plain.low, plain.estimate]);
    expect(five!.high).toBeGreaterThan(plain.high + 0.01);
    expect(two!.high).toBeGreaterThan(five!.high + 0.01);
    expect(two!.high).toBeLessThan(1);
  });

  it("rejects input without recordings", () => {
    expect(() => computeInterval({ truth: [], correctness: [] })).toThrow(
      expect.objectContaining({ code: "no-recordings" }),
    );
  });
});

describe("computeStratifiedSize", () => {
  test.prop([
    fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 8 }),
    fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 }),
  ])("bounds the variance of any class accuracies", (sizes, values) => {
    const recalls = values.slice(0, sizes.length);
    const p = recalls.reduce((sum, recall) => sum + recall, 0) / sizes.length;
    const variance = sizes.reduce(
      (sum, size, c) => sum + (recalls[c]! * (1 - recalls[c]!)) / (sizes.length ** 2 * size),
      0,
    );
    expect(variance).toBeLessThanOrEqual((p * (1 - p)) / computeStratifiedSize(p, sizes) + 1e-9);
  });

  it("lies between classes x smallest class and the number of recordings", () => {
    expect(computeStratifiedSize(0.3, [5, 5, 5])).toBe(15);
    expect(computeStratifiedSize(0.999, [2, 10, 10])).toBeCloseTo(6, 1);
    expect(computeStratifiedSize(0.5, [2, 10, 10])).toBeCloseTo(3 / (0.5 / 3 + 0.1 * (2 / 3)), 6);
  });
});

describe("coverage of the 95 % interval, independent recordings", () => {
  const sizes = {
    "14 x 1": Array(14).fill(1),
    "14 x 4": Array(14).fill(4),
    "10 x 20": Array(10).fill(20),
    "2, 2, 3, 5, 8, 10, 20": [2, 2, 3, 5, 8, 10, 20],
    "3, 97": [3, 97],
  };
  it.each(Object.entries(sizes))("classes of %s", (_, counts: number[]) => {
    for (const [seed, p] of [0.1, 0.5, 0.8, 0.95, 0.99].entries()) {
      const recalls = [
        spreadRecalls(p, counts.length, 0),
        spreadRecalls(p, counts.length, 1),
        concentrateErrors(p, counts.length),
      ];
      for (const values of recalls) {
        expect(computeCoverage({ sizes: counts, recalls: values }, draws, seed).coverage).toBeGreaterThan(
          least,
        );
      }
      const repeated = computeCoverage(
        { sizes: counts, recalls: recalls[0]!, fractional: true },
        draws,
        seed,
      );
      expect(repeated.coverage).toBeGreaterThan(least);
    }
  });
});

describe("coverage of the 95 % interval, 50 recordings by few speakers", () => {
  it.each([3, 5, 8, 20])("%i speakers", (speakers) => {
    for (const correlation of [0, 0.1, 0.3]) {
      for (const [seed, p] of [0.5, 0.8, 0.95].entries()) {
        const cell = { sizes: Array(10).fill(5), recalls: spreadRecalls(p, 10, 0.5), speakers, correlation };
        expect(computeCoverage(cell, draws, seed).coverage).toBeGreaterThan(least);
      }
    }
  });

  it("would not hold if speakers were ignored", () => {
    const cell = {
      sizes: Array(10).fill(5),
      recalls: spreadRecalls(0.8, 10, 0.5),
      speakers: 5,
      correlation: 0.3,
    };
    expect(computeCoverage({ ...cell, ignoreSpeakers: true }, draws, 0).coverage).toBeLessThan(0.85);
  });
});

test("recordings of one speaker count for fewer independent ones, those of unknown speakers in full", () => {
  expect(countIndependent([undefined, undefined, "a", "b"])).toBe(4);
  expect(countIndependent(["a", "a", "a", "b", "b", "b"])).toBeCloseTo(6 / (1 + 2 * 0.2), 12);
  expect(countIndependent(["a", "a", "a", "a", "a", "b"])).toBeLessThan(
    countIndependent(["a", "a", "a", "b", "b", "b"]),
  );
});
