import { describe, expect, it } from "vitest";
import { createRandom } from "../core/random.ts";
import { assignClusters, computeSquaredDistance, fitCentres, rotatePoints, seedCentres } from "./k-means.ts";
import { createMatrix, getRow } from "./matrix.ts";

const random = createRandom(5);
const points = createMatrix(
  12,
  50,
  Float32Array.from({ length: 600 }, () => random.normal()),
);
const ones = new Float64Array(12).fill(1);

describe("rotatePoints", () => {
  it("keeps all distances", () => {
    const rotated = rotatePoints(points);
    expect([rotated.rows, rotated.columns]).toEqual([12, 12]);
    for (let i = 0; i < 12; i++) {
      for (let j = 0; j < i; j++) {
        const before = computeSquaredDistance(getRow(points, i), getRow(points, j));
        const after = computeSquaredDistance(getRow(rotated, i), getRow(rotated, j));
        expect(Math.abs(after - before)).toBeLessThan(1e-3);
      }
    }
  });

  it("accepts a single point, and points that are all zero", () => {
    expect(rotatePoints(createMatrix(3, 5)).data.every(Number.isFinite)).toBe(true);
    const same = createMatrix(3, 5, new Float32Array(15).fill(2));
    expect(rotatePoints(same).data.every(Number.isFinite)).toBe(true);
  });
});

describe("fitCentres", () => {
  const measureCost = (centres: ReturnType<typeof fitCentres>, weights: Float64Array): number => {
    const clusters = assignClusters(points, centres);
    return clusters.reduce(
      (sum, c, row) => sum + weights[row]! * computeSquaredDistance(getRow(points, row), getRow(centres, c)),
      0,
    );
  };

  it("ends with centres at the weighted means of their points, no worse than the start", () => {
    const weights = Float64Array.from({ length: 12 }, (_, row) => 1 + (row % 3));
    const first = seedCentres(points, weights, 3, createRandom(1));
    const centres = fitCentres(points, weights, first);
    expect(measureCost(centres, weights)).toBeLessThanOrEqual(measureCost(first, weights) + 1e-6);
    const clusters = assignClusters(points, centres);
    for (let c = 0; c < 3; c++) {
      const own = [...clusters.keys()].filter((row) => clusters[row] === c);
      const total = own.reduce((sum, row) => sum + weights[row]!, 0);
      const mean = own.reduce((sum, row) => sum + (weights[row]! / total) * getRow(points, row)[7]!, 0);
      expect(getRow(centres, c)[7]).toBeCloseTo(mean, 4);
    }
  });

  it("leaves a centre without points where it is", () => {
    const far = createMatrix(2, 50);
    getRow(far, 1).fill(1000);
    expect(getRow(fitCentres(points, ones, far), 1).every((value) => value === 1000)).toBe(true);
  });
});

describe("seedCentres", () => {
  it("draws no place twice while others remain, and accepts points that are all equal", () => {
    const all = seedCentres(points, ones, 12, createRandom(2));
    expect(new Set(Array.from({ length: 12 }, (_, c) => getRow(all, c).join())).size).toBe(12);
    expect(seedCentres(createMatrix(3, 2), ones.subarray(0, 3), 2, createRandom(0)).rows).toBe(2);
  });
});
