/**
 * A classifier: the views it listens to, a head on each, and how they are pooled. Fitted on training rows alone, inside
 * every fold and once on everything.
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
import { fitFusion } from "./fit-fusion.ts";
import { computeLogProbabilities, poolViews } from "./fusion.ts";
import { type Pooling, resolveLayer, stackView, type View } from "./view.ts";

/** How a classifier is to be fitted. */
export interface ClassifierOptions {
  readonly seed: number;
  /** A layer, the last one, or (default) all of them pooled; with a head named, the one with the best leave-one-out likelihood. */
  readonly layer?: number | "last" | "auto";
  /** Default mean+std. */
  readonly pooling?: Pooling;
  /** Default auto: ridge on every layer, pooled; with a layer named, logistic. */
  readonly head?: HeadKind | "auto";
  /** Settings of the head named, over its defaults; see `headDefaults`. */
  readonly headOptions?: Readonly<Record<string, unknown>>;
}

/** The head that `auto` stands for on one named layer. */
const defaultHead: HeadKind = "logistic";

/** A view with the head trained on it. */
export interface FittedView {
  readonly view: View;
  readonly head: Head;
  /** Factor of its log-probabilities when views are pooled; the view's `weight` is this as a share of all. */
  readonly factor: number;
}

/** A fitted classifier. */
export interface Classifier {
  /** At least one. */
  readonly fitted: readonly FittedView[];
  /** Probabilities [recordings, classes] for pooled vectors as the encoder gives them. */
  computeProbabilities(vectors: readonly Float32Array[]): Matrix;
}

/** Whether all layers are to be pooled: nothing was named that decides for one. */
function isFused({ layer = "auto", head = "auto" }: ClassifierOptions): boolean {
  return layer === "auto" && head === "auto";
}

/** Fits a classifier on pooled vectors [layers, 2 x dimensions] and labels 0 .. classes - 1. */
export function fitClassifier(
  vectors: readonly Float32Array[],
  labels: readonly number[],
  classes: number,
  encoder: EncoderInfo,
  options: ClassifierOptions,
): Classifier {
  if (isFused(options)) {
    const { pooling = "mean+std", seed } = options;
    return createClassifier(fitFusion(vectors, labels, classes, encoder, { pooling, seed }), encoder);
  }
  const { kind, view, features, headOptions } = prepareFit(vectors, labels, classes, encoder, options);
  const head = trainHead(kind, features, labels, classes, headOptions);
  return createClassifier([{ head, view, factor: 1 }], encoder);
}

/** The same with the large matrix products left to an engine, where the head can use one. */
export async function fitClassifierWithProduct(
  vectors: readonly Float32Array[],
  labels: readonly number[],
  classes: number,
  encoder: EncoderInfo,
  options: ClassifierOptions,
  product: MatrixProduct,
): Promise<Classifier> {
  if (isFused(options)) return fitClassifier(vectors, labels, classes, encoder, options);
  const { kind, view, features, headOptions } = prepareFit(vectors, labels, classes, encoder, options);
  const head = await trainHeadWithProduct(kind, features, labels, classes, headOptions, product);
  return createClassifier([{ head, view, factor: 1 }], encoder);
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

/** Puts heads and the views they were trained on together again. */
export function createClassifier(fitted: readonly FittedView[], encoder: EncoderInfo): Classifier {
  const size = encoder.layers * 2 * encoder.dimensions;
  const computeLogits = ({ view, head }: FittedView, vectors: readonly Float32Array[]): Matrix =>
    head.computeLogits(stackView(vectors, encoder, view.layer, view.pooling));
  return {
    fitted,
    computeProbabilities(vectors) {
      const wrong = vectors.find((vector) => vector.length !== size);
      if (wrong) {
        throw new GolemError(
          "invalid-shape",
          `An embedding of ${encoder.id} has ${size} numbers; got ${wrong.length}.`,
        );
      }
      const [first] = fitted;
      const probabilities =
        fitted.length === 1
          ? computeProbabilities(computeLogits(first!, vectors))
          : poolViews(
              fitted.map((view) =>
                computeLogProbabilities(computeLogits(view, vectors).data, first!.head.classes),
              ),
              fitted.map(({ factor }) => factor),
              first!.head.classes,
            );
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
