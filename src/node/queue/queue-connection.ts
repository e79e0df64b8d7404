/**
 * Connects to Redis or Valkey for BullMQ. Addresses are shown without passwords.
 *
 * Not its concern: what is in the queue.
 */
import type { Redis } from "ioredis";
import { GolemError } from "../../core/error.ts";
import { loadOptionalPackage } from "../object-store/optional-package.ts";

/** Maximum milliseconds between attempts to connect. */
const longestPause = 5000;
/** Number of attempts to connect before a command fails. */
const commandAttempts = 3;
const connectMilliseconds = 5000;

/** Gets the queue's address: as given, else GOLEM_QUEUE. Throws `usage` if there is none. */
export function requireQueue(url: string | undefined, env: NodeJS.ProcessEnv = process.env): string {
  const found = url ?? env.GOLEM_QUEUE;
  if (found) return found;
  throw new GolemError("usage", "No queue was given; expected --queue URL.", {
    hint: "Give --queue redis://HOST/, or set GOLEM_QUEUE.",
  });
}

/** Returns an address without its password. */
export function hidePassword(url: string): string {
  try {
    const shown = new URL(url);
    if (shown.password !== "") shown.password = "***";
    return shown.href;
  } catch {
    return "the queue";
  }
}

function checkAddress(url: string): void {
  let protocol: string | undefined;
  try {
    protocol = new URL(url).protocol;
  } catch {
    // The error is reported below.
  }
  if (protocol === "redis:" || protocol === "rediss:") return;
  throw new GolemError(
    "usage",
    `The queue is ${protocol === undefined ? "not an address" : `an address of ${protocol}`}; expected redis:// or rediss://.`,
    { hint: "For example redis://localhost:6379/, or rediss://USER:PASSWORD@HOST:6380/ with TLS." },
  );
}

/** Loads BullMQ and its client; rejects with `missing-package`. */
export async function loadQueuePackages() {
  const names = ["bullmq", "ioredis"];
  const bullmq = await loadOptionalPackage(names, "A queue", () => import("bullmq"));
  const ioredis = await loadOptionalPackage(names, "A queue", () => import("ioredis"));
  return { bullmq, ioredis };
}

/**
 * Connects, and waits for an answer. With `stays`, the connection is reopened whenever it is lost; otherwise
 * it fails after a few attempts. Rejects with `usage`, `missing-package`, and `queue-failed` if the server
 * rejects the connection or cannot be reached.
 */
export async function connectQueue(
  url: string,
  { stays = false }: { readonly stays?: boolean } = {},
): Promise<Redis> {
  checkAddress(url);
  const { ioredis } = await loadQueuePackages();
  let isConnected = false;
  let reason: unknown;
  const connection = new ioredis.Redis(url, {
    maxRetriesPerRequest: null,
    connectTimeout: connectMilliseconds,
    retryStrategy: (times) =>
      times > commandAttempts && !(stays && isConnected) ? null : Math.min(longestPause, 200 * times),
  });
  connection.on("error", (error) => {
    reason = error;
  });
  try {
    await connection.ping();
    isConnected = true;
    return connection;
  } catch (error) {
    connection.disconnect();
    throw createQueueError(url, /closed/i.test(String(error)) ? (reason ?? error) : error);
  }
}

/** Converts an error of the server or the connection to `queue-failed`. */
export function createQueueError(url: string, error: unknown): GolemError {
  if (error instanceof GolemError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const text = `${code ?? ""} ${message ?? error}`;
  const isRefused = /NOAUTH|WRONGPASS|AUTH|NOPERM/.test(text);
  const hint = isRefused
    ? "Include user and password in the address: redis://USER:PASSWORD@HOST/"
    : /wrong version number|SSL|TLS|CERT|certificate/i.test(text)
      ? "Use rediss:// for a server with TLS, redis:// for one without; NODE_EXTRA_CA_CERTS can name further authorities."
      : "Check that Redis or Valkey runs there. Finished shards are kept, since they are files of the run, not of the queue.";
  const what =
    code && !message?.includes(code) ? `${code} ${message ?? ""}`.trim() : message || String(error);
  return new GolemError(
    "queue-failed",
    `The queue at ${hidePassword(url)} cannot be used: ${what.replace(/\.$/, "")}.`,
    {
      hint,
      cause: error,
    },
  );
}
