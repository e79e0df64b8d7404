/** Fetches a whole file over HTTP, with a limit on its size, progress and cancellation. */

import { type ErrorCode, GolemError, throwIfAborted } from "../core/error.ts";
import { joinBytes } from "../core/join-arrays.ts";

interface FetchBytesOptions {
  /** Maximum number of bytes; more is the error `tooLarge`. */
  readonly maximumBytes: number;
  /** Code of the error for a file that is not there (HTTP 404 or 410); default `fetch-failed`. */
  readonly missing?: ErrorCode | undefined;
  /** Code of the error for a file that is larger. */
  readonly tooLarge: ErrorCode;
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes of every piece that arrives. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/** Fetches a file. Rejects with `fetch-failed`, `aborted`, or the codes that the options name. */
export async function fetchBytes(url: URL, options: FetchBytesOptions): Promise<Uint8Array<ArrayBuffer>> {
  const { maximumBytes, signal } = options;
  throwIfAborted(signal);
  try {
    const response = await fetch(url, { signal: signal ?? null });
    if (!response.ok) throw createStatusError(url, response, options);
    const declared = Number(response.headers.get("content-length") ?? 0);
    if (declared > maximumBytes && !response.headers.get("content-encoding")) {
      throw describeExcess(url, `${declared} bytes`, options);
    }
    return await readBody(response, url, options);
  } catch (cause) {
    if (cause instanceof GolemError) throw cause;
    throwIfAborted(signal);
    throw new GolemError("fetch-failed", `${url.href} could not be fetched: ${String(cause)}.`, {
      hint: "Check the address, and whether that server allows requests from this page (CORS, connect-src).",
      cause,
    });
  }
}

async function readBody(
  response: Response,
  url: URL,
  options: FetchBytesOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true };
    if (done || !value) break;
    length += value.length;
    if (length > options.maximumBytes) {
      await reader?.cancel();
      throw describeExcess(url, `more than ${options.maximumBytes} bytes`, options);
    }
    pieces.push(value);
    options.onBytes?.(value.length);
  }
  return joinBytes(pieces);
}

function createStatusError(url: URL, { status }: Response, { missing }: FetchBytesOptions): GolemError {
  const isMissing = status === 404 || status === 410;
  return new GolemError(
    (isMissing && missing) || "fetch-failed",
    isMissing ? `No file was found at ${url.href}.` : `${url.href} answered with HTTP status ${status}.`,
    { hint: "Check the address, and that the file was uploaded with the others." },
  );
}

function describeExcess(url: URL, found: string, { maximumBytes, tooLarge }: FetchBytesOptions): GolemError {
  return new GolemError(tooLarge, `${url.href} has ${found}; expected at most ${maximumBytes}.`, {
    hint: "The file at that address is a different one; upload the right one.",
  });
}
