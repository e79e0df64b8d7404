/**
 * Byte sources that need no file system: memory, a Blob, a slice of another source, a source with one cached
 * block.
 *
 * Not its concern: file formats, the file system (see `node/disk/file-source.ts`).
 */

/** Random access to bytes: a file, a Blob, a buffer. */
export interface ByteSource {
  /** File name for messages, without a path. */
  readonly name: string;
  /** Infinite while the length is unknown. */
  readonly byteLength: number;
  /** Reads up to `length` bytes at `offset`; fewer only at the end. */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** Absolute path, for decoders that are separate programs; absent if the bytes are not a file. */
  readonly path?: string;
  /** The part of the file that this source covers, for the same programs; absent if it covers all of it. */
  readonly part?: { readonly path: string; readonly start: number; readonly end: number };
}

/** Wraps bytes in memory (not copied). */
export function createMemorySource(bytes: Uint8Array, name: string): ByteSource {
  return {
    name,
    byteLength: bytes.length,
    read: async (offset, length) => bytes.subarray(offset, offset + length),
  };
}

/** Wraps a Blob or a browser's File. */
export function createBlobSource(blob: Blob, name: string): ByteSource {
  return {
    name,
    byteLength: blob.size,
    read: async (offset, length) => new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer()),
  };
}

/** Creates a source of the bytes [start, start + length) of another one, bounded by its end. */
export function createSourceSlice(source: ByteSource, start: number, length: number): ByteSource {
  const from = Math.min(start, source.byteLength);
  const byteLength = Math.max(0, Math.min(length, source.byteLength - from));
  const { path = source.part?.path } = source;
  const first = (source.part?.start ?? 0) + from;
  return {
    name: source.name,
    byteLength,
    ...(path === undefined ? {} : { part: { path, start: first, end: first + byteLength } }),
    read: (offset, count) =>
      source.read(from + Math.min(offset, byteLength), Math.max(0, Math.min(count, byteLength - offset))),
  };
}

/** Bytes read at a time by {@link createCachedSource} and by decoders. */
export const blockBytes = 65_536;

/** Keeps the last block read, so that many small reads of headers cost one read of the source. */
export function createCachedSource(source: ByteSource): ByteSource {
  let start = 0;
  let block = new Uint8Array(0);
  return {
    name: source.name,
    byteLength: source.byteLength,
    ...(source.path === undefined ? {} : { path: source.path }),
    ...(source.part === undefined ? {} : { part: source.part }),
    read: async (offset, length) => {
      const end = Math.min(offset + length, source.byteLength);
      if (offset >= end) return new Uint8Array(0);
      if (offset < start || end > start + block.length) {
        if (length > blockBytes) return source.read(offset, length);
        block = new Uint8Array(await source.read(offset, blockBytes));
        start = offset;
      }
      return block.subarray(offset - start, end - start);
    },
  };
}
