/**
 * Adam, cross-entropy and whole training trajectories against PyTorch's numbers
 * (scripts/make-head-fixtures.py).
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createRandom } from "../core/random.ts";
import { createAdam } from "./adam.ts";
import { trainLinear } from "./linear.ts";
import { computeLossAndGradients, createNetwork } from "./network.ts";
import { headDefaults } from "./options.ts";
import { computeCrossEntropy } from "./softmax.ts";
import { computeRowWeights, countClasses, createTrainingSet } from "./training-set.ts";

interface Run {
  losses: number[];
  snapshots: Record<string, number[][]>;
}

interface Case {
  name: string;
  widths: number[];
  x: number[];
  labels: number[];
  initial: number[][];
  learningRate: number;
  weightDecay: number;
  decoupled: boolean;
  weighted: boolean;
  float32: Run;
  float64: Run;
}

function readFixture<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../test/fixtures/heads/${name}`, import.meta.url), "utf8")) as T;
}

const { cases, steps } = readFixture<{ steps: number; cases: Case[] }>("torch-trajectories.json");
const adam = readFixture<{
  start: number[];
  learningRate: number;
  gradients: number[][];
  cases: { decoupled: boolean; weightDecay: number; path: number[][] }[];
  crossEntropy: { logits: number[]; labels: number[]; weight: number[]; loss: number; gradient: number[] };
}>("torch-adam.json");

describe("training trajectories over 200 steps", () => {
  for (const c of cases) {
    test(`${c.name} follows PyTorch`, () => {
      expect(steps).toBe(200);
      const labels = Int32Array.from(c.labels);
      const counts = countClasses(labels, 4);
      const parameters = c.initial.map((values) => Float64Array.from(values));
      const network = { widths: c.widths, parameters };
      const batch = {
        inputs: Float64Array.from(c.x),
        labels,
        weights: computeRowWeights(labels, counts, c.weighted ? "balanced" : "none"),
      };
      const optimiser = createAdam(c);
      let state = optimiser.init(parameters);
      const losses: number[] = [];
      for (let step = 1; step <= steps; step++) {
        const { loss, gradients } = computeLossAndGradients(network, batch);
        losses.push(loss);
        state = optimiser.update(state, parameters, gradients);
        for (const [precision, tolerance] of [
          ["float64", 1e-10],
          ["float32", 1e-5],
        ] as const) {
          for (const [p, expected] of (c[precision].snapshots[step] ?? []).entries()) {
            expect(parameters[p]!).toBeAllclose(expected, { rtol: tolerance, atol: tolerance });
          }
        }
      }
      expect(losses).toBeAllclose(c.float64.losses, { rtol: 1e-10, atol: 1e-10 });
      expect(losses).toBeAllclose(c.float32.losses, { rtol: 1e-5, atol: 1e-5 });
    });
  }
});

describe("the parts alone", () => {
  for (const c of adam.cases) {
    test(`Adam, weight decay ${c.weightDecay}${c.decoupled ? " decoupled" : ""}`, () => {
      const parameters = [Float64Array.from(adam.start)];
      const optimiser = createAdam({ ...c, learningRate: adam.learningRate });
      let state = optimiser.init(parameters);
      for (const [step, gradient] of adam.gradients.entries()) {
        state = optimiser.update(state, parameters, [Float64Array.from(gradient)]);
        expect(parameters[0]!).toBeAllclose(c.path[step]!, { rtol: 1e-12, atol: 1e-14 });
      }
      expect(state.steps).toBe(adam.gradients.length);
    });
  }

  test("weighted cross-entropy and its gradient, with large logits", () => {
    const { logits, labels, weight, loss, gradient } = adam.crossEntropy;
    const weights = Float64Array.from(labels, (label) => weight[label]!);
    const total = weights.reduce((a, b) => a + b);
    const residuals = new Float64Array(logits.length);
    const sum = computeCrossEntropy(
      Float64Array.from(logits),
      Int32Array.from(labels),
      weights,
      weight.length,
      residuals,
    );
    expect([sum / total]).toBeAllclose([loss], { rtol: 1e-12 });
    expect(residuals.map((value) => value / total)).toBeAllclose(gradient, { rtol: 1e-9, atol: 1e-15 });
  });

  test("the head linear runs the same loop from its seeded start", () => {
    const c = cases[0]!;
    const embeddings = { rows: c.labels.length, columns: 7, data: Float32Array.from(c.x) };
    const options = { ...headDefaults.linear, seed: 5, standardise: false, learningRate: 0.01, epochs: 30 };
    const head = trainLinear(createTrainingSet(embeddings, c.labels, 4), options);
    const network = createNetwork([7, 4], createRandom(5));
    const bound = 1 / Math.sqrt(7);
    const start = network.parameters.flatMap((values) => [...values]);
    expect(Math.max(...start.map(Math.abs))).toBeLessThanOrEqual(bound);
    expect(Math.max(...start.map(Math.abs))).toBeGreaterThan(0.8 * bound);
    const batch = {
      inputs: Float64Array.from(c.x),
      labels: Int32Array.from(c.labels),
      weights: new Float64Array(c.labels.length).fill(1),
    };
    const optimiser = createAdam({ learningRate: 0.01 });
    let state = optimiser.init(network.parameters);
    for (let epoch = 0; epoch < 30; epoch++) {
      state = optimiser.update(state, network.parameters, computeLossAndGradients(network, batch).gradients);
    }
    expect(head.saved.tensors.weight!.data).toEqual(Float32Array.from(network.parameters[0]!));
    expect(head.saved.tensors.bias!.data).toEqual(Float32Array.from(network.parameters[1]!));
  });
});
