/**
 * Heads: small classifiers that turn pooled embeddings into logits.
 *
 * Not its concern: audio, files, encoders, evaluation.
 */
import type { Matrix } from "../math/matrix.ts";

/** The kinds of head that can be trained, in the order in which they are documented. */
export const headKinds = ["linear", "mlp", "logistic", "ridge", "centroid"] as const;

/** One of {@link headKinds}. */
export type HeadKind = (typeof headKinds)[number];

/** A tensor as it is saved, in C order. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Results of training (epochs run, penalty chosen ...) for cards and reports, not for prediction. */
export type HeadFacts = Readonly<Record<string, number | string | boolean>>;

/** The part of a saved head that is not tensors, as plain JSON. */
export interface HeadMeta {
  readonly kind: HeadKind;
  /** Number of input features. */
  readonly features: number;
  readonly classes: number;
  /** Whether each standardised row is divided by its Euclidean norm before the first layer. */
  readonly normalise: boolean;
  readonly facts: HeadFacts;
}

/**
 * A head as it is saved. Tensors: mean [features], scale [features], and either weight [classes, features]
 * and bias [classes], or 0.weight, 0.bias, 2.weight ... as in torch.nn.Sequential(Linear, ReLU, Linear ...).
 */
export interface SavedHead {
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly meta: HeadMeta;
}

/** A trained head. It takes raw embeddings: standardisation is part of it. */
export interface Head {
  readonly kind: HeadKind;
  /** Number of input features and of classes. */
  readonly features: number;
  readonly classes: number;
  /** The numbers that predictions are computed from. */
  readonly saved: SavedHead;
  /** Logits [recordings, classes] for embeddings [recordings, features]; softmax gives probabilities. */
  computeLogits(embeddings: Matrix): Matrix;
}
