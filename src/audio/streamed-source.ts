/**
 * A byte source whose bytes are still on their way, for decoders that read from start to end: it asks for more when they are read, and keeps only the
 * beginning and a little of what was read last, so memory does not grow with length.
 *
 * Its length is not known, so `byteLength` is infinite, and there is nothing to read at the end of it. One read at a time.
 * Not its concern: formats, where bytes come from.
 */

import type { ByteSource } from "../core/byte-source.ts";
import { blockBytes } from "../core/byte-source.ts";
import { GolemError } from "../core/error.ts";
import type { Container } from "./formats/content.ts";

/** A byte source that can be had as a whole, too. */
export interface ArrivingSource extends ByteSource {
  /** All bytes if there are no more than `most`; undefined if there are, and nothing is lost by having asked. Before anything far in was read. */
  collect(most: number): Promise<Uint8Array | undefined>;
}

/** Bytes at the start that stay: decoders look at them after the first reader has skipped a tag. */
const headBytes = 2 * blockBytes;
/** Bytes behind the furthest read that stay: over the longest that any decoder reads at once, which it may read again from a little further on. */
const tailBytes = 1 << 20;

/** Containers whose decoders have to look ahead of the samples, or behind them. */
const whole: ReadonlySet<Container> = new Set<Container>(["mp4", "aiff"]);

/** Whether content can be decoded while it arrives. */
export function canArrive(container: Container): boolean {
  return !whole.has(container);
}

/** Wraps chunks, which are not copied. */
export function createArrivingSource(chunks: AsyncIterable<Uint8Array>, name: string): ArrivingSource {
  const iterator = chunks[Symbol.asyncIterator]();
  const head: Uint8Array = new Uint8Array(headBytes);
  /** Chunks from `start` on. */
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
      const wanted = offset + length;
      while (!isComplete && end < wanted) {
        await pull();
        dropBefore(Math.min(offset, end) - tailBytes);
      }
      const to = Math.min(wanted, end);
      if (offset >= to) return new Uint8Array(0);
      if (offset >= start) return copy(offset, to);
      if (to <= headBytes) return head.slice(offset, to);
      throw new GolemError(
        "corrupt-audio",
        `${name} has to be read again at byte ${offset}, which has gone by; expected a recording that can be read from start to end.`,
        { hint: "Convert it to FLAC or WAV, or use `golem detect` on the file." },
      );
    },
    async collect(most) {
      while (!isComplete && end <= most) await pull();
      return isComplete && start === 0 && end <= most ? copy(0, end) : undefined;
    },
  };
}
