/** Cross-validation does not score leaked information; each test shows that a leak would be detected. */
import { describe, expect, it } from "vitest";
import { createRandom } from "../core/random.ts";
import { createMatrix, getRow, type Matrix } from "../math/matrix.ts";
import { type CrossValidationInput, crossValidate } from "./cross-validate.ts";
import { computeEvaluation } from "./evaluate.ts";
import type { Evaluation } from "./evaluation.ts";

const names = (classes: number): string[] => Array.from({ length: classes }, (_, c) => `class ${c}`);

function drawNoise(rows: number, columns: number, seed: number): Matrix {
  const random = createRandom(seed);
  return createMatrix(
    rows,
    columns,
    Float32Array.from({ length: rows * columns }, () => random.normal()),
  );
}

/** The features that differ most between classes, measured on the given rows. */
function selectFeatures(
  x: Matrix,
  labels: readonly number[],
  rows: readonly number[],
  count: number,
): number[] {
  const spread = Array.from({ length: x.columns }, (_, j) => {
    const sums = new Map<number, [number, number]>();
    for (const row of rows) {
      const [sum, n] = sums.get(labels[row]!) ?? [0, 0];
      sums.set(labels[row]!, [sum + getRow(x, row)[j]!, n + 1]);
    }
    return [...sums.values()].reduce((total, [sum, n]) => total + sum ** 2 / n, 0);
  });
  return [...spread.keys()].sort((a, b) => spread[b]! - spread[a]!).slice(0, count);
}

/** Nearest centroid on the given features. */
function fitPredictCentroids(
  x: Matrix,
  labels: readonly number[],
  classes: number,
  features: readonly number[],
  train: readonly number[],
  test: readonly number[],
): Matrix {
  const distances = test.map((row) =>
    Array.from({ length: classes }, (_, c) => {
      const own = train.filter((other) => labels[other] === c);
      return features.reduce((sum, j) => {
        const mean = own.reduce((total, other) => total + getRow(x, other)[j]!, 0) / own.length;
        return sum + (getRow(x, row)[j]! - mean) ** 2;
      }, 0);
    }),
  );
  return toProbabilities(distances.map((row) => row.map((distance) => -distance)));
}

function toProbabilities(logits: readonly (readonly number[])[]): Matrix {
  const rows = logits.map((row) => {
    const top = Math.max(...row);
    const raised = row.map((value) => Math.exp(value - top));
    const sum = raised.reduce((a, b) => a + b, 0);
    return raised.map((value) => value / sum);
  });
  return createMatrix(rows.length, rows[0]!.length, Float32Array.from(rows.flat()));
}

async function evaluate(input: CrossValidationInput): Promise<Evaluation> {
  const { grouping, probabilities } = await crossValidate(input);
  const { labels: truth, classes: labels, groups } = input;
  return computeEvaluation({
    protocol: "cross-validation",
    labels,
    truth,
    probabilities,
    groups,
    grouping,
    trainAccuracy: 1,
  });
}

describe("leaks", () => {
  const labels = Array.from({ length: 50 }, (_, i) => i % 5);
  const classes = names(5);

  it("500 features of noise, the best of them chosen within folds: chance; chosen outside: far above", async () => {
    let inside = 0;
    let outside = 0;
    const draws = 6;
    for (let seed = 0; seed < draws; seed++) {
      const x = drawNoise(50, 500, seed);
      const all = selectFeatures(x, labels, [...labels.keys()], 10);
      const within = await evaluate({
        labels,
        classes,
        seed,
        repeats: 2,
        fitPredict: (train, test) =>
          fitPredictCentroids(x, labels, 5, selectFeatures(x, labels, train, 10), train, test),
      });
      const leaked = await evaluate({
        labels,
        classes,
        seed,
        repeats: 2,
        fitPredict: (train, test) => fitPredictCentroids(x, labels, 5, all, train, test),
      });
      inside += within.balancedAccuracy / draws;
      outside += leaked.balancedAccuracy / draws;
      expect(within.interval[0]).toBeLessThan(0.2);
    }
    expect(inside).toBeGreaterThan(0.1);
    expect(inside).toBeLessThan(0.3);
    expect(outside).toBeGreaterThan(0.5);
  });

  it("voices that reveal the label: chance with folds by speaker, a leak without", async () => {
    // Twenty speakers, four to a class; each says one word, and a voice carries no information about the
    // words of others.
    const speakers = labels.map((label, i) => `${label} ${Math.floor(i / 5) % 4}`);
    const voices = new Map(
      [...new Set(speakers)].map((speaker, s) => [speaker, drawNoise(1, 20, 1000 + s).data]),
    );
    const noise = drawNoise(50, 20, 5);
    const x = createMatrix(50, 20);
    for (const [row, speaker] of speakers.entries()) {
      for (let j = 0; j < 20; j++)
        getRow(x, row)[j] = voices.get(speaker)![j]! + 0.1 * getRow(noise, row)[j]!;
    }
    const fitPredict: CrossValidationInput["fitPredict"] = (train, test) =>
      toProbabilities(
        test.map((row) => {
          // Nearest neighbour: the label of the most similar voice.
          const distances = train.map((other) =>
            getRow(x, other).reduce((sum, value, j) => sum + (value - getRow(x, row)[j]!) ** 2, 0),
          );
          const nearest = train[distances.indexOf(Math.min(...distances))]!;
          return classes.map((_, c) => Number(labels[nearest] === c) * 10);
        }),
      );
    const bySpeaker = await evaluate({ labels, classes, groups: speakers, seed: 0, fitPredict });
    const leaked = await evaluate({ labels, classes, seed: 0, fitPredict });
    expect([bySpeaker.grouping, leaked.grouping]).toEqual(["speaker", "none"]);
    expect(leaked.balancedAccuracy).toBeGreaterThan(0.9);
    expect(bySpeaker.balancedAccuracy).toBeLessThan(0.35);
    expect(bySpeaker.interval[0]).toBeLessThan(0.2);
  });

  it("every row is predicted once per repeat, by a fit that excludes it", async () => {
    const seen: string[] = [];
    const { probabilities, repeats } = await crossValidate({
      labels,
      classes,
      seed: 3,
      repeats: 4,
      fitPredict: async (train, test, { repeat, index }) => {
        expect(train.filter((row) => test.includes(row))).toEqual([]);
        for (const row of test) seen.push(`${repeat} ${row}`);
        // The first column encodes the row number, the second the fold, so that a misplaced row is detected.
        return createMatrix(
          test.length,
          5,
          Float32Array.from(test.flatMap((row) => [row / 50, index / 20, 0, 0, 0])),
        );
      },
    });
    expect(new Set(seen).size).toBe(200);
    expect(seen).toHaveLength(200);
    for (let repeat = 0; repeat < repeats; repeat++) {
      for (const row of labels.keys()) {
        const [first, second] = getRow(probabilities[repeat]!, row);
        expect(first).toBeCloseTo(row / 50);
        expect(Math.floor((Math.round(second! * 20) + 1e-3) / 5)).toBe(repeat);
      }
    }
  });
});

describe("work", () => {
  const labels = [0, 0, 0, 1, 1, 1];
  const uniform = (rows: number): Matrix => createMatrix(rows, 2, new Float32Array(rows * 2).fill(0.5));
  const input = { labels, classes: ["a", "b"], seed: 0, repeats: 2 };

  it("reports progress from nothing to all folds", async () => {
    const completed: number[] = [];
    await crossValidate(
      { ...input, fitPredict: (_, test) => uniform(test.length) },
      { onProgress: (progress) => completed.push(progress.completed / progress.total!) },
    );
    expect(completed).toBeAllclose([0, 1, 2, 3, 4, 5, 6].map((fold) => fold / 6));
  });

  it("stops when aborted, between folds", async () => {
    const abort = new AbortController();
    let folds = 0;
    const work = crossValidate(
      {
        ...input,
        fitPredict: (_, test) => {
          if (++folds === 2) abort.abort();
          return uniform(test.length);
        },
      },
      { signal: abort.signal },
    );
    await expect(work).rejects.toMatchObject({ code: "aborted" });
    expect(folds).toBe(2);
  });

  it("can be aborted while folds are synchronous", async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 0);
    const work = crossValidate(
      { ...input, repeats: 1000, fitPredict: (_, test) => uniform(test.length) },
      { signal: abort.signal },
    );
    await expect(work).rejects.toMatchObject({ code: "aborted" });
  });

  it("rejects anything but probabilities of the test rows", async () => {
    const wrong = [
      createMatrix(1, 2),
      createMatrix(2, 3),
      createMatrix(2, 2, Float32Array.of(0.5, Number.NaN, 1, 0)),
      createMatrix(2, 2, Float32Array.of(-3, 4, 1, 0)),
    ];
    for (const result of wrong) {
      await expect(crossValidate({ ...input, fitPredict: () => result })).rejects.toMatchObject({
        code: "invalid-shape",
      });
    }
  });
});

describe("folds by speaker", () => {
  it("correct the class sizes for a speaker left out", async () => {
    // Speaker a has most of class 0: without a, class 0 has one recording of three, and half of all
    // otherwise.
    const labels = [0, 0, 0, 1, 0, 1, 1, 1];
    const groups = ["a", "a", "a", "a", "b", "b", "b", "b"];
    const { probabilities, growth, repeats } = await crossValidate({
      ...{ labels, groups, classes: ["x", "y"], seed: 0 },
      // A classifier that has learned nothing but the sizes of classes.
      fitPredict: (train, test) => {
        const share = train.filter((row) => labels[row] === 0).length / train.length;
        return createMatrix(test.length, 2, Float32Array.from(test.flatMap(() => [share, 1 - share])));
      },
    });
    // Class 0: 4 recordings, 1 trained on; class 1: 4 and 3. 1/4 x 16 against 3/4 x 16/9.
    expect(probabilities[0]!.data[0]).toBeCloseTo(4 / (4 + 4 / 3), 6);
    expect([growth, repeats]).toEqual([2, 1]);
  });
});
