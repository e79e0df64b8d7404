/**
 * Reads the bodies of requests with limits on time and on the bytes of one body and of all. A slow sender
 * uses memory only for the bytes that it has sent.
 */
import type { IncomingMessage } from "node:http";
import { GolemError } from "../../core/error.ts";
import { createOverloaded } from "../problem.ts";

/** Seconds allowed for any body, and minimum bytes per second of longer ones. */
const graceSeconds = 30;
const slowestBytesPerSecond = 32_768;

/** Limit on the bytes of bodies in memory for all requests together. */
export interface ByteBudget {
  readonly limit: number;
  used: number;
}

/** Limits on one body. */
export interface BodyLimits {
  readonly maximumBytes: number;
  readonly budget: ByteBudget;
  /** Seconds allowed for any body, default 30; only time spent waiting for the sender counts. */
  readonly graceSeconds?: number | undefined;
}

/** A body being read. */
export interface LimitedBody {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Returns bytes that are no longer in memory to the budget. */
  giveBack(bytes: number): void;
  /** Returns all of its bytes to the budget and ends `chunks`. */
  release(): void;
}

/**
 * Reads a body; `option` is the option that sets its limit. `chunks` rejects with `too-large`, `overloaded`
 * (all bodies together), `request-timeout`, or `aborted` if the sender disconnects.
 */
export function openBody(incoming: IncomingMessage, limits: BodyLimits, option = "--max-body"): LimitedBody {
  const { maximumBytes, budget } = limits;
  let received = 0;
  let held = 0;
  let isReleased = false;
  const giveBack = (bytes: number): void => {
    const given = Math.min(bytes, held);
    budget.used -= given;
    held -= given;
  };
  return {
    chunks: readChunks(),
    giveBack,
    release() {
      isReleased = true;
      giveBack(held);
    },
  };

  async function* readChunks(): AsyncGenerator<Uint8Array> {
    const declared = Number(incoming.headers["content-length"] ?? 0);
    if (declared > maximumBytes) throw createTooLarge(maximumBytes, option);
    const iterator = incoming.iterator({ destroyOnReturn: false });
    let waited = 0;
    for (;;) {
      const seconds = (limits.graceSeconds ?? graceSeconds) + received / slowestBytesPerSecond;
      const start = performance.now();
      const next = await withDeadline(iterator.next(), start + 1000 * seconds - waited);
      waited += performance.now() - start;
      if (next.done) break;
      if (isReleased) return;
      const chunk = next.value as Uint8Array;
      received += chunk.length;
      if (received > maximumBytes) throw createTooLarge(maximumBytes, option);
      if (budget.used + chunk.length > budget.limit) {
        throw createOverloaded("The recordings in memory have reached their limit in bytes.");
      }
      held += chunk.length;
      budget.used += chunk.length;
      yield chunk;
    }
    if (!incoming.complete) throw new GolemError("aborted", "The body ended before it was complete.");
  }
}

async function withDeadline<T>(next: Promise<T>, deadline: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const fail = (): void =>
      reject(
        new GolemError("request-timeout", "The body did not arrive in time.", {
          hint: `Send it faster, at least ${slowestBytesPerSecond / 1024} KiB per second after the first ${graceSeconds} s.`,
        }),
      );
    timer = setTimeout(fail, Math.max(0, deadline - performance.now()));
  });
  try {
    return await Promise.race([next, late]);
  } catch (error) {
    next.catch(() => {});
    if (error instanceof GolemError) throw error;
    throw new GolemError("aborted", "The connection was closed before the body was complete.", {
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
}

/** Creates the error for a body that exceeds the limit set by `option`. */
export function createTooLarge(maximumBytes: number, option: string): GolemError {
  return new GolemError("too-large", `The body is longer than the ${maximumBytes} bytes that are accepted.`, {
    hint: `Send fewer or shorter recordings, or compress them (FLAC, Opus); the server's limit is ${option}.`,
  });
}
