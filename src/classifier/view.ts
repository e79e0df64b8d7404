/**
 * Views: a view is one embedding of a recording that gets a head. It is a layer of an encoder, pooled over
 * time; the transcript; or a vector that the transcriber's decoder computed while writing the transcript.
 *
 * Not its concern: heads, files.
 */
import { GolemError } from "../core/error.ts";
import type { Embedding } from "../embed/embedded-recording.ts";
import type { EncoderInfo } from "../encoder/encoder.ts";
import { getSpokenText, speechCheckId } from "../encoder/speech-check.ts";
import type { DecoderVector, TranscriberInfo } from "../encoder/transcriber.ts";
import { createMatrix, type Matrix } from "../math/matrix.ts";
import type { NumberStore } from "../math/number-store.ts";
import { createTextFeatures, getVocabularySize, type Vocabulary } from "./features/text-features.ts";

/** The statistics over time in a view of a layer. */
export type Pooling = "mean" | "mean+std";

/** A layer of an encoder. */
export interface LayerView {
  /** Encoder id. */
  readonly encoder: string;
  readonly layer: number;
  readonly pooling: Pooling;
  /** Share of this view in the decision; 1 when it is the only one. */
  readonly weight: number;
}

/** The transcript; `encoder` is the transcriber's id. */
interface TranscriptView {
  readonly encoder: string;
  readonly layer: "transcript";
  readonly pooling: "tf-idf";
  readonly weight: number;
  /**
   * The check by which transcripts of sounds other than speech are treated as empty
   * (encoder/speech-check.ts); absent in golems that were trained on all text.
   */
  readonly speech?: string | undefined;
}

/** A vector of the transcriber's decoder; `encoder` is the transcriber's id. */
interface DecoderView {
  readonly encoder: string;
  readonly layer: DecoderVector["name"];
  /** Pooled over the decoder's steps, as described at `DecoderVector`. */
  readonly pooling: "steps";
  readonly weight: number;
}

/** A view that is a vector computed by a network: any view but the transcript. */
export type VectorView = LayerView | DecoderView;

/** One embedding of a recording that gets a head. */
export type View = VectorView | TranscriptView;

/** The encoders, in the order of `Embedding.vectors`, and the transcriber of a classifier. */
export interface EncoderSetInfo {
  readonly encoders: readonly EncoderInfo[];
  readonly transcriber?: TranscriberInfo | undefined;
}

/** Whether a view needs a transcriber. One run of it computes all such views. */
export function needsTranscriber(view: View): view is TranscriptView | DecoderView {
  return typeof view.layer !== "number";
}

/** Whether a view is a {@link VectorView}. */
export function isVectorView(view: View): view is VectorView {
  return view.layer !== "transcript";
}

/** Sums the shares of views in the decision. */
export function sumShares(views: readonly View[]): number {
  return views.reduce((sum, { weight }) => sum + weight, 0);
}

/**
 * Lists the views of a transcriber, if there is one: the transcript, unless the vocabulary is empty, and the
 * decoder vectors.
 */
export function listWrittenViews(
  transcriber: TranscriberInfo | undefined,
  vocabulary: Vocabulary | undefined,
): (TranscriptView | DecoderView)[] {
  if (!transcriber) return [];
  const { id: encoder, vectors } = transcriber;
  const words: TranscriptView = {
    ...{ encoder, layer: "transcript", pooling: "tf-idf", weight: 1 },
    speech: speechCheckId,
  };
  return [
    ...(vocabulary && getVocabularySize(vocabulary) > 0 ? [words] : []),
    ...vectors.map(({ name }) => ({ encoder, layer: name, pooling: "steps", weight: 1 }) as const),
  ];
}

/** Returns the texts to fit a vocabulary to: those of speech, and empty ones for the rest. */
export function getSpokenTexts(
  embeddings: readonly Embedding[],
  { transcriber }: Pick<EncoderSetInfo, "transcriber">,
): string[] {
  return embeddings.map(({ text = "", logprob }) => getSpokenText({ text, logprob }, transcriber));
}

/** Returns the name of a view in a golem's tensors: encoder and layer. */
export function getViewName({ encoder, layer }: Pick<View, "encoder" | "layer">): string {
  return typeof layer === "number" ? `${encoder}/layer_${layer}` : `${encoder}/${layer}`;
}

/** Returns the number of features of a layer's view. */
export function getLayerSize(info: EncoderInfo, pooling: Pooling): number {
  return pooling === "mean" ? info.dimensions : 2 * info.dimensions;
}

/** Returns the number of features of a view; undefined if the encoder set or vocabulary lacks it. */
export function getViewSize(
  view: View,
  { encoders, transcriber }: EncoderSetInfo,
  vocabulary?: Vocabulary,
): number | undefined {
  if (needsTranscriber(view)) {
    if (transcriber?.id !== view.encoder) return undefined;
    if (view.layer === "transcript") return vocabulary && getVocabularySize(vocabulary);
    return findDecoded(view, transcriber)?.size;
  }
  const info = encoders.find(({ id }) => id === view.encoder);
  return info && view.layer < info.layers ? getLayerSize(info, view.pooling) : undefined;
}

/**
 * Creates a function that computes the features [recordings, features] of a view, into memory of `numbers`
 * if it is given. It throws `invalid-shape` for embeddings without the transcript or decoder vector needed.
 */
export function createViewFeatures(
  view: View,
  { encoders, transcriber }: EncoderSetInfo,
  vocabulary?: Vocabulary,
): (embeddings: readonly Embedding[], numbers?: NumberStore) => Matrix {
  if (view.layer === "transcript") {
    const computeFeatures = createTextFeatures(vocabulary!);
    return (embeddings, numbers) =>
      computeFeatures(
        embeddings.map(({ text = throwMissing(view), logprob }) =>
          view.speech === undefined ? text : getSpokenText({ text, logprob }, transcriber),
        ),
        numbers,
      );
  }
  const create = (rows: number, columns: number, numbers: NumberStore | undefined): Matrix =>
    createMatrix(rows, columns, numbers?.takeFloats(rows * columns));
  if (needsTranscriber(view)) {
    const { place, size } = findDecoded(view, transcriber)!;
    return (embeddings, numbers) => {
      const features = create(embeddings.length, size, numbers);
      for (let row = 0; row < embeddings.length; row++) {
        const { decoded } = embeddings[row]!;
        const vector = decoded?.[place] ?? throwMissing(view);
        checkSize(`The vector ${getViewName(view)}`, vector, size);
        features.data.set(vector, row * size);
      }
      return features;
    };
  }
  const { layer, pooling } = view;
  const index = encoders.findIndex(({ id }) => id === view.encoder);
  const info = encoders[index]!;
  const columns = getLayerSize(info, pooling);
  const start = layer * 2 * info.dimensions;
  return (embeddings, numbers) => {
    const features = create(embeddings.length, columns, numbers);
    for (let row = 0; row < embeddings.length; row++) {
      const { vectors } = embeddings[row]!;
      const values = vectors.readLayer
        ? vectors.readLayer(index, layer).subarray(0, columns)
        : vectors[index]!.subarray(start, start + columns);
      features.data.set(values, row * columns);
    }
    return features;
  };
}

function findDecoded(view: DecoderView, transcriber: TranscriberInfo | undefined) {
  const place = transcriber?.vectors.findIndex(({ name }) => name === view.layer) ?? -1;
  return place < 0 ? undefined : { place, size: transcriber!.vectors[place]!.size };
}

/** Throws `invalid-shape` for embeddings that do not have the sizes of this encoder set. */
export function checkEmbeddings(embeddings: readonly Embedding[], { encoders }: EncoderSetInfo): void {
  for (const { vectors } of embeddings) {
    // Vectors that are read on access were checked when they were opened.
    if (vectors.readLayer) continue;
    for (const [i, { id, layers, dimensions }] of encoders.entries()) {
      checkSize(`An embedding of ${id}`, vectors[i], layers * 2 * dimensions);
    }
  }
}

function checkSize(what: string, vector: Float32Array | undefined, size: number): void {
  if (vector?.length === size) return;
  throw new GolemError("invalid-shape", `${what} has ${size} numbers; got ${vector?.length ?? "none"}.`);
}

function throwMissing(view: View): never {
  throw new GolemError("invalid-shape", `An embedding has no ${getViewName(view)}; expected one.`, {
    hint: `Embed the recording with the transcriber ${view.encoder}.`,
  });
}

/** Resolves "last" or a number to a layer of the encoder; throws `invalid-layer`. */
export function resolveLayer(info: EncoderInfo, layer: number | "last"): number {
  const last = info.layers - 1;
  if (layer === "last") return last;
  if (Number.isInteger(layer) && layer >= 0 && layer <= last) return layer;
  throw new GolemError(
    "invalid-layer",
    `${info.id} has ${last === 0 ? "only layer 0" : `layers 0 to ${last}`}; got layer ${layer}.`,
    { hint: "Name one of them, or use `last` or `auto`." },
  );
}
