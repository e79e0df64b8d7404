/**
 * Reads a Parquet file by ranges: its schema, and values of columns for some of its rows.
 *
 * Not its concern: where the bytes come from, what the columns mean.
 *
 * Format: https://parquet.apache.org/docs/file-format/, read by hyparquet.
 */
import {
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
} from "hyparquet";
import type { ByteSource } from "../core/byte-source.ts";
import { GolemError } from "../core/error.ts";

/** Rows that are stored together; reading one usually reads the column for all of them. */
interface ParquetGroup {
  /** First row, counted from the start of the file. */
  readonly start: number;
  readonly rows: number;
}

/** One column at the top level. */
export interface ParquetColumn {
  readonly name: string;
  /** Names of the fields of a struct; empty for plain values. */
  readonly fields: readonly string[];
  readonly repeated: boolean;
}

/** An open file. */
export interface ParquetFile {
  readonly rows: number;
  readonly groups: readonly ParquetGroup[];
  readonly columns: readonly ParquetColumn[];
  /** Key-value metadata of the footer. */
  readonly notes: ReadonlyMap<string, string>;
  /** Reads values of columns for rows [start, end). Text not declared as text is returned as bytes. */
  readRows(columns: readonly string[], start: number, end: number): Promise<Record<string, unknown>[]>;
  /** Average stored size in bytes, per row of a group, of a column or struct. */
  getBytesPerRow(group: number, column: string): number;
  /** Whether parts of a group can be read on their own (for a struct: of its largest field). */
  hasPageIndex(group: number, column: string): boolean;
}

/** Values to read from a file; plain data. */
export interface ParquetRequest {
  /** The file's metadata, with only the row groups of the requested rows. */
  readonly metadata: FileMetaData;
  readonly columns: readonly string[];
  /** Rows [rowStart, rowEnd), counted from the first of these row groups. */
  readonly rowStart: number;
  readonly rowEnd: number;
}

/** Reads and decodes values. Its rejections are reported as faults of the file, except GolemErrors. */
export type ParquetReader = (
  file: AsyncBuffer,
  request: ParquetRequest,
) => Promise<Record<string, unknown>[]>;

/**
 * Creates a reader that decodes on the calling thread. A hostile file can block it forever: hyparquet repeats
 * empty runs any number of times that a page states.
 *
 * @param compressors Codecs other than Snappy, which is built in: GZIP, BROTLI, ZSTD ...
 */
export function createParquetReader(compressors: Compressors = {}): ParquetReader {
  return (file, { columns, ...request }) =>
    parquetReadObjects({
      ...{ file, ...request, columns: [...columns], compressors },
      ...{ utf8: false, useOffsetIndex: true, geoparquet: false },
    });
}

const maximumFooterBytes = 256 << 20;

const maximumGroups = 100_000;

/**
 * Opens a file: reads its footer.
 *
 * @param readValues Decodes the values that `readRows` requests.
 * @throws GolemError `invalid-data` when it is not a Parquet file; errors of the source pass through.
 */
export async function openParquetFile(
  source: ByteSource,
  readValues: ParquetReader = createParquetReader(),
): Promise<ParquetFile> {
  const file = {
    byteLength: source.byteLength,
    async slice(start: number, end = source.byteLength): Promise<ArrayBuffer> {
      const bytes = await source.read(start, end - start);
      if (bytes.length < end - start) throw new Error(`it ends after ${start + bytes.length} bytes`);
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
    },
  };
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof GolemError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new GolemError("invalid-data", `${source.name} cannot be read as a Parquet file: ${reason}.`, {
        hint: /codec: ZSTD/.test(reason)
          ? "It is compressed with Zstandard, which Node can read from version 22.15 on."
          : "If it is one, it uses a feature that is not supported yet.",
        cause: error,
      });
    }
  };
  const metadata = await attempt(async () => {
    if (source.byteLength < 12) throw new Error(`it has ${source.byteLength} bytes`);
    const tail = new DataView(await file.slice(source.byteLength - 8));
    if (tail.getUint32(0, true) > Math.min(maximumFooterBytes, source.byteLength - 8)) {
      throw new Error("its last four bytes are not those of the format");
    }
    const found = await parquetMetadataAsync(file, { geoparquet: false, initialFetchSize: 1 << 16 });
    checkCounts(found, source.byteLength);
    return found;
  });
  const notes = new Map<string, string>();
  // A list whose type differs from the format's is read as an array with holes.
  for (const note of metadata.key_value_metadata ?? []) {
    if (typeof note?.key === "string") notes.set(note.key, typeof note.value === "string" ? note.value : "");
  }
  let start = 0;
  const groups = metadata.row_groups.map((group) => {
    const rows = Number(group.num_rows);
    start += rows;
    return { start: start - rows, rows };
  });
  const tree = await attempt(async () => parquetSchema(metadata));
  const getChunks = (group: number, column: string) =>
    metadata.row_groups[group]?.columns.filter((chunk) => chunk.meta_data?.path_in_schema[0] === column) ??
    [];
  return {
    rows: start,
    groups,
    columns: tree.children.map(({ element, children }) => ({
      name: element.name,
      fields: children.map((child) => child.element.name),
      repeated: element.repetition_type === "REPEATED" || /LIST|MAP/.test(element.converted_type ?? ""),
    })),
    notes,
    readRows: (columns, rowStart, rowEnd) => {
      const isWanted = ({ start, rows }: ParquetGroup) => start < rowEnd && start + rows > rowStart;
      const first = groups.find(isWanted)?.start ?? 0;
      const row_groups = metadata.row_groups.filter((_, index) => isWanted(groups[index]!));
      const request = { columns, rowStart: rowStart - first, rowEnd: rowEnd - first };
      return attempt(() => readValues(file, { metadata: { ...metadata, row_groups }, ...request }));
    },
    getBytesPerRow: (group, column) =>
      getChunks(group, column).reduce(
        (sum, chunk) => sum + Number(chunk.meta_data!.total_compressed_size),
        0,
      ) / Math.max(1, groups[group]?.rows ?? 0),
    hasPageIndex: (group, column) => {
      const bySize = getChunks(group, column).sort(
        (a, b) => Number(b.meta_data!.total_compressed_size) - Number(a.meta_data!.total_compressed_size),
      );
      return Boolean(bySize[0]?.offset_index_length);
    },
  };
}

/**
 * Rejects counts that are too large for the bytes of the file, before memory is allocated or time is spent on
 * them: a row of a recording takes at least one byte, a row group several.
 */
function checkCounts({ num_rows, row_groups }: FileMetaData, byteLength: number): void {
  if (row_groups.length > Math.min(maximumGroups, byteLength / 8)) {
    throw new Error(`its ${byteLength} bytes cannot contain the stated ${row_groups.length} row groups`);
  }
  let rows = 0;
  for (const group of row_groups) {
    const groupRows = Number(group.num_rows);
    rows += groupRows;
    if (!(groupRows >= 0) || rows > byteLength) {
      throw new Error(`its ${byteLength} bytes cannot contain the stated ${rows} rows`);
    }
    for (const { meta_data: chunk } of group.columns) {
      if (!chunk) continue;
      const values = Number(chunk.num_values);
      if (!(values >= 0) || values > 8 * byteLength) {
        throw new Error(`its ${byteLength} bytes cannot contain the stated ${values} values of one column`);
      }
      if (!(chunk.total_compressed_size >= 0n) || Number(chunk.total_compressed_size) > byteLength) {
        throw new Error(
          `a column of ${chunk.total_compressed_size} bytes is stated for its ${byteLength} bytes`,
        );
      }
    }
  }
  if (Number(num_rows) !== rows) {
    throw new Error(`it states ${num_rows} rows, but its row groups ${rows}`);
  }
}
