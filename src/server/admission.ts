/**
 * How much work is let in: requests beyond the queue, and streams beyond their number, are turned away at once, and so is a client who would take more
 * than its share; all with a guess of when there will be room.
 *
 * Not its concern: what the work is, how clients are told apart.
 */
import { createOverloaded, createTooManyRequests } from "./problem.ts";

/** Weight of the latest in the running mean of durations. */
const latestWeight = 0.1;
const maximumRetrySeconds = 60;

/** Lets work in, or not. */
export interface Admission {
  /** Throws `overloaded` when no more is let in, `too-many-requests` when no more is of this client. */
  check(client: string): void;
  /** Counts work in until what it returns is called; throws like `check`. */
  enter(client: string): () => void;
  /** What was let in and is not yet done. */
  getCount(): number;
  /** Seconds after which there should be room, at least 1. */
  getRetrySeconds(): number;
}

/** How much is let in. */
export interface AdmissionLimits {
  /** Most at a time. */
  readonly limit: number;
  /** The part of it that one client may take, in (0, 1]; at least one. */
  readonly clientShare: number;
}

/** `what` they are and do, as the error says it: "requests are at work". */
export function createAdmission({ limit, clientShare }: AdmissionLimits, what: string): Admission {
  const clientLimit = Math.max(1, Math.floor(limit * clientShare));
  /** Of each client that has any. */
  const counts = new Map<string, number>();
  let count = 0;
  let meanSeconds = 0;
  const check = (client: string): void => {
    if (count >= limit) throw createOverloaded(`${count} ${what}, and no more are taken.`);
    const own = counts.get(client) ?? 0;
    if (own >= clientLimit) {
      throw createTooManyRequests(`${own} ${what} for this client, and no more of one are taken.`);
    }
  };
  const add = (client: string, difference: number): void => {
    count += difference;
    const own = (counts.get(client) ?? 0) + difference;
    if (own > 0) counts.set(client, own);
    else counts.delete(client);
  };
  return {
    check,
    enter(client) {
      check(client);
      add(client, 1);
      const start = performance.now();
      let isIn = true;
      return () => {
        if (!isIn) return;
        isIn = false;
        add(client, -1);
        const seconds = (performance.now() - start) / 1000;
        meanSeconds += latestWeight * (seconds - meanSeconds);
      };
    },
    getCount: () => count,
    // Half of those in have left after about half of the time that each of them takes.
    getRetrySeconds: () => Math.min(maximumRetrySeconds, Math.max(1, Math.ceil(meanSeconds / 2))),
  };
}
