/**
 * Fits one ridge head a layer and the weights with which the layers are pooled, on training rows alone.
 *
 * Each head's say on its own training rows is its exact leave-one-out (head/ridge-loo.ts), so penalty, calibration and weights are
 * all chosen on rows the head was not fitted on, without a refit. Rows that are alone in their class are not counted; where all
 * are, layers weigh the same.
 * Must not know: folds, files.
 */
import type { EncoderInfo } from "../encoder/encoder.ts";
import { headDefaults } from "../head/options.ts";
import { trainRidgeWithLoo } from "../head/ridge.ts";
import { getRowsOfSharedClasses, pickRows } from "../head/ridge-loo.ts";
import { createTrainingSet } from "../head/training-set.ts";
import type { FittedView } from "./classifier.ts";
import { computeFusionWeights, computeLogProbabilities } from "./fusion.ts";
import { type Pooling, stackView } from "./view.ts";

/** Views with less than this share of the weights are left out. */
const leastShare = 0.005;

/** Fits the fusion of an encoder's layers on pooled vectors [layers, 2 x dimensions] and labels 0 .. classes - 1. */
export function fitFusion(
  vectors: readonly Float32Array[],
  labels: readonly number[],
  classes: number,
  encoder: EncoderInfo,
  { pooling, seed }: { readonly pooling: Pooling; readonly seed: number },
): FittedView[] {
  const counted = getRowsOfSharedClasses(labels, classes);
  const isMeasured = classes < labels.length;
  const heads = [];
  const heldOut: Float64Array[] = [];
  for (let layer = 0; layer < encoder.layers; layer++) {
    const set = createTrainingSet(stackView(vectors, encoder, layer, pooling), labels, classes);
    const { head, loo } = trainRidgeWithLoo(set, { ...headDefaults.ridge, seed });
    heads.push(head);
    const scores = pickRows(loo.outputs, counted, classes).map((value) => loo.factor * value);
    heldOut.push(computeLogProbabilities(scores, classes));
  }
  const factors = isMeasured
    ? computeFusionWeights(
        heldOut,
        counted.map((row) => labels[row]!),
        classes,
      )
    : new Float64Array(encoder.layers).fill(1 / encoder.layers);
  const total = factors.reduce((a, b) => a + b, 0);
  const kept = heads.flatMap((head, layer) =>
    factors[layer]! >= leastShare * total ? [{ head, layer, factor: Math.fround(factors[layer]!) }] : [],
  );
  const keptTotal = kept.reduce((sum, { factor }) => sum + factor, 0);
  return kept.map(({ head, layer, factor }) => ({
    view: { encoder: encoder.id, layer, pooling, weight: factor / keptTotal },
    head,
    factor,
  }));
}
