/**
 * Embeddings with vectors that are read from shards on every access, so that training on millions of
 * recordings does not keep them in memory.
 *
 * Not its concern: how shards are read.
 */
import type { Embedding, EncoderVectors } from "../../embed/embedded-recording.ts";
import type { ShardVectors } from "./shard-reader.ts";

/** The columns of a shard that contain the vectors of a classifier. */
export interface EmbeddingColumns {
  /** For each encoder, the columns of its layers. */
  readonly layers: readonly (readonly number[])[];
  readonly decoded: readonly number[];
}

/** The methods of arrays, which also work on array-like objects. */
const listMethods = Array.prototype as object;

function createList(
  length: number,
  read: (place: number) => Float32Array,
  more: object = {},
): readonly Float32Array[] {
  const list = Object.create(listMethods, { length: { value: length } }) as Float32Array[];
  for (let place = 0; place < length; place++) {
    Object.defineProperty(list, place, { get: () => read(place), enumerable: true });
  }
  return Object.assign(list, more);
}

/** Reads the vector of each encoder: its layers one after another. */
function readEncoder(vectors: ShardVectors, columns: readonly number[], row: number): Float32Array {
  const layers = columns.map((column) => vectors.read(column, row));
  const joined = new Float32Array(layers.reduce((sum, { length }) => sum + length, 0));
  let start = 0;
  for (const layer of layers) {
    joined.set(layer, start);
    start += layer.length;
  }
  return joined;
}

/** Reads an embedding into memory. */
export function readEmbedding(
  vectors: ShardVectors,
  { layers, decoded }: EmbeddingColumns,
  row: number,
): Pick<Embedding, "vectors"> & { readonly decoded: readonly Float32Array[] } {
  return {
    vectors: layers.map((columns) => readEncoder(vectors, columns, row)),
    decoded: decoded.map((column) => vectors.read(column, row)),
  };
}

/** Creates an embedding that is read on access; `row` is counted among the recordings that did not fail. */
export function createLazyEmbedding(
  vectors: ShardVectors,
  { layers, decoded }: EmbeddingColumns,
  row: number,
): Pick<Embedding, "vectors"> & { readonly decoded: readonly Float32Array[] } {
  return {
    vectors: createList(layers.length, (encoder) => readEncoder(vectors, layers[encoder]!, row), {
      readLayer: (encoder: number, layer: number) => vectors.read(layers[encoder]![layer]!, row),
    }) as EncoderVectors,
    decoded: createList(decoded.length, (place) => vectors.read(decoded[place]!, row)),
  };
}
