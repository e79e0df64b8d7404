/**
 * Reads shards: plain columns as values, vectors one by one from their positions in the file, so that a shard
 * is never completely in memory.
 *
 * Not its concern: runs, labels.
 *
 * Pages of vectors are found by their headers (Parquet's DataPageHeaderV2); their values are stored in the
 * plain encoding, so the vector of a row is at a known offset.
 * https://parquet.apache.org/docs/file-format/data-pages/
 */
import { closeSync, openSync, readSync } from "node:fs";
import { type FileMetaData, parquetMetadataAsync } from "hyparquet";
import { deserializeTCompactProtocol } from "hyparquet/src/thrift.js";
import { GolemError } from "../../core/error.ts";
import { openParquetFile, type ParquetFile } from "../../dataset/parquet-file.ts";
import { openFileSource } from "../disk/file-source.ts";
import { createIsolatedReader } from "../hub/parquet-process.ts";
import { plainColumns, type VectorColumn } from "./shard-columns.ts";

/** Plain values of one row of a shard; the error if the recording failed. */
export interface ShardValues {
  readonly key: string;
  readonly sha256: string | undefined;
  readonly facts: string | undefined;
  readonly text: string | undefined;
  readonly logprob: number | undefined;
  readonly error: { readonly code: string; readonly message: string; readonly hint: string } | undefined;
}

/** Reads the plain columns of a shard on this machine. Rejects with `invalid-data` for a damaged one. */
export async function readShardValues(path: string): Promise<ShardValues[]> {
  const source = await openFileSource(path);
  try {
    const file = await openParquetFile(source, createIsolatedReader({}));
    return await readValues(file, path);
  } finally {
    await source.close();
  }
}

async function readValues(file: ParquetFile, path: string): Promise<ShardValues[]> {
  const names = new Set(file.columns.map(({ name }) => name));
  const missing = plainColumns.find((name) => !names.has(name));
  if (missing !== undefined) throw createShardError(path, `it has no column ${missing}`);
  const decoder = new TextDecoder();
  const read = (value: unknown): string | undefined => {
    if (value instanceof Uint8Array) return decoder.decode(value);
    return typeof value === "string" ? value : undefined;
  };
  const rows: ShardValues[] = [];
  for (const { start, rows: count } of file.groups) {
    for (const value of await file.readRows(plainColumns, start, start + count)) {
      const code = read(value.error_code);
      const key = read(value.key);
      if (key === undefined) throw createShardError(path, "a row has no key");
      rows.push({
        ...{ key, sha256: read(value.sha256), facts: read(value.facts), text: read(value.text) },
        logprob: typeof value.logprob === "number" ? value.logprob : undefined,
        error:
          code === undefined
            ? undefined
            : { code, message: read(value.error_message) ?? "", hint: read(value.error_hint) ?? "" },
      });
    }
  }
  return rows;
}

/** Consecutive values: those of the vectors `first` to `first + count` of a column. */
interface VectorRun {
  /** Index among the vectors of the whole shard. */
  readonly first: number;
  readonly count: number;
  /** Their position, in bytes. */
  readonly offset: number;
}

/** The vectors of a shard. */
export interface ShardVectors {
  /** Reads consecutive vectors of a column from `row` on, counted among the recordings that did not fail. */
  read(column: number, row: number, count?: number): Float32Array;
  close(): void;
}

const longestHeader = 1024;

/**
 * Finds the vectors of a shard on this machine; they are read on demand, synchronously. `rows` is the number
 * of recordings that did not fail. Rejects with `invalid-data` for a shard not written by this program.
 */
export async function openShardVectors(
  path: string,
  columns: readonly VectorColumn[],
  rows: number,
): Promise<ShardVectors> {
  const source = await openFileSource(path);
  let metadata: FileMetaData;
  let bytesPerNumber = 4;
  const places: VectorRun[][] = [];
  try {
    const file = {
      byteLength: source.byteLength,
      async slice(start: number, end = source.byteLength): Promise<ArrayBuffer> {
        const bytes = await source.read(start, end - start);
        return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
      },
    };
    metadata = await parquetMetadataAsync(file, { geoparquet: false, initialFetchSize: 1 << 16 });
    for (const { name, size } of columns) {
      const runs: VectorRun[] = [];
      for (const group of metadata.row_groups) {
        const chunk = group.columns.find(
          ({ meta_data: data }) => data?.path_in_schema[0] === name,
        )?.meta_data;
        if (!chunk) throw createShardError(path, `it has no column ${name}`);
        if (chunk.codec !== "UNCOMPRESSED" || chunk.dictionary_page_offset !== undefined) {
          throw createShardError(path, `its column ${name} is not in the plain encoding`);
        }
        bytesPerNumber = chunk.type === "FLOAT" ? 4 : 2;
        const end = Number(chunk.data_page_offset) + Number(chunk.total_compressed_size);
        if (end > source.byteLength) throw createShardError(path, `its column ${name} is after its end`);
        await findRuns(file, Number(chunk.data_page_offset), end, size * bytesPerNumber, runs);
      }
      const found = runs.reduce((sum, { count }) => sum + count, 0);
      if (found !== rows)
        throw createShardError(path, `its column ${name} has ${found} vectors for ${rows} recordings`);
      places.push(runs);
    }
  } catch (error) {
    if (error instanceof GolemError) throw error;
    throw createShardError(path, error instanceof Error ? error.message : String(error));
  } finally {
    await source.close();
  }
  return createVectors(path, columns, places, bytesPerNumber);
}

/** Maximum number of shards open at a time, below the limit on open files of a process. */
const maximumOpen = 64;
/** Descriptors of shards by path, the most recently used last. */
const descriptors = new Map<string, number>();

function getDescriptor(path: string): number {
  const known = descriptors.get(path);
  const descriptor = known ?? openSync(path, "r");
  descriptors.delete(path);
  descriptors.set(path, descriptor);
  if (descriptors.size > maximumOpen) {
    const [oldest, other] = descriptors.entries().next().value!;
    descriptors.delete(oldest);
    closeSync(other);
  }
  return descriptor;
}

function createVectors(
  path: string,
  columns: readonly VectorColumn[],
  places: readonly (readonly VectorRun[])[],
  bytesPerNumber: number,
): ShardVectors {
  return {
    read(column, row, count = 1) {
      const length = columns[column]!.size * bytesPerNumber;
      const bytes = new Uint8Array(count * length);
      for (let read = 0; read < count; ) {
        const first = row + read;
        const run = places[column]!.findLast((one) => one.first <= first)!;
        const size = length * Math.min(count - read, run.first + run.count - first);
        const place = run.offset + (first - run.first) * length;
        if (!(size > 0) || readSync(getDescriptor(path), bytes, read * length, size, place) !== size) {
          throw createShardError(path, "it ends too early");
        }
        read += size / length;
      }
      // Float32Array is little-endian on every platform of Node, as in Parquet.
      return bytesPerNumber === 4 ? new Float32Array(bytes.buffer) : widen(new Uint16Array(bytes.buffer));
    },
    close() {
      const descriptor = descriptors.get(path);
      descriptors.delete(path);
      if (descriptor !== undefined) closeSync(descriptor);
    },
  };
}

/** Adds the vectors of a column chunk to `runs`; no vector is divided between pages. */
async function findRuns(
  file: { slice(start: number, end?: number): Promise<ArrayBuffer> },
  start: number,
  end: number,
  bytesPerVector: number,
  runs: VectorRun[],
): Promise<void> {
  let first = runs.reduce((sum, { count }) => sum + count, 0);
  for (let offset = start; offset < end; ) {
    const view = new DataView(await file.slice(offset, Math.min(end, offset + longestHeader)));
    const reader = { view, offset: 0 };
    const header = deserializeTCompactProtocol(reader) as Readonly<Record<string, unknown>>;
    const page = header.field_8 as Readonly<Record<string, number>> | undefined;
    const size = Number(header.field_3);
    const levels = Number(page?.field_5) + Number(page?.field_6);
    const values = size - levels;
    // Type 3 is a data page of version 2; encoding 0 is plain.
    if (
      header.field_1 !== 3 ||
      page?.field_4 !== 0 ||
      !(size > 0) ||
      !(levels >= 0) ||
      offset + reader.offset + size > end ||
      values < 0 ||
      values % bytesPerVector !== 0
    ) {
      throw new Error("a page of vectors was not written by this program");
    }
    const count = values / bytesPerVector;
    if (count > 0) runs.push({ first, count, offset: offset + reader.offset + levels });
    first += count;
    offset += reader.offset + size;
  }
}

let halves: Float32Array | undefined;

/** Converts 16-bit floats (IEEE 754 binary16) to 32-bit ones. */
function widen(values: Uint16Array): Float32Array {
  halves ??= Float32Array.from({ length: 1 << 16 }, (_, bits) => {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 0x1f;
    const fraction = bits & 0x3ff;
    if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    return exponent === 0 ? sign * 2 ** -24 * fraction : sign * 2 ** (exponent - 25) * (1024 + fraction);
  });
  const widened = new Float32Array(values.length);
  for (let i = 0; i < widened.length; i++) widened[i] = halves[values[i]!]!;
  return widened;
}

function createShardError(path: string, found: string): GolemError {
  return new GolemError("invalid-data", `The shard ${path} cannot be used: ${found}.`, {
    hint: "Delete it, and embed it again: golem embed --run RUN",
  });
}
