/**
 * Standardisation, logistic, ridge and its leave-one-out, centroid against scikit-learn
 * (scripts/make-head-fixtures.py).
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Matrix } from "../math/matrix.ts";
import { computeGram, multiplyTransposed } from "../math/matrix-products.ts";
import type { Head } from "./head.ts";
import type { ClassWeight } from "./options.ts";
import { trainHead } from "./registry.ts";
import { computeRidgeLooScores } from "./ridge-loo.ts";
import { createRidgeProblem, createRidgeProblemFromRows, solveRidge } from "./ridge-problem.ts";
import { computeProbabilities } from "./softmax.ts";
import { applyStandardisation, fitStandardisation } from "./standardisation.ts";
import { computeRowWeights, countClasses } from "./training-set.ts";

interface Fit {
  classWeight: ClassWeight;
  coef: number[];
  intercept: number[];
}

interface Case {
  name: string;
  rows: number;
  features: number;
  classes: number;
  x: number[];
  labels: number[];
  mean: number[];
  scale: number[];
  centroid: number[];
  logistic: (Fit & { C: number; objective: number })[];
  ridge: (Fit & { alpha: number; leaveOneOut: number[]; decision?: number[] })[];
}

const { cases } = JSON.parse(
  readFileSync(new URL("../../test/fixtures/heads/scikit-learn.json", import.meta.url), "utf8"),
) as { cases: Case[] };

function getEmbeddings(c: Case): Matrix {
  return { rows: c.rows, columns: c.features, data: Float32Array.from(c.x) };
}

function getTensor(head: Head, name: string): Float32Array {
  return head.saved.tensors[name]!.data;
}

for (const c of cases) {
  describe(c.name, () => {
    const embeddings = getEmbeddings(c);
    const labels = Int32Array.from(c.labels);
    const counts = countClasses(labels, c.classes);

    test("standardisation", () => {
      const { mean, scale } = fitStandardisation(embeddings);
      expect(mean).toBeAllclose(c.mean, { rtol: 1e-6, atol: 1e-7 });
      expect(scale).toBeAllclose(c.scale, { rtol: 1e-6 });
    });

    for (const expected of c.logistic) {
      test(`logistic, C = ${expected.C}, class weight ${expected.classWeight}`, () => {
        const { C, classWeight } = expected;
        const head = trainHead("logistic", embeddings, labels, c.classes, {
          seed: 0,
          C,
          classWeight,
          tolerance: 1e-12,
        });
        expect([Number(head.saved.meta.facts.objective)]).toBeAllclose([expected.objective], { rtol: 1e-6 });
        expect(getTensor(head, "weight")).toBeAllclose(expected.coef, { rtol: 1e-4, atol: 2e-5 });
        expect(getTensor(head, "bias")).toBeAllclose(expected.intercept, { rtol: 1e-4, atol: 2e-5 });
      });
    }

    for (const expected of c.ridge) {
      const { alpha, classWeight } = expected;
      const x = applyStandardisation(embeddings, fitStandardisation(embeddings));
      const weights = computeRowWeights(labels, counts, classWeight);
      const title = `alpha = ${alpha}, class weight ${classWeight}`;

      test(`ridge, ${title}`, () => {
        const problem = createRidgeProblemFromRows(x, c.features, labels, c.classes, weights);
        const penalty = alpha / problem.meanSquare;
        const coefficients = solveRidge(problem, penalty);
        const weight = multiplyTransposed(coefficients, x, c.classes, c.features, c.rows);
        expect(weight).toBeAllclose(expected.coef, { rtol: 1e-5, atol: 1e-6 });

        const head = trainHead("ridge", embeddings, labels, c.classes, {
          seed: 0,
          penalties: [penalty],
          classWeight,
        });
        const factor = Number(head.saved.meta.facts.factor);
        const unscale = (value: number): number => value / factor;
        expect(Array.from(getTensor(head, "weight"), unscale)).toBeAllclose(expected.coef, {
          rtol: 1e-5,
          atol: 1e-6,
        });
        expect(Array.from(getTensor(head, "bias"), unscale)).toBeAllclose(expected.intercept, {
          rtol: 1e-5,
          atol: 1e-6,
        });
        if (expected.decision) {
          const logits = head.computeLogits(embeddings);
          expect(Array.from(logits.data, unscale)).toBeAllclose(expected.decision, {
            rtol: 1e-4,
            atol: 1e-5,
          });
        }
      });

      test(`ridge leave-one-out, ${title}, equals refitting`, () => {
        for (const problem of [
          createRidgeProblemFromRows(x, c.features, labels, c.classes, weights),
          createRidgeProblem(computeGram(x, c.rows, c.features), labels, c.classes, weights),
        ]) {
          const [score] = computeRidgeLooScores(problem, [alpha / problem.meanSquare]);
          expect(score!.outputs).toBeAllclose(expected.leaveOneOut, { rtol: 1e-5, atol: 1e-6 });
        }
      });
    }

    test("centroid predicts the same classes", () => {
      const head = trainHead("centroid", embeddings, labels, c.classes, { seed: 0, normalise: false });
      const { data, columns } = computeProbabilities(head.computeLogits(embeddings));
      const predicted = Array.from({ length: c.rows }, (_, i) => {
        const row = data.subarray(i * columns, (i + 1) * columns);
        return row.indexOf(Math.max(...row));
      });
      expect(predicted).toEqual(c.centroid);
    });
  });
}
