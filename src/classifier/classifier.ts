/**
 * A classifier: views of a recording, a head on each view, and the weights with which the heads are fused. It
 * is fitted on training rows only: in every fold, and once on all rows.
 *
 * Not its concern: audio, files, folds.
 */
import { defaultRecipe } from "../core/default-recipe.ts";
import { GolemError } from "../core/error.ts";
import type { Embedding } from "../embed/embedded-recording.ts";
import type { Head, HeadKind } from "../head/head.ts";
import type { MatrixProduct } from "../head/matrix-product.ts";
import type { HeadOptions } from "../head/options.ts";
import { trainHead, trainHeadWithProduct } from "../head/registry.ts";
import { computeProbabilities } from "../head/softmax.ts";
import { createMatrix, type Matrix } from "../math/matrix.ts";
import { chooseHead, type HeadChoice } from "./choosing/choose-head.ts";
import { chooseLayer } from "./choosing/choose-layer.ts";
import type { Vocabulary } from "./features/text-features.ts";
import { type Augmentation, fitFusion } from "./fusion/fit-fusion.ts";
import type { FittedView } from "./fusion/fusion.ts";
import { computeLogProbabilities, poolViews } from "./fusion/fusion.ts";
import { fitMixedFusion } from "./fusion/mix-origins.ts";
import { isMixed, type LabelledRows } from "./labelled-rows.ts";
import {
  checkEmbeddings,
  createViewFeatures,
  type EncoderSetInfo,
  type LayerView,
  type Pooling,
  resolveLayer,
} from "./view.ts";

/** Options for fitting a classifier. */
export interface ClassifierOptions {
  readonly seed: number;
  /**
   * A layer of the first encoder, its last layer, or `auto` (default): the fusion of all views or, if `head`
   * names a kind, the layer with the highest leave-one-out likelihood.
   */
  readonly layer?: number | "last" | "auto";
  /** Default: mean+std. */
  readonly pooling?: Pooling;
  /**
   * Kind of head. Default: ridge on every view, fused; or logistic if `layer` names a layer. `auto` together
   * with a named layer: chosen by comparison.
   */
  readonly head?: HeadKind | "auto";
  /** Settings of the named head that override its defaults; see `headDefaults`. */
  readonly headOptions?: Readonly<Record<string, unknown>>;
  /** How varied copies are used, if all views are fused and there are copies. Default: auto. */
  readonly augment?: Augmentation | undefined;
}

/** A fitted classifier. */
export interface Classifier {
  /** At least one. */
  readonly fitted: readonly FittedView[];
  /** The vocabulary of the transcript view, if there is one. */
  readonly vocabulary: Vocabulary | undefined;
  /** Share in the decision of heads that were fitted to varied copies too; only after fitting. */
  readonly variedShare?: number;
  /**
   * Probabilities [recordings, classes] for embeddings by the encoder set. Throws `invalid-shape` for other
   * embeddings, `golem-damaged` if a probability is not finite.
   */
  computeProbabilities(embeddings: readonly Embedding[]): Matrix;
}

/** Options that determine which heads are trained. */
type HeadSelection = Pick<ClassifierOptions, "layer" | "head">;

/** Returns the kind of head in the options, or the default, which depends on whether a layer is named. */
export function resolveHead({ layer = defaultRecipe.layer, head }: HeadSelection): HeadKind | "auto" {
  return head ?? (layer === "auto" ? defaultRecipe.head : defaultRecipe.layerHead);
}

/** Whether all views are fused: the head is `auto` and no layer is named. */
export function isFused(options: HeadSelection): boolean {
  return resolveHead(options) === "auto" && (options.layer ?? defaultRecipe.layer) === "auto";
}

/** Whether the head is chosen by comparison: `head` is `auto` and a layer is named. */
export function isHeadChosen(options: HeadSelection): boolean {
  return resolveHead(options) === "auto" && !isFused(options);
}

/** Fits a classifier on labelled recordings. With a head or a layer, only the first encoder is used. */
export function fitClassifier(
  rows: LabelledRows,
  encoderSet: EncoderSetInfo,
  options: ClassifierOptions,
): Classifier {
  if (isFused(options)) {
    const { pooling = defaultRecipe.pooling, seed, augment } = options;
    const fitViews = isMixed(rows) ? fitMixedFusion : fitFusion;
    const { fitted, vocabulary, variedShare } = fitViews(rows, encoderSet, { pooling, seed, augment });
    return { ...createClassifier(fitted, encoderSet, vocabulary), variedShare };
  }
  const { kind, view, features, headOptions, scores } = prepareFit(rows, encoderSet, options);
  const head = trainHead(kind, features, rows.labels, rows.classes, headOptions);
  return createClassifier([{ head: addScores(head, scores), view, factor: 1 }], encoderSet);
}

/**
 * Like {@link fitClassifier}, with large matrix products computed by `product` if the head supports it.
 */
export async function fitClassifierWithProduct(
  rows: LabelledRows,
  encoderSet: EncoderSetInfo,
  options: ClassifierOptions,
  product: MatrixProduct,
): Promise<Classifier> {
  if (isFused(options)) return fitClassifier(rows, encoderSet, options);
  const { kind, view, features, headOptions, scores } = prepareFit(rows, encoderSet, options);
  const head = await trainHeadWithProduct(kind, features, rows.labels, rows.classes, headOptions, product);
  return createClassifier([{ head: addScores(head, scores), view, factor: 1 }], encoderSet);
}

/** Chooses the layer, and the head if heads are compared, and computes the features to train on. */
function prepareFit(rows: LabelledRows, encoderSet: EncoderSetInfo, options: ClassifierOptions) {
  const { seed, layer = defaultRecipe.layer, pooling = defaultRecipe.pooling } = options;
  const encoder = encoderSet.encoders[0]!;
  const chosen = layer === "auto" ? chooseLayer(rows, encoderSet, pooling) : resolveLayer(encoder, layer);
  const view: LayerView = { encoder: encoder.id, layer: chosen, pooling, weight: 1 };
  const headOptions = { ...(options.headOptions as Partial<HeadOptions<HeadKind>> | undefined), seed };
  const features = createViewFeatures(view, encoderSet)(rows.embeddings);
  const kind = resolveHead(options);
  if (kind === "auto") return { ...chooseHead(features, rows, headOptions), view, features, headOptions };
  return { kind, view, features, headOptions, scores: {} };
}

/** Adds the held-out scores by which a head was chosen to its facts. */
function addScores(head: Head, scores: HeadChoice["scores"]): Head {
  const { tensors, meta } = head.saved;
  const compared = Object.entries(scores).map(([kind, score]) => [`compared.${kind}`, score]);
  if (compared.length === 0) return head;
  return {
    ...head,
    saved: { tensors, meta: { ...meta, facts: { ...meta.facts, ...Object.fromEntries(compared) } } },
  };
}

/** Recordings predicted at a time, to bound the memory of their features. */
const pieceRows = 256;

/** Creates a classifier from heads and the views they were trained on. */
export function createClassifier(
  fitted: readonly FittedView[],
  encoderSet: EncoderSetInfo,
  vocabulary?: Vocabulary,
): Classifier {
  const { classes } = fitted[0]!.head;
  const parts = fitted.map(({ view, head, factor }) => {
    const computeFeatures = createViewFeatures(view, encoderSet, vocabulary);
    return {
      factor,
      computeLogits: (embeddings: readonly Embedding[]) => head.computeLogits(computeFeatures(embeddings)),
    };
  });
  const computePiece = (embeddings: readonly Embedding[]): Matrix =>
    parts.length === 1
      ? computeProbabilities(parts[0]!.computeLogits(embeddings))
      : poolViews(
          parts.map(({ computeLogits }) => computeLogProbabilities(computeLogits(embeddings).data, classes)),
          parts.map(({ factor }) => factor),
          classes,
        );
  return {
    fitted,
    vocabulary,
    computeProbabilities(embeddings) {
      checkEmbeddings(embeddings, encoderSet);
      const probabilities = createMatrix(embeddings.length, classes);
      for (let from = 0; from < embeddings.length; from += pieceRows) {
        const piece = computePiece(embeddings.slice(from, from + pieceRows));
        probabilities.data.set(piece.data, from * classes);
      }
      if (!probabilities.data.every(Number.isFinite)) {
        throw new GolemError(
          "golem-damaged",
          "The head gives probabilities that are not numbers; its weights are too large.",
          {
            hint: "Copy the golem's folder again from its source, or train the golem again.",
          },
        );
      }
      return probabilities;
    },
  };
}
