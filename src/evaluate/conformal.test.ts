/**
 * Label sets: the definition, exact coverage with exchangeable scores, and bounded coverage by simulation.
 */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { createRandom, type Random } from "../core/random.ts";
import { createMatrix } from "../math/matrix.ts";
import {
  computeLabelPValues,
  computeNonconformity,
  createLabelCalibration,
  type LabelCalibration,
  selectLabels,
} from "./conformal.ts";
import { createFolds } from "./folds.ts";

/** Few distinct values, so that there are ties. */
const score = fc.integer({ min: 0, max: 8 }).map((value) => value / 8);
const alphas = fc.double({ min: 0.01, max: 0.99, noNaN: true });

describe("computeLabelPValues", () => {
  test.prop([
    fc.array(fc.tuple(score, fc.nat({ max: 2 })), { minLength: 1, maxLength: 30 }),
    fc.array(fc.array(score, { minLength: 4, maxLength: 4 }), { minLength: 3, maxLength: 3 }),
    fc.integer({ min: 1, max: 19 }),
  ])("selects labels as Romano, Sesia and Candes define", (known, scores, twentieths) => {
    const calibration = { scores: known.map(([value]) => value), models: known.map(([, model]) => model) };
    const n = known.length;
    const chosen = selectLabels(computeLabelPValues(calibration, scores), 0, twentieths / 20);
    for (let label = 1; label < 4; label++) {
      const less = known.filter(([value, model]) => value < scores[model]![label]!).length;
      // 20 x less < (20 - twentieths)(n + 1): in whole numbers.
      expect(chosen.includes(label)).toBe(20 * less < (20 - twentieths) * (n + 1));
    }
  });

  it("has exactly the stated coverage with one model and exchangeable scores", () => {
    for (const n of [5, 19, 50]) {
      for (const alpha of [0.05, 0.1, 0.25, 0.5]) {
        // Of n + 1 distinct scores each is the new one once.
        const covered = Array.from({ length: n + 1 }, (_, own) => {
          const scores = Array.from({ length: n + 1 }, (_value, i) => i).filter((i) => i !== own);
          return selectLabels(computeLabelPValues({ scores }, [[-1, own]]), 0, alpha).includes(1);
        }).filter(Boolean).length;
        expect(covered).toBe(n + 1 - Math.floor(alpha * (n + 1)));
      }
    }
  });

  it("counts repeats as one recording", () => {
    const scores = [[0.2, 0.5]];
    const once = computeLabelPValues({ scores: [0.1, 0.3, 0.6] }, scores);
    expect(once).toEqual([3 / 4, 2 / 4]);
    expect(computeLabelPValues({ scores: [0.1, 0.3, 0.6, 0.1, 0.3, 0.6], repeats: 2 }, scores)).toEqual(once);
    expect(computeLabelPValues({ scores: [0.1, 0.3, 0.6, 0.1, 0.3, 0.4], repeats: 2 }, scores)).toEqual([
      3 / 4,
      1.5 / 4,
    ]);
  });

  it("takes the scores of the true labels", () => {
    const probabilities = [
      createMatrix(2, 2, Float32Array.of(0.75, 0.25, 0.5, 0.5)),
      createMatrix(2, 2, Float32Array.of(1, 0, 0.125, 0.875)),
    ];
    expect(createLabelCalibration(probabilities, [0, 1])).toEqual({
      scores: [0.25, 0.5, 0, 0.125],
      repeats: 2,
    });
  });

  it.each<[string, LabelCalibration, number[][], string]>([
    ["no scores", { scores: [] }, [[0]], "no-recordings"],
    ["a model without scores", { scores: [0, 0], models: [0, 1] }, [[0]], "invalid-shape"],
    ["a score without a model", { scores: [0, 0], models: [0] }, [[0]], "invalid-shape"],
    ["half a repeat", { scores: [0, 0, 0], repeats: 2 }, [[0]], "invalid-shape"],
  ])("rejects %s", (_, calibration, scores, code) => {
    expect(() => computeLabelPValues(calibration, scores)).toThrow(expect.objectContaining({ code }));
  });
});

describe("selectLabels", () => {
  test.prop([fc.array(score, { minLength: 2, maxLength: 8 }), fc.nat(), alphas, alphas])(
    "starts with the best guess, grows as alpha falls, and is sorted by p-value",
    (pValues, guess, a, b) => {
      const best = guess % pValues.length;
      const [small, large] = [Math.min(a, b), Math.max(a, b)];
      const wide = selectLabels(pValues, best, small);
      const narrow = selectLabels(pValues, best, large);
      expect(wide[0]).toBe(best);
      expect(new Set(wide).size).toBe(wide.length);
      expect(narrow.every((label) => wide.includes(label))).toBe(true);
      const plausible = wide.slice(1).map((label) => pValues[label]!);
      expect(plausible).toEqual([...plausible].sort((x, y) => y - x));
    },
  );

  it("rejects levels outside of (0, 1)", () => {
    for (const alpha of [0, 1, Number.NaN]) {
      expect(() => selectLabels([1], 0, alpha)).toThrow(expect.objectContaining({ code: "invalid-option" }));
    }
  });
});

describe("coverage", () => {
  const [classes, shots, features, draws, newRows] = [5, 6, 6, 120, 25];

  /** Softmax of minus squared distances to class means: a classifier that can be certain and wrong. */
  function train(x: readonly number[][], labels: readonly number[], rows: readonly number[]) {
    const means = Array.from({ length: classes }, (_, c) => {
      const own = rows.filter((row) => labels[row] === c);
      return Array.from({ length: features }, (_value, j) =>
        own.reduce((sum, row) => sum + x[row]![j]! / own.length, 0),
      );
    });
    return (point: readonly number[]): number[] => {
      const raised = means.map((mean) =>
        Math.exp(-0.5 * mean.reduce((sum, m, j) => sum + (point[j]! - m) ** 2, 0)),
      );
      const sum = raised.reduce((a, b) => a + b, 0);
      return raised.map((value) => value / sum);
    };
  }

  function measure(alpha: number, kind: "folds" | "everything", seed: number) {
    let covered = 0;
    let size = 0;
    for (let draw = 0; draw < draws; draw++) {
      const random = createRandom(seed, draw);
      const centres = Array.from({ length: classes }, () => drawPoint(random, 1));
      const drawAt = (label: number) => drawPoint(random, 1).map((value, j) => value + centres[label]![j]!);
      const labels = Array.from({ length: classes * shots }, (_, i) => i % classes);
      const x = labels.map(drawAt);
      const { folds } = createFolds({ labels, seed: draw, repeats: 1 });
      const models = folds.map((fold) => train(x, labels, fold.train));
      const foldOf = labels.map((_, row) => folds.findIndex((fold) => fold.test.includes(row)));
      const scores = labels.map((label, row) => computeNonconformity(models[foldOf[row]!]!(x[row]!))[label]!);
      const full = train(x, labels, [...labels.keys()]);
      const calibration = kind === "folds" ? { scores, models: foldOf } : { scores };
      for (let i = 0; i < newRows; i++) {
        const label = i % classes;
        const point = drawAt(label);
        const answers = (kind === "folds" ? models : [full]).map((model) =>
          computeNonconformity(model(point)),
        );
        const own = full(point);
        const set = selectLabels(
          computeLabelPValues(calibration, answers),
          own.indexOf(Math.max(...own)),
          alpha,
        );
        covered += Number(set.includes(label)) / (draws * newRows);
        size += set.length / (draws * newRows);
      }
    }
    return { covered, size };
  }

  const drawPoint = (random: Random, deviation: number): number[] =>
    Array.from({ length: features }, () => deviation * random.normal());

  it.each([0.05, 0.1, 0.2, 0.4])("alpha %f", (alpha) => {
    const folds = measure(alpha, "folds", 1);
    const everything = measure(alpha, "everything", 1);
    // Guaranteed (folds) and usual (both); 3,000 answers, but 120 sets of recordings.
    expect(folds.covered).toBeGreaterThan(1 - 2 * alpha);
    expect(folds.covered).toBeGreaterThan(1 - alpha - 0.02);
    expect(everything.covered).toBeGreaterThan(1 - alpha - 0.03);
    expect(everything.size).toBeLessThanOrEqual(folds.size + 0.02);
    // The coverage is not due to sets of all labels.
    if (alpha >= 0.1) expect(folds.size).toBeLessThan(0.6 * classes);
  });
});
