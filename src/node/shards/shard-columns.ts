/** The columns of shards: those of every shard, and one per vector. */
import { getViewName } from "../../classifier/view.ts";
import type { RunRecipe } from "./run-document.ts";

/** A column of vectors. */
export interface VectorColumn {
  /** Named like the tensors of golems: "moonshine-tiny/layer_3", "moonshine-tiny/context". */
  readonly name: string;
  /** Index of the encoder, and its layer; or index of the decoder vector. */
  readonly place: { readonly encoder: number; readonly layer: number } | { readonly decoded: number };
  /** Number of elements of a vector; for a layer, means and then standard deviations over time. */
  readonly size: number;
}

/** Lists the vector columns of a recipe, in order. */
export function listVectorColumns({ encoders, transcriber }: RunRecipe): VectorColumn[] {
  const columns: VectorColumn[] = [];
  for (const [encoder, { id, layers, dimensions }] of encoders.entries()) {
    for (let layer = 0; layer < layers; layer++) {
      columns.push({
        name: getViewName({ encoder: id, layer }),
        ...{ place: { encoder, layer }, size: 2 * dimensions },
      });
    }
  }
  for (const [decoded, { name, size }] of (transcriber?.vectors ?? []).entries()) {
    columns.push({ name: getViewName({ encoder: transcriber!.id, layer: name }), place: { decoded }, size });
  }
  return columns;
}

/** Columns of every shard that are not vectors. */
export const plainColumns = [
  "key",
  "sha256",
  "seconds",
  "facts",
  "text",
  "logprob",
  "error_code",
  "error_message",
  "error_hint",
] as const;

/** Key of the counts in a shard's metadata. */
export const shardNote = "golem-shard";
