/**
 * The head `mlp`: Linear, ReLU, Dropout, ..., Linear with CrossEntropyLoss and torch.optim.AdamW (decoupled
 * weight decay).
 *
 * Not its concern: the evaluation's held-out data; the split is of training rows only.
 *
 * Early stopping: a stratified validation split, drawn with the seed, determines the number of epochs with
 * the lowest loss. The network is then trained again from the same start on all rows for that many epochs,
 * because with fifty recordings every one matters. If a class has fewer than three rows there is no split,
 * and all epochs are run.
 */

import { createRandom, shuffle } from "../core/random.ts";
import { selectRows } from "../math/matrix.ts";
import { createAdam } from "./adam.ts";
import type { Head } from "./head.ts";
import { type Batch, computeLoss, createNetwork, type Network, runEpoch } from "./network.ts";
import { createNetworkHead } from "./network-head.ts";
import type { MlpOptions } from "./options.ts";
import { applyStandardisation, chooseStandardisation, type Standardisation } from "./standardisation.ts";
import { computeRowWeights, type TrainingSet } from "./training-set.ts";

/** Minimum number of rows in every class for a validation split. */
const minimumForSplit = 3;

/** Trains a multi-layer perceptron. */
export function trainMlp(set: TrainingSet, options: MlpOptions): Head {
  const isSplit = options.earlyStopping && Math.min(...set.counts) >= minimumForSplit;
  const epochs = isSplit ? findEpochs(set, options) : options.epochs;
  const all = Array.from(set.labels.keys());
  const { network, standardisation, next } = startTraining(set, all, options);
  for (let epoch = 0; epoch < epochs; epoch++) next();
  return createNetworkHead({
    kind: "mlp",
    standardisation,
    layers: network.widths.slice(1).map((outputs, l) => ({
      inputs: network.widths[l]!,
      outputs,
      weight: network.parameters[2 * l]!,
      bias: network.parameters[2 * l + 1]!,
    })),
    facts: {
      epochs,
      earlyStopping: isSplit,
      dropout: options.dropout,
      learningRate: options.learningRate,
      weightDecay: options.weightDecay,
      classWeight: options.classWeight,
      standardise: options.standardise,
    },
  });
}

/** Finds the number of epochs with the lowest validation loss. */
function findEpochs(set: TrainingSet, options: MlpOptions): number {
  const { training, validation } = splitStratified(set, options);
  const { network, standardisation, next } = startTraining(set, training, options);
  const held = createBatch(set, validation, standardisation, options);
  let best = Number.POSITIVE_INFINITY;
  let bestEpoch = 1;
  for (let epoch = 1; epoch <= options.epochs && epoch - bestEpoch < options.patience; epoch++) {
    next();
    const loss = computeLoss(network, held);
    if (loss < best) {
      best = loss;
      bestEpoch = epoch;
    }
  }
  return bestEpoch;
}

function startTraining(
  set: TrainingSet,
  selected: readonly number[],
  options: MlpOptions,
): { network: Network; standardisation: Standardisation; next: () => void } {
  const features = set.embeddings.columns;
  const standardisation = chooseStandardisation(selectRows(set.embeddings, selected), options.standardise);
  const random = createRandom(options.seed);
  const network = createNetwork([features, ...options.hidden, set.classes], random);
  const batch = createBatch(set, selected, standardisation, options);
  const optimiser = createAdam({ ...options, decoupled: true });
  let state = optimiser.init(network.parameters);
  const next = (): void => {
    ({ state } = runEpoch(network, batch, optimiser, state, { ...options, random }));
  };
  return { network, standardisation, next };
}

function createBatch(
  { embeddings, labels, counts }: TrainingSet,
  selected: readonly number[],
  standardisation: Standardisation,
  { classWeight }: MlpOptions,
): Batch {
  const weights = computeRowWeights(labels, counts, classWeight);
  return {
    inputs: applyStandardisation(selectRows(embeddings, selected), standardisation),
    labels: Int32Array.from(selected, (row) => labels[row]!),
    weights: Float64Array.from(selected, (row) => weights[row]!),
  };
}

/** Sets `validationShare` of each class aside: at least one row, and never all rows. */
function splitStratified(
  { labels, counts, classes }: TrainingSet,
  { seed, validationShare }: MlpOptions,
): { training: number[]; validation: number[] } {
  const random = createRandom(seed, 1);
  const validation: number[] = [];
  for (let k = 0; k < classes; k++) {
    const rows: number[] = [];
    for (const [row, label] of labels.entries()) if (label === k) rows.push(row);
    const requested = Math.round(counts[k]! * validationShare);
    validation.push(...shuffle(rows, random).slice(0, Math.min(Math.max(requested, 1), counts[k]! - 1)));
  }
  const held = new Set(validation);
  return { training: Array.from(labels.keys()).filter((row) => !held.has(row)), validation };
}
