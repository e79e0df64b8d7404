/**
 * The head `linear`: torch.nn.Linear with CrossEntropyLoss and torch.optim.Adam, as PyTorch defines them.
 *
 * Not its concern: validation; it runs a fixed number of epochs.
 *
 * Without standardisation, on mean-pooled embeddings of the last layer, it is the recipe of the article that
 * this project is based on (docs/lessons.md). With standardisation (the default) all features have comparable
 * size.
 */
import { createRandom } from "../core/random.ts";
import { createAdam } from "./adam.ts";
import type { Head } from "./head.ts";
import { createNetwork, runEpoch } from "./network.ts";
import { createNetworkHead } from "./network-head.ts";
import type { LinearOptions } from "./options.ts";
import { applyStandardisation, chooseStandardisation } from "./standardisation.ts";
import { computeRowWeights, type TrainingSet } from "./training-set.ts";

/** Trains a linear layer with Adam for `epochs` passes over the rows. */
export function trainLinear(set: TrainingSet, options: LinearOptions): Head {
  const { embeddings, labels, counts, classes } = set;
  const features = embeddings.columns;
  const standardisation = chooseStandardisation(embeddings, options.standardise);
  const random = createRandom(options.seed);
  const network = createNetwork([features, classes], random);
  const rows = {
    inputs: applyStandardisation(embeddings, standardisation),
    labels,
    weights: computeRowWeights(labels, counts, options.classWeight),
  };
  const optimiser = createAdam(options);
  let state = optimiser.init(network.parameters);
  let loss = 0;
  for (let epoch = 0; epoch < options.epochs; epoch++) {
    const done = runEpoch(network, rows, optimiser, state, { ...options, dropout: 0, random });
    ({ state, loss } = done);
  }
  return createNetworkHead({
    kind: "linear",
    standardisation,
    layers: [
      { inputs: features, outputs: classes, weight: network.parameters[0]!, bias: network.parameters[1]! },
    ],
    facts: {
      epochs: options.epochs,
      learningRate: options.learningRate,
      weightDecay: options.weightDecay,
      classWeight: options.classWeight,
      standardise: options.standardise,
      loss,
    },
  });
}
