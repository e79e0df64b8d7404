/**
 * Encodes many shards of equal size quickly: those after the first are its bytes with other vectors, and plain
 * columns of their own behind these. Vectors are most of a shard, and writing them number by number takes most
 * of the time.
 */
import { type FileMetaData, parquetMetadata } from "hyparquet";
import { ByteWriter } from "hyparquet-writer";
import { writeMetadata } from "hyparquet-writer/src/metadata.js";
import type { RunRecipe } from "../../../src/node/shards/run-document.ts";
import { listVectorColumns, type VectorColumn } from "../../../src/node/shards/shard-columns.ts";
import { encodeShard, type ShardRow } from "../../../src/node/shards/shard-writer.ts";

/** The first shard: its bytes before the metadata, and where its vectors are. */
interface Template {
  readonly rows: number;
  readonly body: Buffer;
  readonly metadata: FileMetaData;
  /** Position of each vector, in bytes: of column c of row r at r * columns + c. */
  readonly places: Float64Array;
}

/** Creates a function that encodes shards, in 32 bits. All recordings must have outputs. */
export function createShardSeries(recipe: RunRecipe): (rows: readonly ShardRow[]) => Promise<Uint8Array> {
  const columns = listVectorColumns(recipe);
  const plainRecipe = {
    ...recipe,
    encoders: [],
    ...(recipe.transcriber ? { transcriber: { ...recipe.transcriber, vectors: [] } } : {}),
  };
  let template: Template | undefined;
  return async (rows) => {
    if (rows.length !== template?.rows) {
      const bytes = await encodeShard(rows, recipe, false);
      template ??= createTemplate(bytes, rows, columns);
      return bytes;
    }
    const { body, metadata, places } = template;
    for (const [r, row] of rows.entries()) {
      for (const [c, column] of columns.entries())
        body.set(getBytes(row, column), places[r * columns.length + c]!);
    }
    const pieces: Uint8Array[] = [body];
    const groups: FileMetaData["row_groups"] = [];
    let [offset, first] = [body.length, 0];
    for (const group of metadata.row_groups) {
      const count = Number(group.num_rows);
      const plain = await encodeShard(rows.slice(first, first + count), plainRecipe, false);
      const own = readMetadata(plain);
      const moved = own.row_groups[0]!.columns.map((chunk) => moveChunk(chunk, offset));
      const byName = new Map(moved.map((chunk) => [getName(chunk), chunk]));
      groups.push({ ...group, columns: group.columns.map((chunk) => byName.get(getName(chunk)) ?? chunk) });
      pieces.push(plain);
      offset += plain.length;
      first += count;
    }
    const footer = new ByteWriter();
    writeMetadata(footer, { ...metadata, row_groups: groups });
    return Buffer.concat([...pieces, footer.getBytes(), Buffer.from("PAR1")]);
  };
}

type Chunk = FileMetaData["row_groups"][number]["columns"][number];

const getName = ({ meta_data }: Chunk): string => meta_data!.path_in_schema[0]!;

/** The chunk in a file where its bytes are `by` later; without indexes. */
function moveChunk({ meta_data: data, file_offset }: Chunk, by: number): Chunk {
  const move = (offset: bigint): bigint => offset + BigInt(by);
  return {
    file_offset: move(file_offset),
    meta_data: {
      ...data!,
      data_page_offset: move(data!.data_page_offset),
      ...(data!.dictionary_page_offset === undefined
        ? {}
        : { dictionary_page_offset: move(data!.dictionary_page_offset) }),
    },
  };
}

const readMetadata = (bytes: Uint8Array): FileMetaData =>
  parquetMetadata(bytes.slice().buffer as ArrayBuffer, { geoparquet: false });

function getBytes({ outcome }: ShardRow, { place, size }: VectorColumn): Uint8Array {
  const output = "output" in outcome ? outcome.output : undefined;
  const vector =
    "decoded" in place
      ? output!.transcript!.vectors[place.decoded]!
      : output!.embeddings[place.encoder]!.vector.subarray(place.layer * size, (place.layer + 1) * size);
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
}

/** Finds each vector by its bytes: vectors follow each other by row group, column and row. */
function createTemplate(
  bytes: Uint8Array,
  rows: readonly ShardRow[],
  columns: readonly VectorColumn[],
): Template {
  const file = Buffer.from(bytes);
  const metadata = readMetadata(bytes);
  const places = new Float64Array(rows.length * columns.length);
  let [from, first] = [0, 0];
  for (const group of metadata.row_groups) {
    for (const [c, column] of columns.entries()) {
      for (let r = first; r < first + Number(group.num_rows); r++) {
        const vector = getBytes(rows[r]!, column);
        from = file.indexOf(vector, from);
        if (from < 0) throw new Error(`a vector of ${column.name} is not in its shard`);
        places[r * columns.length + c] = from;
        from += vector.length;
      }
    }
    first += Number(group.num_rows);
  }
  const end = file.length - 8 - file.readUInt32LE(file.length - 8);
  return { rows: rows.length, body: file.subarray(0, end), metadata, places };
}
