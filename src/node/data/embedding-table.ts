/**
 * Embeddings as a table for other tools: Parquet, or NumPy's .npz. One row per recording.
 *
 * Columns `file`, `label`, `speaker`, `seconds`, `layer_0` ... `layer_L`; a layer is 2 x dimensions numbers,
 * means then standard deviations over time.
 */
import { type FileHandle, open } from "node:fs/promises";
import { GolemError } from "../../core/error.ts";
import { replaceFileAtomic } from "../disk/atomic-write.ts";

/** One recording in the table. */
export interface EmbeddingRow {
  readonly file: string;
  readonly label: string;
  readonly speaker?: string | undefined;
  /** Duration in seconds. */
  readonly seconds: number;
  /** [layers, 2 x dimensions], row-major. */
  readonly vector: Float32Array;
}

/** Shape of an embedding, from the encoder's `info`. */
interface EmbeddingShape {
  readonly layers: number;
  readonly dimensions: number;
}

/** Numbers per row group of a Parquet file, or per chunk of a .npz: 8 MB. */
const pieceLength = 1 << 21;

/** Larger files would need ZIP64, which many readers of .npz lack. */
const maximumNpzBytes = 0xffff_0000;

/** Forms of a table, by the extension of its file name. */
type EmbeddingTableForm = "parquet" | "npz";

/** Gets the form from a file's name; throws `usage` for extensions other than .parquet and .npz. */
export function getEmbeddingTableForm(path: string): EmbeddingTableForm {
  const form = /\.(parquet|npz)$/i.exec(path)?.[1]?.toLowerCase();
  if (form === "parquet" || form === "npz") return form;
  throw new GolemError("usage", `${path} does not end in .parquet or .npz; expected one of them.`, {
    hint: "Parquet is read by pandas, polars and DuckDB; .npz by NumPy.",
  });
}

/**
 * Writes a table atomically, in the form given by its name.
 *
 * @throws GolemError `usage` for another ending, `invalid-shape` for a vector of another length,
 *   `output-failed`.
 */
export async function writeEmbeddingTable(
  path: string,
  rows: readonly EmbeddingRow[],
  shape: EmbeddingShape,
): Promise<void> {
  const form = getEmbeddingTableForm(path);
  const length = shape.layers * 2 * shape.dimensions;
  for (const { file, vector } of rows) {
    if (vector.length === length) continue;
    throw new GolemError(
      "invalid-shape",
      `The embedding of ${file} has ${vector.length} numbers; expected ${shape.layers} layers of 2 x ${shape.dimensions}.`,
    );
  }
  const write = form === "parquet" ? writeParquet : writeNpz;
  await replaceFileAtomic(path, (stagingFile) => write(stagingFile, rows, shape));
}

/** Copies one layer of some rows into an array. */
function copyLayer(
  rows: readonly EmbeddingRow[],
  layer: number,
  { dimensions }: EmbeddingShape,
): Float32Array {
  const width = 2 * dimensions;
  const result = new Float32Array(rows.length * width);
  for (const [i, { vector }] of rows.entries()) {
    result.set(vector.subarray(layer * width, (layer + 1) * width), i * width);
  }
  return result;
}

/** Splits rows into chunks of at most `pieceLength` numbers (and at least one row). */
function* splitRows(rows: readonly EmbeddingRow[], width: number): Generator<readonly EmbeddingRow[]> {
  const step = Math.max(1, Math.floor(pieceLength / width));
  for (let start = 0; start < rows.length; start += step) yield rows.slice(start, start + step);
}

async function writeParquet(
  path: string,
  rows: readonly EmbeddingRow[],
  shape: EmbeddingShape,
): Promise<void> {
  const { fileWriter, ParquetWriter } = await import("hyparquet-writer");
  const { layers, dimensions } = shape;
  const names = Array.from({ length: layers }, (_, layer) => `layer_${layer}`);
  const text = { type: "BYTE_ARRAY", converted_type: "UTF8" } as const;
  const writer = new ParquetWriter({
    writer: fileWriter(path),
    schema: [
      { name: "root", num_children: 4 + layers },
      { name: "file", ...text, repetition_type: "REQUIRED" },
      { name: "label", ...text, repetition_type: "REQUIRED" },
      { name: "speaker", ...text, repetition_type: "OPTIONAL" },
      { name: "seconds", type: "DOUBLE", repetition_type: "REQUIRED" },
      ...names.flatMap((name) => [
        { name, converted_type: "LIST", repetition_type: "REQUIRED", num_children: 1 } as const,
        { name: "list", repetition_type: "REPEATED", num_children: 1 } as const,
        { name: "element", type: "FLOAT", repetition_type: "REQUIRED" } as const,
      ]),
    ],
    createdBy: "golem-audio",
  });
  for (const piece of splitRows(rows, layers * 2 * dimensions)) {
    await writer.write({
      columnData: [
        { name: "file", data: piece.map(({ file }) => file) },
        { name: "label", data: piece.map(({ label }) => label) },
        { name: "speaker", data: piece.map(({ speaker }) => speaker ?? null) },
        { name: "seconds", data: piece.map(({ seconds }) => seconds) },
        ...names.map((name, layer) => ({
          name,
          encoding: "PLAIN" as const,
          statistics: false,
          data: piece.map(({ vector }) =>
            Array.from(vector.subarray(layer * 2 * dimensions, (layer + 1) * 2 * dimensions)),
          ),
        })),
      ],
      rowGroupSize: piece.length,
    });
  }
  await writer.finish();
}

async function writeNpz(path: string, rows: readonly EmbeddingRow[], shape: EmbeddingShape): Promise<void> {
  const width = 2 * shape.dimensions;
  const bytes = rows.length * width * shape.layers * 4;
  if (bytes > maximumNpzBytes) {
    throw new GolemError(
      "invalid-shape",
      `The embeddings have ${bytes} bytes; an .npz file contains at most 4 GB.`,
      {
        hint: "Write .parquet instead.",
      },
    );
  }
  const handle = await open(path, "w");
  try {
    await writeZip(handle, function* () {
      yield ["file.npy", encodeTextArray(rows.map(({ file }) => file))];
      yield ["label.npy", encodeTextArray(rows.map(({ label }) => label))];
      yield ["speaker.npy", encodeTextArray(rows.map(({ speaker }) => speaker ?? ""))];
      yield ["seconds.npy", encodeNumberArray(rows.map(({ seconds }) => seconds))];
      for (let layer = 0; layer < shape.layers; layer++)
        yield [`layer_${layer}.npy`, encodeLayer(rows, layer, shape)];
    });
  } finally {
    await handle.close();
  }
}

function* encodeLayer(
  rows: readonly EmbeddingRow[],
  layer: number,
  shape: EmbeddingShape,
): Generator<Uint8Array> {
  yield createNpyHeader("<f4", [rows.length, 2 * shape.dimensions]);
  // Float32Array is little-endian on every platform of Node.
  for (const piece of splitRows(rows, 2 * shape.dimensions))
    yield new Uint8Array(copyLayer(piece, layer, shape).buffer);
}

/** Writes a ZIP archive, its members stored uncompressed (embeddings do not compress), in chunks. */
async function writeZip(
  handle: FileHandle,
  createMembers: () => Iterable<[string, Iterable<Uint8Array>]>,
): Promise<void> {
  const { Zip, ZipPassThrough } = await import("fflate");
  const pending: Uint8Array[] = [];
  const zip = new Zip((error, piece) => {
    if (error) throw error;
    pending.push(piece);
  });
  const drain = async (): Promise<void> => {
    for (const piece of pending.splice(0)) await handle.writeFile(piece);
  };
  for (const [name, pieces] of createMembers()) {
    const member = new ZipPassThrough(name);
    // A fixed time of creation, so that the same embeddings give the same bytes.
    member.mtime = new Date(1980, 0, 1);
    zip.add(member);
    for (const piece of pieces) {
      member.push(piece);
      await drain();
    }
    member.push(new Uint8Array(0), true);
  }
  zip.end();
  await drain();
}

/**
 * Creates the header of an array in NumPy's .npy format, version 1.0: a Python literal, padded to a multiple
 * of 64 bytes; the numbers follow in C order. `type` in NumPy's notation: "<f4", "<f8", "<U12".
 */
function createNpyHeader(type: string, shape: readonly number[]): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const literal = `{'descr': '${type}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const preamble = 10;
  const length = Math.ceil((preamble + literal.length + 1) / 64) * 64 - preamble;
  const bytes = new Uint8Array(preamble + length).fill(0x20);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, length & 0xff, length >> 8]);
  bytes.set(new TextEncoder().encode(literal), preamble);
  bytes[bytes.length - 1] = 0x0a;
  return bytes;
}

/** Encodes text as an array of fixed-width strings (UTF-32, zero-padded): header and content. */
function encodeTextArray(texts: readonly string[]): Uint8Array[] {
  const points = texts.map((text) => Array.from(text, (character) => character.codePointAt(0) ?? 0));
  const width = Math.max(1, ...points.map((one) => one.length));
  const content = new DataView(new ArrayBuffer(4 * width * texts.length));
  for (const [row, one] of points.entries()) {
    for (const [i, point] of one.entries()) content.setUint32(4 * (row * width + i), point, true);
  }
  return [createNpyHeader(`<U${width}`, [texts.length]), new Uint8Array(content.buffer)];
}

function encodeNumberArray(numbers: readonly number[]): Uint8Array[] {
  const content = new DataView(new ArrayBuffer(8 * numbers.length));
  for (const [i, number] of numbers.entries()) content.setFloat64(8 * i, number, true);
  return [createNpyHeader("<f8", [numbers.length]), new Uint8Array(content.buffer)];
}
