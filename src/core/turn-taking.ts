/**
 * Makes long computations yield to the event loop regularly, so that events such as an abort can arrive: a
 * chain of promises that never waits blocks all events.
 */
import type { ByteSource } from "./byte-source.ts";

/**
 * Creates a function that takes a turn of the event loop if the last one was more than `milliseconds` ago.
 * `getTime`: a clock in milliseconds.
 */
export function createPacedTurn(
  takeTurn: () => Promise<unknown>,
  milliseconds: number,
  getTime: () => number,
): () => Promise<void> {
  let last = getTime();
  return async () => {
    if (getTime() - last <= milliseconds) return;
    await takeTurn();
    last = getTime();
  };
}

/**
 * Wraps a source so that each read first calls `takeTurn`, since reads of bytes in memory never wait.
 */
export function createSourceWithTurns(source: ByteSource, takeTurn: () => Promise<unknown>): ByteSource {
  return {
    ...source,
    async read(offset, length) {
      await takeTurn();
      return source.read(offset, length);
    },
  };
}
