/**
 * Limits concurrent work: requests beyond the length of the queue, streams beyond their maximum, and clients
 * beyond their share are rejected at once, with an estimate of when there will be capacity.
 *
 * Not its concern: how clients are identified.
 */
import { createOverloaded, createTooManyRequests } from "./problem.ts";

/** Weight of the latest duration in the running mean. */
const latestWeight = 0.1;
const maximumRetrySeconds = 60;

/** Admits or rejects work, and counts what is admitted. */
export interface Admission {
  /** Throws `overloaded` if the limit is reached, `too-many-requests` if this client's share is used up. */
  check(client: string): void;
  /** Counts work from now until the returned function is called; throws as `check` does. */
  enter(client: string): () => void;
  /** Gets the amount of work admitted and not yet finished. */
  getCount(): number;
  /** Gets the seconds after which there should be capacity, at least 1. */
  getRetrySeconds(): number;
}

interface AdmissionLimits {
  /** Maximum amount of concurrent work. */
  readonly limit: number;
  /** The share of it that one client may use, in (0, 1]; at least one. */
  readonly clientShare: number;
}

/** Creates an admission. `what` completes the sentence of the error: "requests are in progress". */
export function createAdmission({ limit, clientShare }: AdmissionLimits, what: string): Admission {
  const clientLimit = Math.max(1, Math.floor(limit * clientShare));
  /** Amount of work of each client that has any. */
  const counts = new Map<string, number>();
  let count = 0;
  let meanSeconds = 0;
  const check = (client: string): void => {
    if (count >= limit) throw createOverloaded(`${count} ${what}, and no more are accepted.`);
    const own = counts.get(client) ?? 0;
    if (own >= clientLimit) {
      throw createTooManyRequests(`${own} ${what} for this client, and no more per client are accepted.`);
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
    // After half of the mean duration, about half of the admitted work is finished.
    getRetrySeconds: () => Math.min(maximumRetrySeconds, Math.max(1, Math.ceil(meanSeconds / 2))),
  };
}
