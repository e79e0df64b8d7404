/**
 * A byte source that lets the thread do other things now and then, so that a long decoding of bytes in memory can be aborted, and
 * takes turns with other work.
 *
 * Not its concern: formats, what the other work is.
 */
import { setImmediate } from "node:timers/promises";
import type { ByteSource } from "../../core/byte-source.ts";

/** Longest time without a turn for others, in milliseconds, as far as reads come. */
const turnMilliseconds = 8;

/** Wraps a source; reads give way to what else waits when the last turn is long ago. */
export function createTurns(source: ByteSource): ByteSource {
  let last = performance.now();
  return {
    ...source,
    async read(offset, length) {
      if (performance.now() - last > turnMilliseconds) {
        await setImmediate();
        last = performance.now();
      }
      return source.read(offset, length);
    },
  };
}
