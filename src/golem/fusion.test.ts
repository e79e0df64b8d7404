/** Fusion of views: probabilities as defined, weights where the likelihood of held-out labels is highest. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "../core/random.ts";
import { computeLogProbabilities, fitFusionWeights, poolViews } from "./fusion.ts";

const classes = 4;

/** Log-probabilities of a view that favours the true class by `strength`, in noise. */
function makeView(labels: readonly number[], strength: number, seed: number): Float64Array {
  const random = createRandom(seed);
  const scores = labels.flatMap((label) =>
    Array.from({ length: classes }, (_, k) => (k === label ? strength : 0) + random.normal()),
  );
  return computeLogProbabilities(scores, classes);
}

/** Mean log-likelihood of the labels, a share 1 / (rows + 2) of each spread over the others. */
function computeLikelihood(views: readonly Float64Array[], weights: ArrayLike<number>, labels: number[]) {
  const { data } = poolViews(views, weights, classes);
  const share = 1 / (labels.length + 2);
  let sum = 0;
  for (const [i, label] of labels.entries()) {
    for (let k = 0; k < classes; k++) {
      sum += (k === label ? 1 - share : share / (classes - 1)) * Math.log(data[i * classes + k]!);
    }
  }
  return sum / labels.length;
}

const labels = Array.from({ length: 60 }, (_, i) => i % classes);

describe("fitFusionWeights", () => {
  it("finds weights that no small change makes better", () => {
    for (const seed of [1, 2, 3]) {
      const views = [
        makeView(labels, 1.5, seed),
        makeView(labels, 0.7, seed + 10),
        makeView(labels, 0, seed + 20),
      ];
      const { weights } = fitFusionWeights(views, labels, classes);
      const best = computeLikelihood(views, weights, labels);
      for (let v = 0; v < views.length; v++) {
        for (const factor of [0.8, 1.25]) {
          const changed = weights.map((weight, i) => (i === v ? weight * factor : weight));
          expect(computeLikelihood(views, changed, labels)).toBeLessThan(best + 1e-3);
        }
      }
    }
  });

  it("gives a view that knows nothing little, and a better view more", () => {
    const many = Array.from({ length: 600 }, (_, i) => i % classes);
    const views = [makeView(many, 2, 1), makeView(many, 1, 2), makeView(many, 0, 3)];
    const [better, worse, none] = fitFusionWeights(views, many, classes).weights;
    expect(better!).toBeGreaterThan(worse!);
    expect(worse!).toBeGreaterThan(none!);
    expect(none! / (better! + worse! + none!)).toBeLessThan(0.1);
  });

  it("stays finite where a view makes no error at all", () => {
    const { weights } = fitFusionWeights([makeView(labels, 40, 1), makeView(labels, 40, 2)], labels, classes);
    expect(weights.every((weight) => Number.isFinite(weight) && weight > 0)).toBe(true);
  });
});

describe("poolViews", () => {
  it("is a softmax of weighted log-probabilities: rows sum to one, one view of weight one stays as it is", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -30, max: 30, noNaN: true }), { minLength: 4, maxLength: 4 }),
        (scores) => {
          const view = computeLogProbabilities(scores, classes);
          const { data } = poolViews([view, view], [0.25, 0.75], classes);
          expect(data.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
          for (let k = 0; k < classes; k++) expect(data[k]).toBeCloseTo(Math.exp(view[k]!), 5);
        },
      ),
    );
  });
});
