/** Weights of fused views maximise the likelihood of held-out labels. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { createRandom } from "../../core/random.ts";
import { computeLogProbabilities, poolViews } from "./fusion.ts";
import { fitFusionWeights } from "./fusion-weights.ts";

const classes = 4;

/** Log-probabilities of a view that favours the true class by `strength`, in noise. */
function makeView(labels: readonly number[], strength: number, seed: number): Float64Array {
  const random = createRandom(seed);
  const scores = labels.flatMap((label) =>
    Array.from({ length: classes }, (_, k) => (k === label ? strength : 0) + random.normal()),
  );
  return computeLogProbabilities(scores, classes);
}

/**
 * Mean log-likelihood of the labels, a share 0.5 / (rows + 1) of each spread over the others, minus the
 * penalty of one nat in all.
 */
function computeLikelihood(views: readonly Float64Array[], weights: ArrayLike<number>, labels: number[]) {
  const { data } = poolViews(views, weights, classes);
  const share = 0.5 / (labels.length + 1);
  let sum = 0;
  for (const [i, label] of labels.entries()) {
    for (let k = 0; k < classes; k++) {
      sum += (k === label ? 1 - share : share / (classes - 1)) * Math.log(data[i * classes + k]!);
    }
  }
  const total = Array.from(weights).reduce((all, weight) => all + weight, 0);
  for (const weight of Array.from(weights)) {
    if (weight > 0) sum -= weight * Math.log((weight * weights.length) / total);
  }
  return sum / labels.length;
}

const labels = Array.from({ length: 60 }, (_, i) => i % classes);

describe("fitFusionWeights", () => {
  test.prop([
    fc.array(fc.double({ min: -1, max: 4, noNaN: true }), { minLength: 1, maxLength: 9 }),
    fc.integer({ min: 1, max: 1000 }),
  ])("finds weights that no change improves, for any number and quality of views", (strengths, seed) => {
    const views = strengths.map((strength, v) => makeView(labels, strength, seed + 1000 * v));
    const { weights } = fitFusionWeights(views, labels, classes);
    const best = computeLikelihood(views, weights, labels);
    for (const [v, weight] of weights.entries()) {
      for (const change of [-0.05, 0.05]) {
        const changed = weights.map((other, i) => (i === v ? Math.max(0, weight + change) : other));
        expect(computeLikelihood(views, changed, labels)).toBeLessThanOrEqual(best + 1e-6);
      }
    }
  });

  it("returns the likelihood, and accepts the same view twice", () => {
    const view = makeView(labels, 1, 1);
    const once = fitFusionWeights([view], labels, classes);
    const twice = fitFusionWeights([view, view], labels, classes);
    expect(twice.weights[0]! + twice.weights[1]!).toBeCloseTo(once.weights[0]!, 4);
    expect(twice.logLikelihood).toBeCloseTo(once.logLikelihood, 6);
    const { data } = poolViews([view], once.weights, classes);
    const mean = labels.reduce((sum, k, i) => sum + Math.log(data[i * classes + k]!), 0) / labels.length;
    expect(once.logLikelihood).toBeCloseTo(mean, 5);
  });

  it("gives an uninformative view a low weight, and a better view a higher one", () => {
    const many = Array.from({ length: 600 }, (_, i) => i % classes);
    const views = [makeView(many, 2, 1), makeView(many, 1, 2), makeView(many, 0, 3)];
    const [better, worse, none] = fitFusionWeights(views, many, classes).weights;
    expect(better!).toBeGreaterThan(worse!);
    expect(worse!).toBeGreaterThan(none!);
    expect(none! / (better! + worse! + none!)).toBeLessThan(0.1);
  });

  it("stays finite if a view makes no errors", () => {
    const { weights } = fitFusionWeights([makeView(labels, 40, 1), makeView(labels, 40, 2)], labels, classes);
    expect(weights.every((weight) => Number.isFinite(weight) && weight > 0)).toBe(true);
  });
});
