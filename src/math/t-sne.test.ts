/**
 * The map keeps neighbours together, gives the same map for the same distances, and works for few or equal
 * points.
 */
import { describe, expect, it } from "vitest";
import { makeEmbeddings, testEncoder } from "../../test/support/make-embeddings.ts";
import { computeRecordingMap } from "../classifier/features/recording-map.ts";
import { computeNeighbourMap } from "./t-sne.ts";

function computeSquares(points: readonly (readonly number[])[]): Float64Array {
  return Float64Array.from(
    points.flatMap((a) => points.map((b) => a.reduce((sum, x, i) => sum + (x - b[i]!) ** 2, 0))),
  );
}

const view = { encoder: "test", layer: 0, pooling: "mean+std", weight: 1 } as const;
const classifier = { fitted: [{ view, factor: 1 }], vocabulary: undefined } as unknown as Parameters<
  typeof computeRecordingMap
>[1];
const encoderSet = { encoders: [testEncoder] };

describe("computeNeighbourMap", () => {
  it("keeps clusters from many dimensions together", () => {
    const embeddings = makeEmbeddings({ classes: 5, shots: 12, seed: 1, separation: [1.2, 0, 0] });
    const map = computeRecordingMap(embeddings, classifier, encoderSet);
    let same = 0;
    for (const [i, a] of map.entries()) {
      const distances = map.map((b, j) => (i === j ? Infinity : Math.hypot(a![0] - b![0], a![1] - b![1])));
      if (embeddings[distances.indexOf(Math.min(...distances))]!.label === embeddings[i]!.label) same++;
    }
    expect(same / map.length).toBeGreaterThan(0.95);
  });

  it("stays within the unit square and is reproducible", () => {
    const squares = computeSquares(
      Array.from({ length: 30 }, (_, i) => [Math.sin(i), Math.cos(2 * i), i % 3]),
    );
    const map = computeNeighbourMap(squares, 30);
    expect(computeNeighbourMap(squares, 30)).toEqual(map);
    for (const value of map.flat()) {
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(1);
    }
  });

  it("shows three points at their true distances", () => {
    const map = computeNeighbourMap(
      computeSquares([
        [0, 0],
        [3, 0],
        [0, 4],
      ]),
      3,
    );
    const distance = (a: number, b: number) => Math.hypot(map[a]![0] - map[b]![0], map[a]![1] - map[b]![1]);
    expect(distance(0, 1) / distance(1, 2)).toBeCloseTo(0.6, 2);
    expect(distance(0, 2) / distance(1, 2)).toBeCloseTo(0.8, 2);
  });

  it("accepts one point, and points that are all equal", () => {
    expect(computeNeighbourMap(new Float64Array(1), 1)).toEqual([[0.5, 0.5]]);
    for (const points of [2, 3, 8]) {
      const map = computeNeighbourMap(new Float64Array(points * points), points);
      expect(map.flat().every(Number.isFinite)).toBe(true);
    }
  });
});

describe("computeRecordingMap", () => {
  it("draws a sample when there are too many, and is empty for no recordings", () => {
    const embeddings = makeEmbeddings({ classes: 2, shots: 255, seed: 1 });
    const map = computeRecordingMap(embeddings, classifier, encoderSet);
    expect(map.length).toBe(510);
    expect(map.filter((place) => place !== undefined).length).toBe(500);
    expect(computeRecordingMap([], classifier, encoderSet)).toEqual([]);
  });
});
