import { describe, expect, it } from "vitest";
import { makeEmbeddings, testEncoder } from "../../../test/support/make-embeddings.ts";
import { createRandom } from "../../core/random.ts";
import { fitStreamedRidge, type LargeProblem } from "../../head/large-ridge.ts";
import { planLeaveOut } from "../../head/ridge-loo.ts";
import { createRidgeProblemFromRows, solveRidge } from "../../head/ridge-problem.ts";
import { pickRows } from "../../head/ridge-solver.ts";
import { fitSparseRidge } from "../../head/sparse-ridge.ts";
import { applyStandardisation } from "../../head/standardisation.ts";
import { createMatrix, getRow } from "../../math/matrix.ts";
import { multiplyTransposed } from "../../math/matrix-products.ts";
import { computeSparseGram, solveSparseRidge } from "../../math/sparse-rows.ts";
import { createClassifier } from "../classifier.ts";
import { createInlineRunner, type FitProblem } from "../fold-runner.ts";
import { createViewFeatures } from "../view.ts";
import { fitLargeFusion, runToEnd } from "./large-fusion.ts";

const encoderSet = { encoders: [testEncoder] };
const embedded = makeEmbeddings({ classes: 4, shots: 90, seed: 2, separation: [0, 0.3, 0.2], speakers: 12 });
const rows = {
  embeddings: embedded,
  labels: embedded.map(({ label }) => Number(label.slice(-1))),
  classes: 4,
  groups: embedded.map(({ speaker }) => speaker),
};
const blocks = Array.from({ length: 10 }, (_, f) => [...rows.labels.keys()].filter((row) => row % 10 === f));
const options = { pooling: "mean+std", seed: 0 } as const;

function createProblem(): LargeProblem {
  const labels = Int32Array.from(rows.labels);
  const leaveOut = planLeaveOut(labels);
  return { labels, classes: 4, leaveOut, divisions: [blocks], chosenOn: leaveOut.counted };
}

/** Outputs of ridge regression on the rows outside a block, for the rows in it: the definition. */
function refit(
  x: Float64Array,
  features: number,
  block: readonly number[],
  penalty: number,
  more: readonly number[] = [],
): Float64Array {
  const kept = [...[...rows.labels.keys()].filter((row) => !block.includes(row)), ...more];
  const own = pickRows(x, kept, features);
  const labels = Int32Array.from(kept, (row) => rows.labels[row]!);
  const problem = createRidgeProblemFromRows(own, features, labels, 4);
  const relative = penalty / problem.meanSquare;
  const weight = multiplyTransposed(solveRidge(problem, relative), own, 4, features, kept.length);
  const mean = new Float64Array(features);
  for (let i = 0; i < own.length; i++) mean[i % features]! += own[i]! / kept.length;
  return Float64Array.from(
    block.flatMap((row) =>
      [0, 1, 2, 3].map((k) => {
        let sum = problem.targetMeans[k]!;
        for (let j = 0; j < features; j++)
          sum += weight[k * features + j]! * (x[row * features + j]! - mean[j]!);
        return sum;
      }),
    ),
  );
}

describe("ridge heads of many rows", () => {
  const view = { encoder: "test", layer: 1, pooling: "mean+std", weight: 1 } as const;
  const compute = createViewFeatures(view, encoderSet);
  const all = compute(rows.embeddings);
  const reader = {
    ...{ rows: 360, columns: all.columns },
    read: (picked: readonly number[]) => compute(picked.map((row) => rows.embeddings[row]!)),
  };

  it("left out by subtraction are those of a fit on the other rows", () => {
    const { loo, leftOut, head } = runToEnd(fitStreamedRidge(reader, createProblem()));
    const { mean, scale } = head.saved.tensors;
    const x = applyStandardisation(all, { mean: mean!.data, scale: scale!.data }, true);
    const alpha = Number(head.saved.meta.facts.alpha);
    expect(loo.outputs).toBe(leftOut[0]);
    for (const block of [blocks[0]!, blocks[7]!]) {
      const expected = refit(x, all.columns, block, alpha);
      expect(pickRows(leftOut[0]!, block, 4)).toBeAllclose(expected, { rtol: 1e-7, atol: 1e-9 });
    }
  });

  it("are fitted to further rows, which are left out with the block of their group", () => {
    const labels = Int32Array.from(rows.labels);
    // All rows once more: the even ones are left out with their originals, the odd ones never.
    const own = Int32Array.from(rows.labels, (_, row) => (row % 2 ? -1 : row % 10));
    const piece = (from: number, to: number) => ({
      features: compute(rows.embeddings.slice(from, to)),
      labels: labels.slice(from, to),
      blocks: [own.slice(from, to)],
    });
    const readMore = () => [piece(0, 100), piece(100, 360)];
    const { leftOut, head } = runToEnd(fitStreamedRidge({ ...reader, readMore }, createProblem()));
    const { mean, scale } = head.saved.tensors;
    const x = applyStandardisation(all, { mean: mean!.data, scale: scale!.data }, true);
    const alpha = Number(head.saved.meta.facts.alpha);
    for (const f of [0, 7]) {
      const block = blocks[f]!;
      const more = [...rows.labels.keys()].filter((row) => own[row] !== f);
      const expected = refit(x, all.columns, block, alpha, more);
      expect(pickRows(leftOut[0]!, block, 4)).toBeAllclose(expected, { rtol: 1e-7, atol: 1e-9 });
    }
  });

  it("on sparse rows solve the same equations by conjugate gradients as by a Gram matrix", () => {
    const random = createRandom(4);
    const dense = Float64Array.from({ length: 360 * 50 }, () =>
      random.uniform() < 0.1 ? random.normal() : 0,
    );
    const sparse = toSparse(dense, 50);
    const labels = Int32Array.from(rows.labels);
    const problem = createRidgeProblemFromRows(dense, 50, labels, 4);
    const expected = multiplyTransposed(dense, solveRidge(problem, 0.5), 50, 4, 360);
    const targets = Float64Array.from(
      { length: 1440 },
      (_, i) => 2 * Number(labels[i >> 2] === (i & 3)) - 0.5,
    );
    expect(solveSparseRidge(sparse, targets, 4, 0.5 * problem.meanSquare)).toBeAllclose(expected, {
      rtol: 1e-4,
      atol: 1e-6,
    });
    const { leftOut, head } = runToEnd(fitSparseRidge(sparse, createProblem()));
    const again = refit(dense, 50, blocks[3]!, Number(head.saved.meta.facts.alpha));
    expect(pickRows(leftOut[0]!, blocks[3]!, 4)).toBeAllclose(again, { rtol: 1e-7, atol: 1e-9 });
    expect(computeSparseGram(sparse).length).toBe(360 * 360);
  });
});

describe("the fusion of many recordings", () => {
  const { fusion, predictBlock } = runToEnd(fitLargeFusion(rows, encoderSet, options, [blocks]));

  it("predicts a fold as a fusion fitted without it, within the noise of choosing weights", () => {
    const block = blocks[2]!;
    const kept = [...rows.labels.keys()].filter((row) => !block.includes(row));
    const without = runToEnd(
      fitLargeFusion(
        {
          embeddings: kept.map((row) => rows.embeddings[row]!),
          labels: kept.map((row) => rows.labels[row]!),
          groups: kept.map((row) => rows.groups[row]),
          classes: 4,
        },
        encoderSet,
        options,
        [],
      ),
    ).fusion;
    const expected = createClassifier(without.fitted, encoderSet).computeProbabilities(
      block.map((row) => rows.embeddings[row]!),
    );
    const found = predictBlock(0, 2);
    let worst = 0;
    for (let i = 0; i < found.data.length; i++) {
      worst = Math.max(worst, Math.abs(found.data[i]! - expected.data[i]!));
    }
    expect(worst).toBeLessThan(0.06);
  });

  it("is returned by a runner for prepared folds; other folds are fitted separately", async () => {
    const problem: FitProblem = { ...rows, encoderSet, options: { head: "auto", seed: 0 } };
    const runner = createInlineRunner(problem);
    const folds = blocks.map((test) => ({
      ...{ repeat: 0, test, train: [...rows.labels.keys()].filter((row) => !test.includes(row)) },
    }));
    const progress: number[] = [];
    await runner.prepare!(folds, { onProgress: ({ completed }) => progress.push(completed) });
    expect(await runner.fitPredict(folds[2]!.train, folds[2]!.test)).toEqual(predictBlock(0, 2));
    const own = await runner.fitPredict(folds[2]!.train.slice(0, 200), folds[2]!.test);
    expect(own.rows).toBe(blocks[2]!.length);
    const classifier = await runner.fit();
    const expected = createClassifier(fusion.fitted, encoderSet).computeProbabilities(embedded);
    expect(classifier.computeProbabilities(embedded)).toEqual(expected);
  });

  it("can be stopped", async () => {
    const runner = createInlineRunner({ ...rows, encoderSet, options: { head: "auto", seed: 0 } });
    const aborted = AbortSignal.abort();
    await expect(runner.prepare!([], { signal: aborted })).rejects.toThrow(/aborted|stopped|interrupted/i);
  });
});

function toSparse(dense: Float64Array, columns: number) {
  const matrix = createMatrix(dense.length / columns, columns);
  matrix.data.set(dense);
  const rowsOf = Array.from({ length: matrix.rows }, (_, row) =>
    [...dense.subarray(row * columns, (row + 1) * columns).entries()].filter(([, value]) => value !== 0),
  );
  const starts = new Int32Array(matrix.rows + 1);
  for (const [row, own] of rowsOf.entries()) starts[row + 1] = starts[row]! + own.length;
  expect(getRow(matrix, 0).length).toBe(columns);
  return {
    ...{ rows: matrix.rows, columns, starts },
    indices: Int32Array.from(rowsOf.flat(), ([at]) => at),
    values: Float64Array.from(rowsOf.flat(), ([, value]) => value),
  };
}
