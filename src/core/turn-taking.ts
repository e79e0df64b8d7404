/**
 * Long computations give way to other events now and then, such as the message that aborts them: a chain of
 * promises that never waits keeps all events out.
 *
 * Not its concern: how an environment lets events in, what is computed.
 */
import type { ByteSource } from "./byte-source.ts";

/**
 * Creates a function that takes a turn of the event loop where the last one is more than `milliseconds` ago.
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
 * Wraps a source so that each read first calls `takeTurn`: bytes in memory are there at once, however many.
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
