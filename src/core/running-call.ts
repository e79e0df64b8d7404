/**
 * A running call on the worker's side: its signal, and the chunks that arrive.
 *
 * Not its concern: messages, answers (worker-calls.ts).
 */
import { throwIfAborted } from "./error.ts";

/** The state of a call until it is answered. */
export interface RunningCall {
  readonly signal: AbortSignal;
  readonly chunks: AsyncIterable<never>;
  abort(): void;
  push(chunk: unknown): void;
  end(): void;
}

/** Creates the state of a call that has arrived. */
export function createRunningCall(): RunningCall {
  const controller = new AbortController();
  const { signal } = controller;
  const waiting: unknown[] = [];
  let isEnded = false;
  let resume = (): void => {};
  async function* read(): AsyncGenerator<never> {
    for (;;) {
      throwIfAborted(signal);
      if (waiting.length > 0) yield waiting.shift() as never;
      else if (isEnded) return;
      else {
        await new Promise<void>((resolve) => {
          resume = resolve;
        });
      }
    }
  }
  return {
    signal,
    chunks: { [Symbol.asyncIterator]: read },
    abort() {
      controller.abort();
      resume();
    },
    push(chunk) {
      waiting.push(chunk);
      resume();
    },
    end() {
      isEnded = true;
      resume();
    },
  };
}
