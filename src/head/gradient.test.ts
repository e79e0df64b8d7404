/**
 * Gradients compared with central finite differences: layers, dropout, cross-entropy, and the logistic
 * objective.
 */
import { describe, expect, test } from "vitest";
import { createRandom } from "../core/random.ts";
import { computeGram, multiplyTransposed } from "../math/matrix-products.ts";
import { fitLogisticGram } from "./logistic-gram.ts";
import { fitLogisticPrimal } from "./logistic-primal.ts";
import { computeInLoops } from "./matrix-product.ts";
import { type Batch, computeLossAndGradients, createNetwork, drawDropoutMasks } from "./network.ts";
import { computeCrossEntropy } from "./softmax.ts";

/** (f(x + h) - f(x - h)) / 2h for each element of x, which is restored. */
function differentiate(x: Float64Array, evaluate: () => number, h = 1e-5): number[] {
  return Array.from(x, (value, i) => {
    x[i] = value + h;
    const above = evaluate();
    x[i] = value - h;
    const below = evaluate();
    x[i] = value;
    return (above - below) / (2 * h);
  });
}

function createBatch(rows: number, features: number, classes: number, seed: number): Batch {
  const random = createRandom(seed);
  return {
    inputs: Float64Array.from({ length: rows * features }, random.normal),
    labels: Int32Array.from({ length: rows }, (_, i) => (i < classes ? i : random.integer(classes))),
    weights: Float64Array.from({ length: rows }, () => 0.5 + random.uniform()),
  };
}

describe("layers", () => {
  for (const [name, widths, dropout] of [
    ["linear", [5, 3], 0],
    ["mlp", [5, 6, 3], 0],
    ["mlp with dropout", [5, 7, 4, 3], 0.4],
  ] as const) {
    test(name, () => {
      const random = createRandom(11);
      const batch = createBatch(9, 5, 3, 4);
      const network = createNetwork(widths, random);
      const masks = drawDropoutMasks(widths, 9, dropout, random);
      const { gradients } = computeLossAndGradients(network, batch, masks);
      expect(gradients.length).toBe(network.parameters.length);
      for (const [p, parameter] of network.parameters.entries()) {
        const expected = differentiate(
          parameter,
          () => computeLossAndGradients(network, batch, masks, false).loss,
        );
        expect(gradients[p]!).toBeAllclose(expected, { rtol: 1e-5, atol: 1e-9 });
      }
    });
  }

  test("dropout masks keep the expected activation", () => {
    const [mask] = drawDropoutMasks([2, 400, 2], 50, 0.3, createRandom(2));
    expect(new Set(mask)).toEqual(new Set([0, 1 / 0.7]));
    expect(mask!.reduce((a, b) => a + b) / mask!.length).toBeGreaterThan(0.97);
    expect(mask!.reduce((a, b) => a + b) / mask!.length).toBeLessThan(1.03);
  });
});

test("cross-entropy with respect to logits", () => {
  const { labels, weights } = createBatch(6, 1, 4, 8);
  const random = createRandom(3);
  const logits = Float64Array.from({ length: 24 }, () => 3 * random.normal());
  const residuals = new Float64Array(24);
  computeCrossEntropy(logits, labels, weights, 4, residuals);
  const spare = new Float64Array(24);
  const expected = differentiate(logits, () => computeCrossEntropy(logits, labels, weights, 4, spare));
  expect(residuals).toBeAllclose(expected, { rtol: 1e-6, atol: 1e-9 });
});

describe("logistic", () => {
  const classes = 4;
  for (const [rows, features] of [
    [14, 20],
    [40, 6],
  ] as const) {
    test(`at the solution for ${rows} rows of ${features} features the objective is flat, in both forms alike`, () => {
      const { inputs, labels } = createBatch(rows, features, classes, 5);
      const weights = new Float64Array(rows).fill(1);
      const options = { C: 0.7, tolerance: 1e-14, maximumIterations: 100 };
      const dual = fitLogisticGram(computeGram(inputs, rows, features), labels, classes, options);
      const weight = multiplyTransposed(dual.coefficients, inputs, classes, features, rows);
      const primal = computeInLoops(
        fitLogisticPrimal(features, labels, classes, weights, options),
        inputs,
        features,
      );
      expect(weight).toBeAllclose(primal.weight, { rtol: 1e-5, atol: 1e-6 });
      expect(dual.bias).toBeAllclose(primal.bias, { rtol: 1e-5, atol: 1e-6 });

      const residuals = new Float64Array(rows * classes);
      const { bias } = dual;
      const evaluate = (): number => {
        const logits = new Float64Array(rows * classes);
        let norm = 0;
        for (const value of weight) norm += value * value;
        for (let i = 0; i < rows; i++) {
          for (let k = 0; k < classes; k++) {
            let logit = bias[k]!;
            for (let j = 0; j < features; j++) {
              logit += inputs[i * features + j]! * weight[k * features + j]!;
            }
            logits[i * classes + k] = logit;
          }
        }
        return computeCrossEntropy(logits, labels, weights, classes, residuals) + norm / (2 * 0.7);
      };
      expect([dual.objective, primal.objective]).toBeAllclose([evaluate(), evaluate()], { rtol: 1e-10 });
      expect(differentiate(weight, evaluate)).toBeAllclose(new Float64Array(weight.length), { atol: 1e-5 });
      expect(differentiate(bias, evaluate)).toBeAllclose(new Float64Array(classes), { atol: 1e-5 });
    });
  }
});
