/** Trains a head of any kind. */
import type { Matrix } from "../math/matrix.ts";
import { trainCentroid } from "./centroid.ts";
import type { Head, HeadKind } from "./head.ts";
import { trainLinear } from "./linear.ts";
import { trainLogistic, trainLogisticWithProduct } from "./logistic.ts";
import type { MatrixProduct } from "./matrix-product.ts";
import { trainMlp } from "./mlp.ts";
import { type HeadOptions, type HeadSettings, resolveOptions } from "./options.ts";
import { trainRidge } from "./ridge.ts";
import { createTrainingSet, type TrainingSet } from "./training-set.ts";

const trainers: { readonly [K in HeadKind]: (set: TrainingSet, options: HeadSettings[K]) => Head } = {
  linear: trainLinear,
  mlp: trainMlp,
  logistic: trainLogistic,
  ridge: trainRidge,
  centroid: trainCentroid,
};

/**
 * Trains a head on embeddings [recordings, features] and labels 0 .. classes - 1. Defaults: `headDefaults`.
 * The same input and seed give the same bytes. Errors: `invalid-shape` (sizes, labels, or numbers that are
 * not finite), `invalid-option`, `too-few-classes`, `too-few-recordings` (a class without a row),
 * `not-converged`.
 */
export function trainHead<K extends HeadKind>(
  kind: K,
  embeddings: Matrix,
  labels: Int32Array | readonly number[],
  classes: number,
  options: HeadOptions<K>,
): Head {
  const settings = resolveOptions(kind, options);
  return trainers[kind](createTrainingSet(embeddings, labels, classes), settings);
}

/** Like {@link trainHead}, with large products computed by `product` if the kind supports it. */
export async function trainHeadWithProduct<K extends HeadKind>(
  kind: K,
  embeddings: Matrix,
  labels: Int32Array | readonly number[],
  classes: number,
  options: HeadOptions<K>,
  product: MatrixProduct,
): Promise<Head> {
  if (kind !== "logistic") return trainHead(kind, embeddings, labels, classes, options);
  const settings = resolveOptions("logistic", options as HeadOptions<"logistic">);
  return trainLogisticWithProduct(createTrainingSet(embeddings, labels, classes), settings, product);
}
