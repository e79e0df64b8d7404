/**
 * A classifier: the views it listens to, a head on each, and how they are pooled. Fitted on training rows alone, inside
 * every fold and once on everything.
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
import type { Matrix } from "../math/matrix.ts";
import { chooseHead, type HeadChoice } from "./choose-head.ts";
import { chooseLayer } from "./choose-layer.ts";
import { fitFusion } from "./fit-fusion.ts";
import type { FittedView } from "./fitted-view.ts";
import { computeLogProbabilities, poolViews } from "./fusion.ts";
import type { LabelledRows } from "./labelled-rows.ts";
import type { Vocabulary } from "./text-features.ts";
import {
  checkEmbeddings,
  createViewFeatures,
  type EncoderSetInfo,
  type LayerView,
  type Pooling,
  resolveLayer,
} from "./view.ts";

/** How a classifier is to be fitted. */
export interface ClassifierOptions {
  readonly seed: number;
  /** A layer, the last one, or (default) all views pooled; with a head named, the layer with the best leave-one-out likelihood. */
  readonly layer?: number | "last" | "auto";
  /** Default mean+std. */
  readonly pooling?: Pooling;
  /** Left out: ridge on every view, pooled; with a layer named, logistic. `auto` with a layer named: chosen by comparison. */
  readonly head?: HeadKind | "auto";
  /** Settings of the head named, over its defaults; see `headDefaults`. */
  readonly headOptions?: Readonly<Record<string, unknown>>;
}

/** A fitted classifier. */
export interface Classifier {
  /** At least one. */
  readonly fitted: readonly FittedView[];
  /** That of the transcript, when it is among the views. */
  readonly vocabulary: Vocabulary | undefined;
  /** Probabilities [recordings, classes] for recordings as the listener heard them. */
  computeProbabilities(embeddings: readonly Embedding[]): Matrix;
}

/** Whether all views are to be pooled: nothing was named that decides for one. */
export function isFused({
  layer = defaultRecipe.layer,
  head = defaultRecipe.head,
}: ClassifierOptions): boolean {
  return layer === "auto" && head === "auto";
}

/** Whether the head is to be chosen by comparison: `auto` was said, where one layer was named. */
export function isHeadChosen({ layer = defaultRecipe.layer, head }: ClassifierOptions): boolean {
  return layer !== "auto" && head === "auto";
}

/** Fits a classifier on labelled recordings. A head or a layer that is named listens to the first encoder alone. */
export function fitClassifier(
  rows: LabelledRows,
  encoderSet: EncoderSetInfo,
  options: ClassifierOptions,
): Classifier {
  if (isFused(options)) {
    const { pooling = defaultRecipe.pooling, seed } = options;
    const { fitted, vocabulary } = fitFusion(rows, encoderSet, { pooling, seed });
    return createClassifier(fitted, encoderSet, vocabulary);
  }
  const { kind, view, features, headOptions, scores } = prepareFit(rows, encoderSet, options);
  const head = trainHead(kind, features, rows.labels, rows.classes, headOptions);
  return createClassifier([{ head: addScores(head, scores), view, factor: 1 }], encoderSet);
}

/** The same with the large matrix products left to an engine, where the head can use one. */
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

/** Chooses the layer, and the head where that is asked for, and gathers what it is trained on. */
function prepareFit(rows: LabelledRows, encoderSet: EncoderSetInfo, options: ClassifierOptions) {
  const { seed, layer = defaultRecipe.layer, pooling = defaultRecipe.pooling, head } = options;
  const encoder = encoderSet.encoders[0]!;
  const chosen = layer === "auto" ? chooseLayer(rows, encoderSet, pooling) : resolveLayer(encoder, layer);
  const view: LayerView = { encoder: encoder.id, layer: chosen, pooling, weight: 1 };
  const headOptions = { ...(options.headOptions as Partial<HeadOptions<HeadKind>> | undefined), seed };
  const features = createViewFeatures(view, encoderSet)(rows.embeddings);
  if (isHeadChosen(options))
    return { ...chooseHead(features, rows, headOptions), view, features, headOptions };
  const kind = head === undefined || head === "auto" ? defaultRecipe.layerHead : head;
  return { kind, view, features, headOptions, scores: {} };
}

/** The head with the held-out scores by which it was chosen among its facts. */
function addScores(head: Head, scores: HeadChoice["scores"]): Head {
  const { tensors, meta } = head.saved;
  const compared = Object.entries(scores).map(([kind, score]) => [`compared.${kind}`, score]);
  if (compared.length === 0) return head;
  return {
    ...head,
    saved: { tensors, meta: { ...meta, facts: { ...meta.facts, ...Object.fromEntries(compared) } } },
  };
}

/** Puts heads and the views they were trained on together again. */
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
  return {
    fitted,
    vocabulary,
    computeProbabilities(embeddings) {
      checkEmbeddings(embeddings, encoderSet);
      const probabilities =
        parts.length === 1
          ? computeProbabilities(parts[0]!.computeLogits(embeddings))
          : poolViews(
              parts.map(({ computeLogits }) =>
                computeLogProbabilities(computeLogits(embeddings).data, classes),
              ),
              parts.map(({ factor }) => factor),
              classes,
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
