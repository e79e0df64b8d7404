/**
 * A byte source over bytes that are still arriving, for decoders that read from start to end.
 *
 * Not its concern: formats, where bytes come from.
 *
 * Reads wait for bytes to arrive. Only the beginning and the most recently read bytes are kept, so memory
 * does not grow with length. The length is unknown, so `byteLength` is infinite, and reading at the end
 * returns nothing. One read at a time.
 */

import type { ByteSource } from "../core/byte-source.ts";
import { blockBytes } from "../core/byte-source.ts";
import { GolemError } from "../core/error.ts";
import type { Container } from "./formats/content.ts";

/** A byte source that can also be collected as a whole. */
interface StreamedSource extends ByteSource {
  /**
   * Returns all bytes if there are at most `maximumBytes`, otherwise undefined; the source can still be read
   * after that. To be called before anything beyond the beginning is read.
   */
  collect(maximumBytes: number): Promise<Uint8Array | undefined>;
}

/** Bytes kept from the start: decoders read them again after the first reader has skipped a tag. */
const headBytes = 2 * blockBytes;
/**
 * Bytes kept before the furthest read: more than the longest single read of any decoder, which may read them
 * again from a slightly later offset.
 */
const tailBytes = 1 << 20;

/** Containers whose decoders read ahead of the samples, or after them. */
const needsWholeFile: ReadonlySet<Container> = new Set<Container>(["mp4", "aiff"]);

/** Whether content of this kind can be decoded while it arrives. */
export function canStream(container: Container): boolean {
  return !needsWholeFile.has(container);
}

/** Creates a source over chunks (not copied). */
export function createStreamedSource(chunks: AsyncIterable<Uint8Array>, name: string): StreamedSource {
  const iterator = chunks[Symbol.asyncIterator]();
  const head: Uint8Array = new Uint8Array(headBytes);
  /** The chunks from byte `start` on. */
  const held: Uint8Array[] = [];
  let start = 0;
  let end = 0;
  let isComplete = false;

  const pull = async (): Promise<void> => {
    const next = await iterator.next();
    if (next.done) {
      isComplete = true;
      return;
    }
    if (end < headBytes) head.set(next.value.subarray(0, headBytes - end), end);
    held.push(next.value);
    end += next.value.length;
  };
  const dropBefore = (offset: number): void => {
    while (held.length > 0 && start + held[0]!.length <= offset) start += held.shift()!.length;
  };
  const copy = (from: number, to: number): Uint8Array => {
    const bytes = new Uint8Array(to - from);
    let at = start;
    for (const chunk of held) {
      if (at >= to) break;
      if (at + chunk.length > from) {
        const first = Math.max(0, from - at);
        bytes.set(chunk.subarray(first, Math.min(chunk.length, to - at)), at + first - from);
      }
      at += chunk.length;
    }
    return bytes;
  };

  return {
    name,
    byteLength: Number.POSITIVE_INFINITY,
    async read(offset, length) {
      if (offset === Number.POSITIVE_INFINITY) return new Uint8Array(0);
      const limit = offset + length;
      while (!isComplete && end < limit) {
        await pull();
        dropBefore(Math.min(offset, end) - tailBytes);
      }
      const to = Math.min(limit, end);
      if (offset >= to) return new Uint8Array(0);
      if (offset >= start) return copy(offset, to);
      if (to <= headBytes) return head.slice(offset, to);
      throw new GolemError(
        "corrupt-audio",
        `${name} must be read again at byte ${offset}, which is no longer in memory; expected a recording that can be read from start to end.`,
        { hint: "Convert it to FLAC or WAV, or use `golem detect` on the file." },
      );
    },
    async collect(maximumBytes) {
      while (!isComplete && end <= maximumBytes) await pull();
      return isComplete && start === 0 && end <= maximumBytes ? copy(0, end) : undefined;
    },
  };
}
