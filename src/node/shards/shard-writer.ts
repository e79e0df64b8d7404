/**
 * Writes a shard: one row per recording in the order of the manifest, in Parquet. The same rows give the same
 * bytes.
 *
 * Vectors are lists of floats, stored plain and uncompressed, so that readers find them by their offsets;
 * compression would hardly reduce their size. A recording that failed is a row with an error and without
 * vectors. Not its concern: how recordings are embedded.
 */
import type { SchemaElement } from "hyparquet";
import type { ErrorRecord } from "../../core/error.ts";
import type { EmbeddedSource } from "../../embed/embed-source.ts";
import { stringifyFacts } from "../../embed/stored-facts.ts";
import type { RunRecipe } from "./run-document.ts";
import { listVectorColumns, shardNote, type VectorColumn } from "./shard-columns.ts";

/** One recording of a shard. */
export interface ShardRow {
  readonly key: string;
  /** SHA-256 of its bytes; absent if they could not be read. */
  readonly sha256?: string | undefined;
  readonly outcome: { readonly output: EmbeddedSource } | { readonly error: ErrorRecord };
}

/** Number of elements per row group: 8 MB. */
const groupNumbers = 1 << 21;

const text = { type: "BYTE_ARRAY", converted_type: "UTF8" } as const;
const optional = { repetition_type: "OPTIONAL" } as const;

function createSchema(columns: readonly VectorColumn[], fp16: boolean): SchemaElement[] {
  const element: SchemaElement = fp16
    ? {
        ...{ name: "element", type: "FIXED_LEN_BYTE_ARRAY", type_length: 2, repetition_type: "REQUIRED" },
        logical_type: { type: "FLOAT16" },
      }
    : { name: "element", type: "FLOAT", repetition_type: "REQUIRED" };
  return [
    { name: "root", num_children: 9 + columns.length },
    { name: "key", ...text, repetition_type: "REQUIRED" },
    { name: "sha256", ...text, ...optional },
    { name: "seconds", type: "DOUBLE", ...optional },
    { name: "facts", ...text, ...optional },
    ...columns.flatMap(({ name }): SchemaElement[] => [
      { name, converted_type: "LIST", ...optional, num_children: 1 },
      { name: "list", repetition_type: "REPEATED", num_children: 1 },
      element,
    ]),
    { name: "text", ...text, ...optional },
    { name: "logprob", type: "DOUBLE", ...optional },
    { name: "error_code", ...text, ...optional },
    { name: "error_message", ...text, ...optional },
    { name: "error_hint", ...text, ...optional },
  ];
}

const getOutput = ({ outcome }: ShardRow): EmbeddedSource | undefined =>
  "output" in outcome ? outcome.output : undefined;
const getError = ({ outcome }: ShardRow): ErrorRecord | undefined =>
  "error" in outcome ? outcome.error : undefined;

/** Gets the vector of a column; undefined for a recording that failed. */
function getVector(row: ShardRow, { place, size }: VectorColumn): Float32Array | undefined {
  const output = getOutput(row);
  if (!output) return undefined;
  if ("decoded" in place) return output.transcript?.vectors[place.decoded];
  return output.embeddings[place.encoder]?.vector.subarray(place.layer * size, (place.layer + 1) * size);
}

/** Encodes a shard as the bytes of a Parquet file. */
export async function encodeShard(
  rows: readonly ShardRow[],
  recipe: RunRecipe,
  fp16: boolean,
): Promise<Uint8Array> {
  const { ByteWriter, ParquetWriter } = await import("hyparquet-writer");
  const columns = listVectorColumns(recipe);
  const writer = new ByteWriter();
  const errors = rows.filter((row) => getError(row)).length;
  const parquet = new ParquetWriter({
    ...{ writer, schema: createSchema(columns, fp16), createdBy: "golem-audio", codec: "UNCOMPRESSED" },
    kvMetadata: [{ key: shardNote, value: JSON.stringify({ version: 1, rows: rows.length, errors }) }],
  });
  const width = columns.reduce((sum, { size }) => sum + size, 0);
  const step = Math.max(1, Math.floor(groupNumbers / width));
  for (let start = 0; start < rows.length; start += step) {
    const piece = rows.slice(start, start + step);
    const column = (name: string, read: (row: ShardRow) => unknown) => ({
      ...{ name, codec: "SNAPPY" as const, data: piece.map((row) => read(row) ?? null) },
    });
    await parquet.write({
      rowGroupSize: piece.length,
      columnData: [
        column("key", ({ key }) => key),
        column("sha256", ({ sha256 }) => sha256),
        column("seconds", (row) => getOutput(row)?.facts.seconds),
        column("facts", (row) => {
          const facts = getOutput(row)?.facts;
          return facts && stringifyFacts(facts);
        }),
        ...columns.map((own) => ({
          ...{ name: own.name, encoding: "PLAIN" as const, statistics: false, offsetIndex: false },
          data: piece.map((row) => {
            const vector = getVector(row, own);
            return vector ? Array.from(vector) : null;
          }),
        })),
        column("text", (row) => getOutput(row)?.transcript?.text),
        column("logprob", (row) => getOutput(row)?.transcript?.logprob),
        column("error_code", (row) => getError(row)?.code),
        column("error_message", (row) => getError(row)?.message),
        column("error_hint", (row) => getError(row)?.hint),
      ],
    });
  }
  await parquet.finish();
  return writer.getBytes();
}
