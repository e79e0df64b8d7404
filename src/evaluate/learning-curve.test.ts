/** The learning curve: learners with a known curve, folds by speaker, cost, and the form of the document. */
import { describe, expect, it } from "vitest";
import { createRandom } from "../core/random.ts";
import { bisect } from "../math/distribution.ts";
import { createMatrix, type Matrix } from "../math/matrix.ts";
import { crossValidate } from "./cross-validate.ts";
import { computeLearningCurve, type LearningCurve, type LearningCurveInput } from "./learning-curve.ts";
import { computeChoiceAccuracy } from "./learning-gain.ts";

const names = (classes: number): string[] => Array.from({ length: classes }, (_, c) => `class ${c}`);
const toLabels = (sizes: readonly number[]): number[] => sizes.flatMap((size, c) => Array(size).fill(c));

/** One-hot answers: right or another class. */
function answer(rights: readonly boolean[], truth: readonly number[], classes: number): Matrix {
  const matrix = createMatrix(rights.length, classes);
  for (const [i, right] of rights.entries())
    matrix.data[i * classes + ((truth[i]! + Number(!right)) % classes)] = 1;
  return matrix;
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
const nodes = Array.from({ length: 81 }, (_, i) => -4 + i / 10);
const density = nodes.map((x) => Math.exp(-0.5 * x * x));
const total = density.reduce((a, b) => a + b, 0);

/** A learner with the given accuracy on average; some recordings are easier than others. */
function createLearner(
  curve: (shots: number) => number,
  labels: readonly number[],
  classes: number,
  seed: number,
) {
  const random = createRandom(seed);
  const ease = labels.map(() => 3 * random.normal());
  const levels = new Map<number, number>();
  const getLevel = (shots: number): number => {
    const accuracy = curve(shots);
    const known = levels.get(shots);
    if (known !== undefined || accuracy >= 1) return known ?? 99;
    const level = bisect(-30, 30, accuracy, (m) =>
      nodes.reduce((sum, x, i) => sum + (density[i]! * logistic(m + 3 * x)) / total, 0),
    );
    levels.set(shots, level);
    return level;
  };
  return (train: readonly number[], test: readonly number[]): Matrix => {
    const level = getLevel(train.length / classes);
    const rights = test.map((row) => random.uniform() < logistic(level + ease[row]!));
    return answer(
      rights,
      test.map((row) => labels[row]!),
      classes,
    );
  };
}

describe("learners with a known curve", () => {
  const classes = 10;
  const labels = toLabels(Array(classes).fill(5));
  const choice = (limit: number, noise: number) => (n: number) =>
    computeChoiceAccuracy(limit / Math.sqrt(1 + noise / n), classes);
  const curves: [string, (n: number) => number][] = [
    ["of the model's kind", choice(3, 4)],
    ["of the model's kind, steep", choice(3, 12)],
    ["a power law to 1", (n) => 1 - 0.6 * n ** -0.5],
    ["a power law to .9", (n) => 0.9 - 0.6 * n ** -0.3],
    ["a logistic curve", (n) => logistic(Math.log(n) - 1)],
    ["flat", () => 0.7],
    ["chance", () => 0.1],
    ["perfect", () => 1],
  ];

  it.each(curves)("%s: the forecasts contain it", async (_, curve) => {
    let held = 0;
    let gainsHeld = 0;
    const draws = 8;
    for (let seed = 0; seed < draws; seed++) {
      const { forecasts } = await computeLearningCurve({
        labels,
        classes: names(classes),
        seed,
        growths: [1, 2],
        fitPredict: createLearner(curve, labels, classes, seed),
      });
      const [now, twice] = forecasts as [
        LearningCurve["forecasts"][number],
        LearningCurve["forecasts"][number],
      ];
      for (const forecast of [now, twice]) {
        const truth = curve(5 * forecast.growth);
        const [low, high] = forecast.interval;
        held += Number(truth >= low - 1e-3 && truth <= high + 1e-3) / (2 * draws);
        // The coverage is not due to intervals that contain everything.
        expect(high - low).toBeLessThan(0.5);
      }
      const gain = curve(10) - curve(5);
      const [low, high] = twice.gainInterval;
      gainsHeld += Number(gain >= low - 1e-3 && gain <= high + 1e-3) / draws;
    }
    expect(held).toBeGreaterThan(0.85);
    expect(gainsHeld).toBeGreaterThan(0.7);
  });
});

describe("computeLearningCurve", () => {
  const labels = toLabels([6, 6, 9, 12]);
  const classes = names(4);
  const learner = (seed = 0) => createLearner((n) => 1 - 0.6 / Math.sqrt(n), labels, 4, seed);
  const base: LearningCurveInput = { labels, classes, seed: 0, fitPredict: learner() };

  it("is plain, documented data that rises and stays in bounds", async () => {
    const curve = await computeLearningCurve(base);
    expect(JSON.parse(JSON.stringify(curve))).toEqual(curve);
    expect(curve).toMatchObject({
      labels: classes,
      recordings: 33,
      chance: 0.25,
      grouping: "none",
      groupingReason: "no recording names its speaker",
    });
    expect(curve.recordingsPerClass).toBeCloseTo(4 / (1 / 6 + 1 / 6 + 1 / 9 + 1 / 12), 9);
    for (const point of curve.points) {
      expect(point.interval[0]).toBeLessThanOrEqual(point.balancedAccuracy);
      expect(point.interval[1]).toBeGreaterThanOrEqual(point.balancedAccuracy);
      const recalls = Object.values(point.recall);
      expect(recalls.reduce((a, b) => a + b, 0) / 4).toBeCloseTo(
        point.crossValidated ?? point.balancedAccuracy,
        9,
      );
    }
    const { forecasts } = curve;
    expect(forecasts.map(({ growth }) => growth)).toEqual([1, 1.5, 2, 3, 4]);
    expect(forecasts[0]).toMatchObject({ recordings: 33, gain: 0, gainInterval: [0, 0] });
    const last = curve.points.at(-1)!;
    for (const key of ["balancedAccuracy", "interval", "recordingsPerClass"] as const) {
      expect(forecasts[0]![key]).toEqual(last[key]);
    }
    expect(last.recordingsPerClass).toBe(curve.recordingsPerClass);
    for (const [i, { balancedAccuracy, interval, gain }] of forecasts.entries()) {
      expect(interval[1]).toBeLessThanOrEqual(1);
      expect(gain).toBeCloseTo(balancedAccuracy - forecasts[0]!.balancedAccuracy, 9);
      if (i > 0) expect(balancedAccuracy).toBeGreaterThanOrEqual(forecasts[i - 1]!.balancedAccuracy);
    }
    const gains = curve.classGains.map(({ gain }) => gain);
    expect(gains).toEqual([...gains].sort((a, b) => b - a));
    expect(new Set(curve.classGains.map(({ label }) => label))).toEqual(new Set(classes));
    expect(curve.classGains[0]).toMatchObject({ added: 5 });
  });

  it("ends at the score of cross-validation, without running it again", async () => {
    const crossValidation = await crossValidate({ ...base, repeats: 4 });
    let runs = 0;
    const counting = learner(1);
    const curve = await computeLearningCurve({
      ...base,
      crossValidation,
      maximumEvaluations: 40,
      fitPredict: (train, test) => {
        runs++;
        return counting(train, test);
      },
    });
    expect(runs).toBe(curve.evaluations);
    expect(runs).toBeLessThanOrEqual(40);
    const last = curve.points.at(-1)!;
    expect(last.repeats).toBe(4);
    const right = classes.map((_, c) => {
      const rows = [...labels.keys()].filter((row) => labels[row] === c);
      const hits = crossValidation.probabilities.flatMap((matrix) =>
        rows.map((row) => matrix.data[row * 4 + c]!),
      );
      return hits.reduce((a, b) => a + b, 0) / hits.length;
    });
    expect(Object.values(last.recall)).toBeAllclose(right);
  });

  it("passes through a score that was stated before", async () => {
    const headline = { balancedAccuracy: 0.83, interval: [0.7, 0.92] } as const;
    const { points, forecasts, advice, classGains } = await computeLearningCurve({ ...base, headline });
    expect(points.at(-1)).toMatchObject(headline);
    expect(forecasts[0]).toMatchObject(headline);
    for (const { balancedAccuracy } of forecasts) expect(balancedAccuracy).toBeGreaterThanOrEqual(0.83);
    const doubled = forecasts.find(({ growth }) => growth === 2)!;
    if (doubled.gain < 0.005) expect(advice.kind).toBe("other");
    for (const { gain } of classGains) expect(gain).toBeLessThan(1 - 0.83);
  });

  it("forecasts no gain, and advises none, if there were no errors", async () => {
    const { forecasts, advice, classGains } = await computeLearningCurve({
      ...base,
      fitPredict: createLearner(() => 1, labels, 4, 0),
    });
    for (const { balancedAccuracy, gain } of forecasts) expect([balancedAccuracy, gain]).toEqual([1, 0]);
    expect(advice).toEqual({ kind: "no-mistake", gain: 0 });
    for (const { gain } of classGains) expect(gain).toBe(0);
  });

  it("is at chance at every size if only voices can be learned", async () => {
    // A voice reveals the label only if it occurs in the training rows.
    const voices = labels.map((label, i) => `${label} ${i % 3}`);
    const fitPredict: LearningCurveInput["fitPredict"] = (train, test) => {
      const trained = new Set(train.map((row) => voices[row]));
      return answer(
        test.map((row) => trained.has(voices[row]!)),
        test.map((row) => labels[row]!),
        4,
      );
    };
    const bySpeaker = await computeLearningCurve({ ...base, groups: voices, fitPredict });
    expect(bySpeaker.grouping).toBe("speaker");
    for (const { balancedAccuracy } of bySpeaker.points) expect(balancedAccuracy).toBe(0);
    const leaking = await computeLearningCurve({ ...base, fitPredict });
    expect(leaking.points.at(-1)!.balancedAccuracy).toBeGreaterThan(0.8);
  });

  it("works with two recordings per class", async () => {
    const few = toLabels(Array(6).fill(2));
    const curve = await computeLearningCurve({
      ...base,
      labels: few,
      classes: names(6),
      fitPredict: createLearner(() => 0.5, few, 6, 0),
    });
    expect(curve.points.map(({ shots }) => shots)).toEqual([1]);
    const [low, high] = curve.forecasts[2]!.interval;
    expect(high - low).toBeGreaterThan(0.4);
  });

  it("reports progress and stops when aborted", async () => {
    const seen: number[] = [];
    const curve = await computeLearningCurve(
      { ...base, maximumEvaluations: 30 },
      {
        onProgress: ({ stage, completed, total: all }) => seen.push(stage.length > 0 ? completed / all! : -1),
      },
    );
    expect(seen).toHaveLength(curve.evaluations + 1);
    expect(seen.at(-1)).toBe(1);
    const controller = new AbortController();
    const stopped = computeLearningCurve(base, {
      signal: controller.signal,
      onProgress: ({ completed }) => completed === 3 && controller.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ code: "aborted" });
  });

  it("rejects what cross-validation rejects", async () => {
    await expect(computeLearningCurve({ ...base, labels: [0, 0, 1] })).rejects.toMatchObject({
      code: "too-few-recordings",
    });
    await expect(
      computeLearningCurve({ ...base, fitPredict: () => createMatrix(1, 1) }),
    ).rejects.toMatchObject({ code: "invalid-shape" });
  });
});
