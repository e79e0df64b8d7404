/** Decompresses Parquet pages with Node's zlib: gzip, Brotli, and Zstandard if Node has it. */
import zlib from "node:zlib";

type Decompress = (input: Uint8Array, outputLength: number) => Uint8Array;
type ZlibFunction = (input: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;

/** Wraps a zlib function; its output is limited to the length that the page states. */
const bound =
  (decompress: ZlibFunction): Decompress =>
  (input, outputLength) =>
    decompress(input, { maxOutputLength: Math.max(1, outputLength) });

// Since Node 22.15; the types are those of the oldest Node supported.
const { zstdDecompressSync } = zlib as unknown as { zstdDecompressSync?: ZlibFunction };

/** Decompressors by Parquet's name for the codec. */
export const parquetCompressors: Readonly<Partial<Record<"GZIP" | "BROTLI" | "ZSTD", Decompress>>> = {
  GZIP: bound((input, options) => zlib.gunzipSync(input, options)),
  BROTLI: bound((input, options) => zlib.brotliDecompressSync(input, options)),
  ...(zstdDecompressSync ? { ZSTD: bound(zstdDecompressSync) } : {}),
};
