/**
 * Heads: small classifiers that turn pooled embeddings into logits.
 *
 * Must not know: audio, files, encoders, how well they are doing.
 */
import type { Matrix } from "../core/matrix.ts";

/** The kinds of head that can be trained. */
export type HeadKind = "linear" | "mlp" | "logistic" | "ridge" | "centroid";

/** A tensor as it is saved: C order. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A trained head. Standardisation is inside: it takes raw embeddings. */
export interface Head {
  readonly kind: HeadKind;
  /** Number of input features and of classes. */
  readonly features: number;
  readonly classes: number;
  /** Logits [recordings, classes] for embeddings [recordings, features]; softmax of a row gives probabilities. */
  computeLogits(embeddings: Matrix): Matrix;
}
