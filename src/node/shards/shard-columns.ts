/**
 * The columns of shards: those that every shard has, and one per view.
 *
 * Not its concern: files, values.
 */
import { getViewName } from "../../classifier/view.ts";
import type { RunRecipe } from "./run-document.ts";

/** A column of vectors. */
export interface VectorColumn {
  /** As tensors of golems are named: "moonshine-tiny/layer_3", "moonshine-tiny/context". */
  readonly name: string;
  /** Place of the encoder, and its layer; or place of the decoder vector. */
  readonly place: { readonly encoder: number; readonly layer: number } | { readonly decoded: number };
  /** Numbers per vector: of a layer, means and then standard deviations over time. */
  readonly size: number;
}

/** The columns of vectors of a recipe, in their order. */
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

/** Key of the counts in the metadata of a shard. */
export const shardNote = "golem-shard";
