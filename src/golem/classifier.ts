/**
 * A classifier: which layer to listen to and the head on it. Fitted on training rows alone, inside every fold and
 * once on everything.
 *
 * Must not know: audio, files, folds.
 */
import { GolemError } from "../core/error.ts";
import type { Matrix } from "../core/matrix.ts";
import type { EncoderInfo } from "../encoder/encoder.ts";
import type { Head, HeadKind } from "../head/head.ts";
import type { MatrixProduct } from "../head/matrix-product.ts";
import type { HeadOptions } from "../head/options.ts";
import { trainHead, trainHeadWithProduct } from "../head/registry.ts";
import { computeProbabilities } from "../head/softmax.ts";
import { chooseLayer } from "./choose-layer.ts";
import { type Pooling, resolveLayer, stackView, type View } from "./view.ts";

/** How a classifier is to be fitted. */
export interface ClassifierOptions {
  readonly seed: number;
  /** A layer, the last one, or the one with the best leave-one-out likelihood (default). */
  readonly layer?: number | "last" | "auto";
  /** Default mean+std. */
  readonly pooling?: Pooling;
  /** Default auto, which is logistic. */
  readonly head?: HeadKind | "auto";
  /** Settings of the head named, over its defaults; see `headDefaults`. */
  readonly headOptions?: Readonly<Record<string, unknown>>;
}

/** The head that `auto` stands for. */
const defaultHead: HeadKind = "logistic";

/** A fitted classifier. */
export interface Classifier {
  readonly view: View;
  readonly head: Head;
  /** Probabilities [recordings, classes] for pooled vectors as the encoder gives them. */
  computeProbabilities(vectors: readonly Float32Array[]): Matrix;
}

/** Fits a classifier on pooled vectors [layers, 2 x dimensions] and labels 0 .. classes - 1. */
export function fitClassifier(
  vectors: readonly Float32Array[],
  labels: readonly number[],
  classes: number,
  encoder: EncoderInfo,
  options: ClassifierOptions,
): Classifier {
  const { kind, view, features, headOptions } = prepareFit(vectors, labels, classes, encoder, options);
  return createClassifier(trainHead(kind, features, labels, classes, headOptions), view, encoder);
}

/** The same with the large matrix products left to an engine. */
export async function fitClassifierWithProduct(
  vectors: readonly Float32Array[],
  labels: readonly number[],
  classes: number,
  encoder: EncoderInfo,
  options: ClassifierOptions,
  product: MatrixProduct,
): Promise<Classifier> {
  const { kind, view, features, headOptions } = prepareFit(vectors, labels, classes, encoder, options);
  const head = await trainHeadWithProduct(kind, features, labels, classes, headOptions, product);
  return createClassifier(head, view, encoder);
}

/** Chooses the layer and gathers what a head is trained on. */
function prepareFit(
  vectors: readonly Float32Array[],
  labels: readonly number[],
  classes: number,
  encoder: EncoderInfo,
  options: ClassifierOptions,
) {
  const { seed, layer = "auto", pooling = "mean+std", head = "auto" } = options;
  const chosen =
    layer === "auto" ? chooseLayer(vectors, labels, classes, encoder, pooling) : resolveLayer(encoder, layer);
  const view: View = { encoder: encoder.id, layer: chosen, pooling, weight: 1 };
  const headOptions = { ...(options.headOptions as Partial<HeadOptions<HeadKind>> | undefined), seed };
  const kind = head === "auto" ? defaultHead : head;
  return { kind, view, features: stackView(vectors, encoder, chosen, pooling), headOptions };
}

/** Puts a head and the view it was trained on together again. */
export function createClassifier(head: Head, view: View, encoder: EncoderInfo): Classifier {
  const size = encoder.layers * 2 * encoder.dimensions;
  return {
    view,
    head,
    computeProbabilities(vectors) {
      const wrong = vectors.find((vector) => vector.length !== size);
      if (wrong) {
        throw new GolemError(
          "invalid-shape",
          `An embedding of ${encoder.id} has ${size} numbers; got ${wrong.length}.`,
        );
      }
      const features = stackView(vectors, encoder, view.layer, view.pooling);
      const probabilities = computeProbabilities(head.computeLogits(features));
      if (!probabilities.data.every(Number.isFinite)) {
        throw new GolemError(
          "golem-damaged",
          "The head gives probabilities that are not numbers; its weights are too large.",
          {
            hint: "Copy the golem's folder again from where it was made, or train it anew.",
          },
        );
      }
      return probabilities;
    },
  };
}
