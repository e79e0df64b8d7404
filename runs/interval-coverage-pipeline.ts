/**
 * Simulates the whole protocol on synthetic data with known truth: Gaussian classes (and speakers), repeated
 * cross-validation, the interval, and the true accuracy of the classifier trained on all rows, on 20,000 new
 * recordings by new speakers.
 *
 * The classifiers are implemented here: nearest centroid, and ridge regression on one-hot targets in the
 * dual.
 */

import { createRandom, type Random } from "../src/core/random.ts";
import { computeEvaluation, crossValidate } from "../src/evaluate/index.ts";
import { createMatrix, getRow, type Matrix, selectRows } from "../src/math/matrix.ts";

/** One setting of the simulation. */
export interface PipelineCell {
  readonly sizes: readonly number[];
  readonly features: number;
  readonly classifier: "centroid" | "ridge";
  /** Distance of classes: their means are normal with standard deviation separation / features^(1/4). */
  readonly separation: number;
  readonly speakers?: number;
  /** Standard deviation of a speaker's offset in each feature; that of a recording is 1. */
  readonly voice?: number;
}

/** The results over all simulated data sets. */
export interface PipelineCoverage {
  /** Mean true balanced accuracy of the final classifier, and mean cross-validated one. */
  readonly truth: number;
  readonly estimate: number;
  /** Share of data sets whose interval contains the truth, lies wholly above it, and wholly below it. */
  readonly coverage: number;
  readonly optimistic: number;
  readonly pessimistic: number;
  readonly width: number;
  /** Standard deviations over data sets: of the estimate, of the truth, and of their difference. */
  readonly estimateDeviation: number;
  readonly truthDeviation: number;
  readonly errorDeviation: number;
}

interface LinearModel {
  /** [classes, features] and [classes]. */
  readonly weight: Matrix;
  readonly bias: Float64Array;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j]! * b[j]!;
  return sum;
}

function addScaled(target: Float32Array | Float64Array, factor: number, values: Float32Array): void {
  for (let j = 0; j < target.length; j++) target[j]! += factor * values[j]!;
}

/**
 * Lower Cholesky factor of a symmetric matrix given row by row; a small number is added where rounding leaves
 * a pivot of 0.
 */
function factorise(a: readonly Float64Array[]): Float64Array[] {
  const lower = a.map(() => new Float64Array(a.length));
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i]![j]!;
      for (let m = 0; m < j; m++) sum -= lower[i]![m]! * lower[j]![m]!;
      lower[i]![j] = i === j ? Math.sqrt(Math.max(sum, 1e-9 * a[i]![i]!)) : sum / lower[j]![j]!;
    }
  }
  return lower;
}

function solve(lower: readonly Float64Array[], right: readonly number[]): Float64Array {
  const x = Float64Array.from(right);
  for (let i = 0; i < x.length; i++) {
    for (let m = 0; m < i; m++) x[i]! -= lower[i]![m]! * x[m]!;
    x[i]! /= lower[i]![i]!;
  }
  for (let i = x.length - 1; i >= 0; i--) {
    for (let m = i + 1; m < x.length; m++) x[i]! -= lower[m]![i]! * x[m]!;
    x[i]! /= lower[i]![i]!;
  }
  return x;
}

function fitLinear(
  kind: PipelineCell["classifier"],
  x: Matrix,
  labels: readonly number[],
  classes: number,
): LinearModel {
  const weight = createMatrix(classes, x.columns);
  const bias = new Float64Array(classes);
  if (kind === "centroid") {
    for (let c = 0; c < classes; c++) {
      const own = labels.flatMap((label, row) => (label === c ? [row] : []));
      const mean = getRow(weight, c);
      for (const row of own) addScaled(mean, 1 / own.length, getRow(x, row));
      bias[c] = -dot(mean, mean) / 2;
    }
    return { weight, bias };
  }
  const mean = new Float64Array(x.columns);
  for (let row = 0; row < x.rows; row++) addScaled(mean, 1 / x.rows, getRow(x, row));
  const centred = createMatrix(
    x.rows,
    x.columns,
    x.data.map((value, i) => value - mean[i % x.columns]!),
  );
  const gram = Array.from({ length: x.rows }, (_, i) =>
    Float64Array.from({ length: x.rows }, (_value, j) => dot(getRow(centred, i), getRow(centred, j))),
  );
  const penalty = gram.reduce((sum, row, i) => sum + row[i]!, 0) / x.rows / 2;
  for (const [i, row] of gram.entries()) row[i]! += penalty;
  const lower = factorise(gram);
  for (let c = 0; c < classes; c++) {
    const share = labels.filter((label) => label === c).length / labels.length;
    const dual = solve(
      lower,
      labels.map((label) => Number(label === c) - share),
    );
    const own = getRow(weight, c);
    for (const [i, a] of dual.entries()) addScaled(own, a, getRow(centred, i));
    bias[c] = share - dot(own, mean);
  }
  return { weight, bias };
}

/** Returns one-hot predictions; probabilities do not matter here. */
function predict({ weight, bias }: LinearModel, x: Matrix): Matrix {
  const answers = createMatrix(x.rows, weight.rows);
  for (let row = 0; row < x.rows; row++) {
    const scores = Array.from(bias, (value, c) => value + dot(getRow(weight, c), getRow(x, row)));
    getRow(answers, row)[scores.indexOf(Math.max(...scores))] = 1;
  }
  return answers;
}

/**
 * Balanced accuracy on fresh recordings. Scores of a linear model on isotropic Gaussian features are Gaussian
 * with covariance variance x weight weight', so scores are drawn instead of features, which is exact and
 * hundreds of times faster.
 */
function measureTruth(model: LinearModel, means: Matrix, variance: number, random: Random): number {
  const classes = means.rows;
  const rows = Array.from({ length: classes }, (_, c) => getRow(model.weight, c));
  const lower = factorise(rows.map((a) => Float64Array.from(rows, (b) => variance * dot(a, b))));
  const each = Math.ceil(20_000 / classes);
  const noise = new Float64Array(classes);
  let right = 0;
  for (let c = 0; c < classes; c++) {
    const centre = rows.map((row, other) => model.bias[other]! + dot(row, getRow(means, c)));
    for (let draw = 0; draw < each; draw++) {
      for (let i = 0; i < classes; i++) noise[i] = random.normal();
      let best = -1;
      let top = Number.NEGATIVE_INFINITY;
      for (let i = 0; i < classes; i++) {
        let score = centre[i]!;
        for (let m = 0; m <= i; m++) score += lower[i]![m]! * noise[m]!;
        if (score > top) {
          top = score;
          best = i;
        }
      }
      if (best === c) right++;
    }
  }
  return right / (each * classes);
}

/** Simulates data sets of one setting. */
export async function computePipelineCoverage(
  cell: PipelineCell,
  sets: number,
  seed: number,
): Promise<PipelineCoverage> {
  const { sizes, features, classifier, voice = 0 } = cell;
  const classes = sizes.length;
  const names = sizes.map((_, c) => `${c}`);
  const truths: number[] = [];
  const estimates: number[] = [];
  const sums = { truth: 0, estimate: 0, coverage: 0, optimistic: 0, pessimistic: 0, width: 0 };
  for (let set = 0; set < sets; set++) {
    const random = createRandom(seed, set);
    const drawRows = (rows: number, deviation: number): Matrix =>
      createMatrix(
        rows,
        features,
        Float32Array.from({ length: rows * features }, () => deviation * random.normal()),
      );
    const means = drawRows(classes, cell.separation / features ** 0.25);
    const voices = drawRows(cell.speakers ?? 0, voice);
    // Recordings of one class are by successive speakers, starting with a random one.
    const starts = sizes.map(() => random.integer(cell.speakers ?? 1));
    const rows = sizes.flatMap((size, c) =>
      Array.from({ length: size }, (_, i) => ({ c, speaker: (starts[c]! + i) % (cell.speakers ?? 1) })),
    );
    const labels = rows.map((row) => row.c);
    const x = drawRows(rows.length, 1);
    for (const [row, { c, speaker }] of rows.entries()) {
      for (let j = 0; j < features; j++) {
        x.data[row * features + j]! +=
          getRow(means, c)[j]! + (cell.speakers ? getRow(voices, speaker)[j]! : 0);
      }
    }
    const groups = cell.speakers === undefined ? undefined : rows.map(({ speaker }) => `${speaker}`);
    const { probabilities, grouping, k } = await crossValidate({
      labels,
      classes: names,
      groups,
      seed: set,
      fitPredict: (train, test) => {
        const model = fitLinear(
          classifier,
          selectRows(x, train),
          train.map((row) => labels[row]!),
          classes,
        );
        return predict(model, selectRows(x, test));
      },
    });
    const { interval, balancedAccuracy } = computeEvaluation({
      protocol: "cross-validation",
      labels: names,
      truth: labels,
      probabilities,
      groups,
      grouping,
      k,
      trainAccuracy: Number.NaN,
    });
    const truth = measureTruth(fitLinear(classifier, x, labels, classes), means, 1 + voice ** 2, random);
    truths.push(truth);
    estimates.push(balancedAccuracy);
    sums.truth += truth / sets;
    sums.estimate += balancedAccuracy / sets;
    sums.optimistic += Number(truth < interval[0]) / sets;
    sums.pessimistic += Number(truth > interval[1]) / sets;
    sums.coverage += Number(truth >= interval[0] && truth <= interval[1]) / sets;
    sums.width += (interval[1] - interval[0]) / sets;
  }
  return {
    ...sums,
    estimateDeviation: computeDeviation(estimates),
    truthDeviation: computeDeviation(truths),
    errorDeviation: computeDeviation(estimates.map((estimate, i) => estimate - truths[i]!)),
  };
}

function computeDeviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
