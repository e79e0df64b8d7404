/**
 * Reads the vectors of unlisted recordings of a run by views, in pieces of shards.
 *
 * Not its concern: which recordings are fitted to.
 */
import type { MoreRows, RowPiece } from "../../classifier/more-rows.ts";
import type { VectorView } from "../../classifier/view.ts";
import type { ResolvedEncoderSet } from "../../encoder/resolved-encoder.ts";
import type { EmbeddingColumns } from "./lazy-embedding.ts";
import { getShardRows, type Run } from "./run-document.ts";
import type { ShardVectors } from "./shard-reader.ts";

/** Maximum number of rows per piece. */
const pieceRows = 1024;

/** The rows of a run, and which of them are used for fitting. */
interface VectorInput {
  readonly run: Run;
  readonly shards: ReadonlyMap<number, ShardVectors>;
  readonly columns: EmbeddingColumns;
  readonly encoderSet: ResolvedEncoderSet;
  /** Index of each row's label; -1 for a row that is left out, -2 for one without vectors. */
  readonly labels: Int32Array;
  /** Class of each label; -1 for a label that is not a class. */
  readonly classOf: readonly number[];
  readonly groups: readonly string[];
  /** Index of each row's group. */
  readonly placeOf: Int32Array;
  readonly count: number;
}

/** Creates rows with vectors that are read from the shards. */
export function createMoreRows({ run, shards, labels, classOf, ...input }: VectorInput): MoreRows {
  const { groups, placeOf, count } = input;
  const getClass = (row: number): number => classOf[labels[row]!] ?? -1;
  return {
    ...{ groups, count },
    *read(view, columns) {
      const column = findColumn(view, input);
      for (const [shard, vectors] of shards) {
        const first = shard * run.shardSize;
        const end = first + getShardRows(run, shard);
        let good = 0;
        for (let from = first; from < end; from += pieceRows) {
          const rows = Array.from({ length: Math.min(pieceRows, end - from) }, (_, i) => from + i);
          const stored = rows.filter((row) => labels[row] !== -2);
          const used = stored.filter((row) => getClass(row) >= 0);
          if (used.length > 0) {
            const values = vectors.read(column, good, stored.length);
            const size = values.length / stored.length;
            const isUsed = stored.map((row) => getClass(row) >= 0);
            yield {
              features: { rows: used.length, columns, data: pickVectors(values, isUsed, size, columns) },
              labels: Int32Array.from(used, getClass),
              groups: Int32Array.from(used, (row) => placeOf[row]!),
            } satisfies RowPiece;
          }
          good += stored.length;
        }
      }
    },
  };
}

/** Copies the first `columns` elements of the vectors that are used, each of `size` elements. */
function pickVectors(
  values: Float32Array,
  isUsed: readonly boolean[],
  size: number,
  columns: number,
): Float32Array {
  if (size === columns && isUsed.every(Boolean)) return values;
  const picked = new Float32Array(isUsed.filter(Boolean).length * columns);
  let to = 0;
  for (const [i, used] of isUsed.entries()) {
    if (!used) continue;
    picked.set(values.subarray(i * size, i * size + columns), to);
    to += columns;
  }
  return picked;
}

function findColumn(
  { encoder, layer }: VectorView,
  { columns, encoderSet: { encoders, transcriber } }: Pick<VectorInput, "columns" | "encoderSet">,
): number {
  if (typeof layer !== "number") {
    return columns.decoded[transcriber!.info.vectors.findIndex(({ name }) => name === layer)]!;
  }
  return columns.layers[encoders.findIndex(({ info }) => info.id === encoder)]![layer]!;
}
