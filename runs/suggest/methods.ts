/**
 * The published methods of choosing what to label next that this simulation compares.
 *
 * margin: smallest difference of the two highest probabilities (Scheffer et al. 2001). badge: k-means++ on
 * gradient embeddings (Ash et al. 2020). typiclust: the most typical recording of the largest clusters
 * without a label (Hacohen et al. 2022). diverse-batch: the recordings nearest to the centres of a k-means
 * weighted by uncertainty (Zhdanov 2019).
 */

import { computeMargins, findCandidates } from "../../src/classifier/choosing/diverse-batch.ts";
import type { Classifier } from "../../src/classifier/classifier.ts";
import type { EncoderSetInfo } from "../../src/classifier/view.ts";
import { createRandom } from "../../src/core/random.ts";
import type { Embedding } from "../../src/embed/embedded-recording.ts";
import {
  assignClusters,
  computeSquaredDistance,
  fitCentres,
  rotatePoints,
  seedCentres,
} from "../../src/math/k-means.ts";
import { getRow } from "../../src/math/matrix.ts";
import { chooseToLabel, computeViewSpace } from "../../src/workflow/suggest-recordings.ts";
import { chooseByGradients } from "./gradient-choice.ts";

/** The input of a method. */
interface Situation {
  readonly classifier: Classifier;
  readonly encoderSet: EncoderSetInfo;
  /** The pool, and the labelled recordings. */
  readonly waiting: readonly Embedding[];
  readonly known: readonly Embedding[];
  readonly count: number;
  readonly seed: number;
}

/** Chooses rows of the pool. */
export type Method = (situation: Situation) => number[];

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

const chooseByMargin: Method = ({ classifier, waiting, count }) =>
  findCandidates(computeMargins(classifier.computeProbabilities(waiting)), count).slice(0, count);

const badge: Method = ({ classifier, encoderSet, waiting, count, seed }) =>
  chooseByGradients(
    computeViewSpace(classifier, encoderSet, waiting),
    classifier.computeProbabilities(waiting),
    count,
    seed,
  );

/** Number of neighbours for typicality, and minimum size of a cluster, as in the paper. */
const neighbours = 20;
const minimumCluster = 5;
/** Maximum number of clusters, as in the paper. */
const maximumClusters = 500;

const chooseTypical: Method = ({ classifier, encoderSet, waiting, known, count, seed }) => {
  const space = rotatePoints(computeViewSpace(classifier, encoderSet, [...waiting, ...known]));
  const pool = waiting.length;
  const labelled = space.rows - pool;
  const weights = new Float64Array(space.rows).fill(1);
  const clusters = Math.min(labelled + count, maximumClusters);
  const random = createRandom(seed, 1);
  const centres = fitCentres(space, weights, seedCentres(space, weights, clusters, random));
  const cluster = assignClusters(space, centres);
  const members = range(clusters).map((c) => range(space.rows).filter((row) => cluster[row] === c));
  const covered = members.map((rows) => rows.filter((row) => row >= pool).length);
  const chosen: number[] = [];
  while (chosen.length < Math.min(count, pool)) {
    // Clusters with the fewest labels first, then the largest; small ones only if no others are left.
    const open = range(clusters)
      .filter((c) => members[c]!.some((row) => row < pool && !chosen.includes(row)))
      .sort(
        (a, b) =>
          Number(members[a]!.length < minimumCluster) - Number(members[b]!.length < minimumCluster) ||
          covered[a]! - covered[b]! ||
          members[b]!.length - members[a]!.length,
      );
    const best = open[0]!;
    const own = members[best]!;
    let typical = -1;
    let shortest = Number.POSITIVE_INFINITY;
    for (const row of own) {
      if (row >= pool || chosen.includes(row)) continue;
      const distances = own
        .filter((other) => other !== row)
        .map((other) => Math.sqrt(computeSquaredDistance(getRow(space, row), getRow(space, other))))
        .sort((a, b) => a - b)
        .slice(0, neighbours);
      const mean = distances.reduce((sum, d) => sum + d, 0) / Math.max(1, distances.length);
      if (mean < shortest) [typical, shortest] = [row, mean];
    }
    chosen.push(typical);
    covered[best]!++;
  }
  return chosen;
};

const chooseDiverseBatch: Method = ({ classifier, encoderSet, waiting, ...options }) =>
  chooseToLabel(classifier, encoderSet, waiting, options).map(({ row }) => row);

/** Random choice, for comparison. */
export const chooseRandomly: Method = ({ waiting, count, seed }) => {
  const random = createRandom(seed, 3);
  const left = range(waiting.length);
  return range(Math.min(count, left.length)).map(() => left.splice(random.integer(left.length), 1)[0]!);
};

/** All methods by name. */
export const methods: Readonly<Record<string, Method>> = {
  margin: chooseByMargin,
  badge,
  typiclust: chooseTypical,
  "diverse-batch": chooseDiverseBatch,
};
