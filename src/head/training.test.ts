/** Properties of individual kinds of head beyond the common contract. */
import { describe, expect, test } from "vitest";
import { GolemError } from "../core/error.ts";
import { createRandom } from "../core/random.ts";
import { searchLine } from "../math/line-search.ts";
import { createMatrix, type Matrix } from "../math/matrix.ts";
import { fitLogisticGram } from "./logistic-gram.ts";
import { trainHead } from "./registry.ts";
import { chooseRidgePenalty, computeRidgeLooScores, planLeaveOut } from "./ridge-loo.ts";
import { createRidgeProblemFromRows, solveRidge } from "./ridge-problem.ts";
import { computeProbabilities } from "./softmax.ts";
import { fitStandardisation } from "./standardisation.ts";
import { fitTemperature } from "./temperature.ts";

function drawClasses(rows: number, features: number, classes: number, distance: number, seed = 1): Matrix {
  const random = createRandom(seed);
  const centres = Float64Array.from({ length: classes * features }, () => distance * random.normal());
  const data = Float32Array.from(
    { length: rows * features },
    (_, i) => centres[(Math.floor(i / features) % classes) * features + (i % features)]! + random.normal(),
  );
  return createMatrix(rows, features, data);
}

const cycle = (rows: number, classes: number): Int32Array =>
  Int32Array.from({ length: rows }, (_, i) => i % classes);

describe("mlp", () => {
  test("stops early if longer training hurts, and not if no split is possible", () => {
    const embeddings = drawClasses(40, 30, 4, 0.3);
    const options = { seed: 0, epochs: 150, patience: 10, learningRate: 0.01 };
    const stopped = trainHead("mlp", embeddings, cycle(40, 4), 4, options).saved.meta.facts;
    expect(stopped.earlyStopping).toBe(true);
    expect(Number(stopped.epochs)).toBeLessThan(100);
    const few = drawClasses(8, 30, 4, 0.3);
    const fixed = trainHead("mlp", few, cycle(8, 4), 4, options).saved.meta.facts;
    expect(fixed).toMatchObject({ earlyStopping: false, epochs: 150 });
  });

  test("learns classes that no linear head can separate", () => {
    const random = createRandom(3);
    const embeddings = createMatrix(120, 2, Float32Array.from({ length: 240 }, random.normal));
    const labels = Array.from({ length: 120 }, (_, i) =>
      embeddings.data[2 * i]! * embeddings.data[2 * i + 1]! > 0 ? 1 : 0,
    );
    const score = (kind: "mlp" | "logistic"): number => {
      const options = kind === "mlp" ? { seed: 0, learningRate: 0.02, dropout: 0 } : { seed: 0 };
      const { data } = trainHead(kind, embeddings, labels, 2, options).computeLogits(embeddings);
      return labels.filter((label, i) => data[2 * i + label]! > data[2 * i + 1 - label]!).length / 120;
    };
    expect(score("mlp")).toBeGreaterThan(0.9);
    expect(score("logistic")).toBeLessThan(0.75);
  });
});

test("mini-batches reach the same loss as the full batch", () => {
  const embeddings = drawClasses(50, 8, 3, 2);
  const labels = cycle(50, 3);
  const options = { seed: 0, learningRate: 0.02 };
  const full = trainHead("linear", embeddings, labels, 3, options);
  const batched = trainHead("linear", embeddings, labels, 3, { ...options, batchRows: 16, epochs: 60 });
  expect(Number(full.saved.meta.facts.loss)).toBeLessThan(0.1);
  expect(Number(batched.saved.meta.facts.loss)).toBeLessThan(0.1);
});

describe("logistic", () => {
  const embeddings = drawClasses(30, 40, 3, 2);
  const labels = cycle(30, 3);

  test("converges for penalties from very strong to almost none", () => {
    for (const C of [1e-8, 1e-3, 1, 1e3, 1e6]) {
      const head = trainHead("logistic", embeddings, labels, 3, { seed: 0, C });
      expect(Number(head.saved.meta.facts.iterations)).toBeLessThan(60);
      const { data } = computeProbabilities(head.computeLogits(embeddings));
      if (C === 1e-8) expect(data).toBeAllclose(new Float32Array(90).fill(1 / 3), { atol: 1e-3 });
      if (C === 1e6)
        expect(Math.min(...Array.from(labels, (k, i) => data[3 * i + k]!))).toBeGreaterThan(0.999);
    }
  });

  test("throws if the maximum number of iterations is too low", () => {
    expect(() => trainHead("logistic", embeddings, labels, 3, { seed: 0, maximumIterations: 1 })).toThrow(
      expect.objectContaining({ code: "not-converged" }),
    );
  });

  test("converges on features of very different scale without standardisation", () => {
    const wild = createMatrix(
      30,
      40,
      embeddings.data.map((value, i) => value * 10 ** ((i % 40) / 10 - 2) + 100),
    );
    const head = trainHead("logistic", wild, labels, 3, { seed: 0, standardise: false });
    expect(head.computeLogits(wild).data.every(Number.isFinite)).toBe(true);
  });

  test("rejects a Gram matrix of the wrong size", () => {
    expect(() => fitLogisticGram(new Float64Array(8), cycle(3, 2), 2)).toThrow(GolemError);
  });
});

describe("ridge", () => {
  const features = 12;
  const labels = Int32Array.of(0, 0, 0, 1, 1, 1, 2);
  const x = Float64Array.from(drawClasses(7, features, 3, 1).data);

  test("a class whose only row is left out has no positive target left", () => {
    const [score] = computeRidgeLooScores(createRidgeProblemFromRows(x, features, labels, 3), [0.3]);
    expect([score!.outputs[6 * 3 + 2]!]).toBeAllclose([-1], { rtol: 1e-9 });
    expect(Number.isFinite(score!.logLikelihood)).toBe(true);
  });

  test.each([
    ["single rows", undefined],
    ["groups", ["a", "a", "b", "c", "b", "c", "d"]],
  ])("leaving out %s is exact with weights, for fewer and for more rows than features", (_, groups) => {
    const leaveOut = planLeaveOut(labels, groups);
    expect(leaveOut.blocks.map((block) => block.length).sort()).toEqual(
      groups ? [1, 2, 2, 2] : [1, 1, 1, 1, 1, 1, 1],
    );
    expect(leaveOut.counted).toEqual([0, 1, 2, 3, 4, 5]);
    for (const width of [12, 3]) {
      const rows = Float64Array.from(
        { length: 7 * width },
        (_, i) => x[Math.floor(i / width) * features + (i % width)]!,
      );
      const weights = Float64Array.of(1, 2, 0.5, 1, 3, 0.2, 1.5);
      const problem = createRidgeProblemFromRows(rows, width, labels, 3, weights);
      const [score] = computeRidgeLooScores(problem, [0.2], leaveOut);
      for (let left = 0; left < 7; left++) {
        const block = leaveOut.blocks.find((rows) => rows.includes(left))!;
        const keep = [0, 1, 2, 3, 4, 5, 6].filter((i) => !block.includes(i));
        const others = Float64Array.from(keep.flatMap((i) => [...rows.subarray(i * width, (i + 1) * width)]));
        const refit = createRidgeProblemFromRows(
          others,
          width,
          Int32Array.from(keep, (i) => labels[i]!),
          3,
          Float64Array.from(keep, (i) => weights[i]!),
        );
        const coefficients = solveRidge(refit, (0.2 * problem.meanSquare) / refit.meanSquare);
        const total = keep.reduce((sum, i) => sum + weights[i]!, 0);
        for (let k = 0; k < 3; k++) {
          let output = refit.targetMeans[k]!;
          for (let j = 0; j < width; j++) {
            let mean = 0;
            for (const i of keep) mean += (weights[i]! / total) * rows[i * width + j]!;
            let weight = 0;
            for (const [a, i] of keep.entries()) weight += coefficients[a * 3 + k]! * rows[i * width + j]!;
            output += weight * (rows[left * width + j]! - mean);
          }
          expect([score!.outputs[left * 3 + k]!]).toBeAllclose([output], { rtol: 1e-8, atol: 1e-9 });
        }
      }
    }
  });

  test("leaves out single rows if groups would leave too few rows to learn from", () => {
    const counts = (groups: readonly (string | undefined)[]) => planLeaveOut(labels, groups).blocks.length;
    expect(counts(["a", "a", "a", "a", "a", "a", "a"])).toBe(7);
    expect(counts(["a", "a", "a", "b", "b", "b", "b"])).toBe(7);
    expect(counts(["a", "b", "c", "a", "b", "c", undefined])).toBe(4);
  });

  test("chooses the most likely penalty, and the strongest of equally likely ones", () => {
    const rows = Float64Array.from(drawClasses(40, features, 4, 1, 7).data);
    const problem = createRidgeProblemFromRows(rows, features, cycle(40, 4), 4);
    const scores = computeRidgeLooScores(problem, [0.001, 0.1, 1e6]);
    const likely = scores.map((score) => score.logLikelihood);
    expect(likely[1]!).toBeGreaterThan(likely[2]! + 0.1);
    expect(chooseRidgePenalty(scores)).toBe(scores[likely[0]! > likely[1]! + 1e-3 ? 0 : 1]);
    const tied = [
      { ...scores[0]!, logLikelihood: -1 },
      { ...scores[1]!, logLikelihood: -1.0005 },
      { ...scores[2]!, logLikelihood: -1.5 },
    ];
    expect(chooseRidgePenalty(tied)).toBe(tied[1]);
  });
});

describe("temperature", () => {
  test("equals that of the softmax from which the labels were drawn", () => {
    const random = createRandom(5);
    const scores = Float64Array.from({ length: 12_000 }, random.normal);
    const labels = Int32Array.from({ length: 4000 }, (_, i) => {
      const weights = [0, 1, 2].map((k) => Math.exp(2.5 * scores[3 * i + k]!));
      const point = random.uniform() * weights.reduce((a, b) => a + b);
      if (point < weights[0]!) return 0;
      return point < weights[0]! + weights[1]! ? 1 : 2;
    });
    const { factor, logLikelihood } = fitTemperature(scores, labels, 3);
    expect(factor).toBeGreaterThan(2.3);
    expect(factor).toBeLessThan(2.7);
    expect(fitTemperature(scores, labels, 3, 40).factor).toBeCloseTo(factor, 4);
    expect(logLikelihood).toBeGreaterThan(-Math.log(3));
  });

  test("stays finite for scores that separate perfectly, are uninformative, or are wrong", () => {
    const labels = Int32Array.of(0, 1, 0, 1);
    const right = fitTemperature(Float64Array.of(1, -1, -1, 1, 1, -1, -1, 1), labels, 2);
    // Half an error in rows + 1 is expected: odds of 9 to 1 at a margin of 2.
    expect([right.factor]).toBeAllclose([Math.log(9) / 2], { rtol: 1e-5 });
    expect(fitTemperature(new Float64Array(8), labels, 2).factor).toBe(1);
    const wrong = fitTemperature(Float64Array.of(-1, 1, 1, -1, -1, 1, 1, -1), labels, 2);
    expect(wrong.factor).toBeGreaterThan(0);
    expect(wrong.factor).toBeLessThan(0.01);
  });
});

test("standardisation treats noise in the last bit of float32 as a constant", () => {
  const values = Float32Array.of(0.1, 5, 0.1 + 1e-8, 6, 0.1, 7);
  const { mean, scale } = fitStandardisation(createMatrix(3, 2, values));
  expect(scale).toBeAllclose([1, Math.sqrt(2 / 3)], { rtol: 1e-6 });
  expect(mean).toBeAllclose([0.1, 6], { rtol: 1e-6 });
});

test("the line search finds minima near and far, and detects when there is none", () => {
  for (const minimum of [0.001, 0.4, 1, 60]) {
    const evaluate = (t: number) => ({ value: (t - minimum) ** 2, slope: 2 * (t - minimum) });
    const found = searchLine(minimum ** 2, -2 * minimum, evaluate);
    expect(Math.abs(found!.length - minimum)).toBeLessThanOrEqual(0.5 * minimum + 1e-12);
  }
  expect(searchLine(0, 1, () => ({ value: 0, slope: 0 }))).toBeUndefined();
  expect(searchLine(0, -1, (t) => ({ value: t, slope: 1 }))).toBeUndefined();
});
