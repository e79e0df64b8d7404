/**
 * Views: what a recording looks like to one head. A layer of an encoder, pooled over time; or the transcript.
 *
 * Must not know: heads, files.
 */
import { GolemError } from "../core/error.ts";
import { createMatrix, type Matrix } from "../core/matrix.ts";
import type { EncoderInfo } from "../encoder/encoder.ts";
import type { TranscriberInfo } from "../encoder/transcriber.ts";
import type { Heard } from "./embedded-recording.ts";
import { createTextFeatures, getVocabularySize, type Vocabulary } from "./text-features.ts";

/** Which statistics over time a view of a layer holds. */
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
export interface TranscriptView {
  readonly encoder: string;
  readonly layer: "transcript";
  readonly pooling: "tf-idf";
  readonly weight: number;
}

/** One way to look at a recording. */
export type View = LayerView | TranscriptView;

/** Who hears the recordings that a classifier is given; `Heard.vectors` are in the order of `encoders`. */
export interface ListenerInfo {
  readonly encoders: readonly EncoderInfo[];
  readonly transcriber?: TranscriberInfo | undefined;
}

/** What a view is called in a golem's tensors: encoder and layer. */
export function getViewName({ encoder, layer }: Pick<View, "encoder" | "layer">): string {
  return typeof layer === "number" ? `${encoder}/layer_${layer}` : `${encoder}/${layer}`;
}

/** Number of features of a layer's view. */
export function getLayerSize(info: EncoderInfo, pooling: Pooling): number {
  return pooling === "mean" ? info.dimensions : 2 * info.dimensions;
}

/** Number of features of a view; undefined when the listener or the vocabulary has no such view. */
export function getViewSize(
  view: View,
  { encoders, transcriber }: ListenerInfo,
  vocabulary?: Vocabulary,
): number | undefined {
  if (view.layer === "transcript") {
    return transcriber?.id === view.encoder && vocabulary ? getVocabularySize(vocabulary) : undefined;
  }
  const info = encoders.find(({ id }) => id === view.encoder);
  return info && view.layer < info.layers ? getLayerSize(info, view.pooling) : undefined;
}

/** A function from recordings to the features of a view: [recordings, features]. */
export function createViewFeatures(
  view: View,
  { encoders }: ListenerInfo,
  vocabulary?: Vocabulary,
): (heard: readonly Heard[]) => Matrix {
  if (view.layer === "transcript") {
    const computeFeatures = createTextFeatures(vocabulary!);
    return (heard) => computeFeatures(heard.map(({ text }) => text ?? ""));
  }
  const { layer, pooling } = view;
  const index = encoders.findIndex(({ id }) => id === view.encoder);
  const info = encoders[index]!;
  const columns = getLayerSize(info, pooling);
  const start = layer * 2 * info.dimensions;
  return (heard) => {
    const features = createMatrix(heard.length, columns);
    for (const [row, { vectors }] of heard.entries()) {
      features.data.set(vectors[index]!.subarray(start, start + columns), row * columns);
    }
    return features;
  };
}

/** Throws `invalid-shape` for recordings that were not heard by this listener. */
export function checkHeard(heard: readonly Heard[], { encoders }: ListenerInfo): void {
  for (const { vectors } of heard) {
    for (const [i, { id, layers, dimensions }] of encoders.entries()) {
      const size = layers * 2 * dimensions;
      if (vectors[i]?.length === size) continue;
      throw new GolemError(
        "invalid-shape",
        `An embedding of ${id} has ${size} numbers; got ${vectors[i]?.length ?? "none"}.`,
      );
    }
  }
}

/** Turns "last" or a number into a layer of the encoder, or throws `invalid-layer`. */
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
