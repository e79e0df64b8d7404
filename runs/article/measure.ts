/**
 * Fits one classifier several times, from different seeds, and scores it on training recordings and on
 * held-out ones.
 */

import { type ClassifierOptions, fitClassifier } from "../../src/classifier/classifier.ts";
import type { View } from "../../src/classifier/view.ts";
import { computeEvaluation } from "../../src/evaluate/evaluate.ts";
import { computeConfusion, computeScores, getPredictions } from "../../src/evaluate/metrics.ts";
import { getTrainingRows, type Part } from "./material.ts";

/** Scores of one recipe; means over the seeds. */
export interface Score {
  readonly name: string;
  /** Number of features per recording. */
  readonly features: number;
  /** Number of learned parameters. */
  readonly parameters: number;
  readonly layer: View["layer"];
  /** Share of training recordings that are classified correctly. */
  readonly trainAccuracy: number;
  /** Balanced accuracy on held-out recordings, with its 95 % interval. */
  readonly heldOut: number;
  readonly interval: readonly [low: number, high: number];
  /** Mean negative log-probability of the true class on held-out recordings, in nats. */
  readonly logLoss: number;
  readonly seeds: number;
}

/** Measures one recipe. Test recordings of classes that were not trained are left out. */
export function measure(
  name: string,
  part: Part,
  options: Omit<ClassifierOptions, "seed">,
  seeds: number,
): Score {
  const { names: labels, rows } = getTrainingRows(part);
  const test = part.test.filter(({ label }) => labels.includes(label));
  const truth = rows.labels;
  const fits = Array.from({ length: seeds }, (_, seed) =>
    fitClassifier(rows, part.encoderSet, { ...options, seed }),
  );
  const trainAccuracies = fits.map((fit) => {
    const predicted = getPredictions(fit.computeProbabilities(part.train));
    return computeScores(computeConfusion(truth, predicted, labels.length)).accuracy;
  });
  const trainAccuracy = trainAccuracies.reduce((sum, value) => sum + value, 0) / seeds;
  const { balancedAccuracy, interval, logLoss } = computeEvaluation({
    protocol: "held-out",
    labels,
    truth: test.map(({ label }) => labels.indexOf(label)),
    probabilities: fits.map((fit) => fit.computeProbabilities(test)),
    groups: test.map(({ speaker }) => speaker),
    trainLabels: truth,
    trainAccuracy,
  });
  const { head, view } = fits[0]!.fitted[0]!;
  const learned = Object.entries(head.saved.tensors).filter(([tensor]) => /weight|bias/.test(tensor));
  return {
    ...{ name, features: head.features, layer: view.layer, trainAccuracy, heldOut: balancedAccuracy },
    parameters: learned.reduce((sum, [, { data }]) => sum + data.length, 0),
    ...{ interval, logLoss, seeds },
  };
}
