/**
 * Views: named embeddings of a recording, encoder x layer x pooling, cut out of what the encoder stage pooled.
 *
 * Must not know: heads, files.
 */
import { GolemError } from "../core/error.ts";
import { type Matrix, stackRows } from "../core/matrix.ts";
import type { EncoderInfo } from "../encoder/encoder.ts";

/** Which statistics over time a view holds. */
export type Pooling = "mean" | "mean+std";

/** One named embedding of a recording. */
export interface View {
  /** Encoder id. */
  readonly encoder: string;
  readonly layer: number;
  readonly pooling: Pooling;
  /** Share of this view in the decision; 1 when it is the only one. */
  readonly weight: number;
}

/** What a view is called in a golem's tensors: encoder and layer. */
export function getViewName({ encoder, layer }: Pick<View, "encoder" | "layer">): string {
  return `${encoder}/layer_${layer}`;
}

/** Number of features of a view. */
export function getViewSize(info: EncoderInfo, pooling: Pooling): number {
  return pooling === "mean" ? info.dimensions : 2 * info.dimensions;
}

/** The features of one view (no copy) from a pooled vector [layers, 2 x dimensions]. */
function getViewFeatures(
  vector: Float32Array,
  info: EncoderInfo,
  layer: number,
  pooling: Pooling,
): Float32Array {
  const start = layer * 2 * info.dimensions;
  return vector.subarray(start, start + getViewSize(info, pooling));
}

/** The features of one view for many recordings: [recordings, features]. */
export function stackView(
  vectors: readonly Float32Array[],
  info: EncoderInfo,
  layer: number,
  pooling: Pooling,
): Matrix {
  return stackRows(vectors.map((vector) => getViewFeatures(vector, info, layer, pooling)));
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
