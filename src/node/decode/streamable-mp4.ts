/**
 * Reorders MP4 files for sequential reading, as from a pipe: the index (moov) before the media (mdat). Most
 * recorders write the index last.
 *
 * ISO/IEC 14496-12: boxes (4.2), chunk offsets (8.7.5), which are counted from the start of the file and are
 * adjusted.
 */
import type { ByteSource } from "../../core/byte-source.ts";
import { joinBytes } from "../../core/join-arrays.ts";

/** Maximum size of the index in memory, in bytes. */
const maximumIndexBytes = 64 * 1024 * 1024;
/** Maximum number of boxes examined per file. */
const maximumBoxes = 100_000;
/** Boxes that lead from moov to the chunk offsets. */
const parents: ReadonlySet<string> = new Set(["moov", "trak", "mdia", "minf", "stbl"]);

interface Box {
  readonly type: string;
  readonly offset: number;
  readonly length: number;
}

/**
 * Creates a source of the same file with its index before its media; returns the source itself if it is
 * already in order or has no complete index.
 */
export async function createStreamableMp4(source: ByteSource): Promise<ByteSource> {
  const boxes = await readBoxes(source);
  const index = boxes.find(({ type }) => type === "moov");
  const media = boxes.find(({ type }) => type === "mdat");
  const isInOrder = !index || !media || index.offset < media.offset;
  if (isInOrder || index.length > maximumIndexBytes) return source;
  const moved = new Uint8Array(await source.read(index.offset, index.length));
  if (moved.length < index.length) return source;
  shiftOffsets(moved, media.offset, index);
  const pieces = [
    createPiece(source, 0, media.offset),
    { length: moved.length, read: async (at: number, count: number) => moved.subarray(at, at + count) },
    createPiece(source, media.offset, index.offset),
    createPiece(source, index.offset + index.length, source.byteLength),
  ];
  return {
    name: source.name,
    byteLength: source.byteLength,
    async read(offset, length) {
      const parts: Uint8Array[] = [];
      let start = 0;
      let at = offset;
      for (const piece of pieces) {
        const end = start + piece.length;
        if (at < end && at < offset + length) {
          const part = await piece.read(at - start, offset + length - at);
          parts.push(part);
          at += part.length;
          if (at < end) break;
        }
        start = end;
      }
      return joinBytes(parts);
    },
  };
}

/** Creates a source of the bytes [start, end) of another; reads end at its end. */
function createPiece(source: ByteSource, start: number, end: number) {
  const length = end - start;
  return {
    length,
    read: (at: number, count: number) => source.read(start + at, Math.min(count, length - at)),
  };
}

async function readBoxes(source: ByteSource): Promise<Box[]> {
  const boxes: Box[] = [];
  for (let offset = 0; offset + 8 <= source.byteLength && boxes.length < maximumBoxes; ) {
    const box = readBox(await source.read(offset, 16), 0, source.byteLength - offset);
    if (!box) break;
    boxes.push({ ...box, offset });
    offset += box.length;
  }
  return boxes;
}

/** Reads the box at `offset`; undefined if its size is invalid. `rest`: bytes left in its parent. */
function readBox(bytes: Uint8Array, offset: number, rest: number): Box | undefined {
  if (offset + 8 > bytes.length) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = String.fromCharCode(...bytes.subarray(offset + 4, offset + 8));
  let length = view.getUint32(offset);
  if (length === 0) length = rest;
  if (length === 1) {
    if (offset + 16 > bytes.length) return undefined;
    length = Number(view.getBigUint64(offset + 8));
  }
  return length < 8 || length > rest ? undefined : { type, offset, length };
}

/** Adds the length of the index to every chunk offset between its new and its old position. */
function shiftOffsets(index: Uint8Array, from: number, { offset: to, length }: Box): void {
  const view = new DataView(index.buffer, index.byteOffset, index.byteLength);
  const move = (offset: number): number => (offset >= from && offset < to ? offset + length : offset);
  let left = maximumBoxes;
  const walk = (start: number, end: number): void => {
    for (let at = start; at + 8 <= end && left-- > 0; ) {
      const box = readBox(index, at, end - at);
      if (!box) return;
      const body = at + (view.getUint32(at) === 1 ? 16 : 8);
      const after = at + box.length;
      if (parents.has(box.type)) walk(body, after);
      if ((box.type === "stco" || box.type === "co64") && body + 8 <= after) {
        const size = box.type === "stco" ? 4 : 8;
        const count = Math.min(view.getUint32(body + 4), Math.floor((after - body - 8) / size));
        for (let i = 0, entry = body + 8; i < count; i++, entry += size) {
          if (size === 4) view.setUint32(entry, move(view.getUint32(entry)));
          else view.setBigUint64(entry, BigInt(move(Number(view.getBigUint64(entry)))));
        }
      }
      at = after;
    }
  };
  walk(0, index.length);
}
