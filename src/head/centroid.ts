/**
 * The head `centroid`: nearest class mean, on standardised and (by default) length-normalised rows.
 *
 * Reference: Wang et al. 2019, SimpleShot (centring, L2 normalisation, nearest centroid). Logits are -factor
 * x squared distance, up to a constant per row that softmax ignores; without it they are affine: 2 factor m .
 * z - factor |m|^2. The factor is fitted on leave-one-out distances. All classes have the same weight,
 * however many rows they have.
 */

import { computeGram, dot, multiplyByRows } from "../math/matrix-products.ts";
import type { Head } from "./head.ts";
import { createNetworkHead } from "./network-head.ts";
import type { CentroidOptions } from "./options.ts";
import { applyStandardisation, chooseStandardisation } from "./standardisation.ts";
import { fitTemperature } from "./temperature.ts";
import type { TrainingSet } from "./training-set.ts";

/** Trains a nearest-centroid head. */
export function trainCentroid(set: TrainingSet, options: CentroidOptions): Head {
  const { embeddings, labels, counts, classes } = set;
  const features = embeddings.columns;
  const standardisation = chooseStandardisation(embeddings, options.standardise);
  const x = applyStandardisation(embeddings, standardisation, options.normalise);
  const means = new Float64Array(classes * features);
  for (const [i, label] of labels.entries()) {
    for (let j = 0; j < features; j++) {
      means[label * features + j]! += x[i * features + j]! / counts[label]!;
    }
  }
  const factor = fitFactor(x, means, set);
  const bias = Float64Array.from({ length: classes }, (_, k) => {
    const start = k * features;
    return -factor * dot(means, means, features, start, start);
  });
  return createNetworkHead({
    kind: "centroid",
    standardisation,
    normalise: options.normalise,
    layers: [{ inputs: features, outputs: classes, weight: means.map((value) => 2 * factor * value), bias }],
    facts: { factor, normalise: options.normalise, standardise: options.standardise },
  });
}

/**
 * Fits the factor that makes the labels of left-out rows most likely. A row that is the only one of its class
 * cannot be left out; if all rows are like that, the factor is the inverse of the mean squared distance
 * between class means.
 */
function fitFactor(x: Float64Array, means: Float64Array, set: TrainingSet): number {
  const { embeddings, labels, counts, classes } = set;
  const { rows, columns: features } = embeddings;
  const products = multiplyByRows(x, means, rows, classes, features);
  const meanProducts = computeGram(means, classes, features);
  const used: number[] = [];
  for (const [i, label] of labels.entries()) if (counts[label]! > 1) used.push(i);
  if (used.length === 0) {
    let sum = 0;
    for (let a = 0; a < classes; a++) {
      for (let b = 0; b < classes; b++) {
        sum +=
          meanProducts[a * classes + a]! +
          meanProducts[b * classes + b]! -
          2 * meanProducts[a * classes + b]!;
      }
    }
    return sum > 0 ? (classes * (classes - 1)) / sum : 1;
  }
  const scores = new Float64Array(used.length * classes);
  for (const [u, i] of used.entries()) {
    const label = labels[i]!;
    const length = dot(x, x, features, i * features, i * features);
    for (let k = 0; k < classes; k++) {
      const distance = length - 2 * products[i * classes + k]! + meanProducts[k * classes + k]!;
      // Without row i, its class mean moves away from it by a factor n / (n - 1) in distance.
      const stretch = k === label ? (counts[k]! / (counts[k]! - 1)) ** 2 : 1;
      scores[u * classes + k] = -Math.max(distance, 0) * stretch;
    }
  }
  return fitTemperature(
    scores,
    Int32Array.from(used, (i) => labels[i]!),
    classes,
  ).factor;
}
