/**
 * Errors in HTTP: a status for every error code, and the problem document with code, message and hint.
 *
 * RFC 9457 (problem details).
 */
import { STATUS_CODES } from "node:http";
import { type ErrorCode, type ErrorRecord, GolemError } from "../core/error.ts";

/** HTTP status of each error code. */
export const statusOfCode = {
  // Errors of the recording: the request is valid, but the recording cannot be used.
  "empty-file": 422,
  "corrupt-audio": 422,
  "no-samples": 422,
  "too-short": 422,
  silent: 422,
  "above-8-khz": 422,
  // An encoder returned no usable numbers for the recording; the death of a worker is `unexpected`.
  "encoder-failed": 422,
  unreadable: 422,
  "too-long": 413,
  "not-audio": 415,
  "unsupported-codec": 415,
  "needs-ffmpeg": 415,
  "no-microphone": 500,
  // Errors of the request.
  "bad-request": 400,
  "invalid-option": 400,
  "invalid-shape": 400,
  usage: 400,
  unauthorised: 401,
  forbidden: 403,
  "not-found": 404,
  "golem-not-found": 404,
  "method-not-allowed": 405,
  "request-timeout": 408,
  "too-large": 413,
  "unsupported-media-type": 415,
  // Errors of the server.
  unexpected: 500,
  "too-many-requests": 429,
  overloaded: 503,
  "not-ready": 503,
  aborted: 503,
  timeout: 504,
  // Errors with which the server should not have started.
  "unknown-encoder": 500,
  "weights-missing": 500,
  "weights-damaged": 500,
  "fetch-failed": 500,
  "invalid-layer": 500,
  "hub-not-found": 500,
  "hub-denied": 500,
  "hub-damaged": 500,
  "cache-failed": 500,
  "golem-damaged": 500,
  "golem-version": 500,
  "data-not-found": 500,
  "invalid-data": 500,
  "no-recordings": 500,
  "too-few-classes": 500,
  "too-few-recordings": 500,
  "duplicate-recording": 500,
  "conflicting-labels": 500,
  "synthesis-failed": 500,
  "overlapping-labels": 500,
  "not-annotated": 500,
  "missing-package": 500,
  "queue-failed": 500,
  "not-converged": 500,
  "output-exists": 500,
  "output-failed": 500,
  "store-failed": 500,
} as const satisfies Record<ErrorCode, number>;

/** Media type of problem documents. */
export const problemType = "application/problem+json";

/** A problem document. */
export interface Problem {
  /** Address of the code's documentation. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly hint: string;
  /** The id of the request, as in the server's log. */
  readonly instance: string;
}

/** Converts an error to a problem document. For faults of this program it contains only the code. */
export function createProblem({ code, message, hint }: ErrorRecord, requestId: string): Problem {
  const status: number = statusOfCode[code as ErrorCode] ?? 500;
  const isFault = status === 500;
  return {
    type: `/docs#${code}`,
    title: STATUS_CODES[status] ?? "Error",
    status,
    detail: isFault ? "The server failed; see its log." : message,
    code,
    hint: isFault ? "" : hint,
    instance: `urn:uuid:${requestId}`,
  };
}

/** Gets the headers of a problem: when to retry (in `retrySeconds`), how to authenticate. */
export function getProblemHeaders({ code, status }: Problem, retrySeconds: number): Record<string, string> {
  return {
    "content-type": problemType,
    "cache-control": "no-store",
    ...(status === 503 || status === 429 ? { "retry-after": String(retrySeconds) } : {}),
    ...(code === "unauthorised" ? { "www-authenticate": 'Bearer realm="golem"' } : {}),
  };
}

/** Creates the error for a request of a client whose share is used up. */
export function createTooManyRequests(what: string): GolemError {
  return new GolemError("too-many-requests", what, {
    hint: "Wait for answers before sending more, or for the seconds in Retry-After; the server's limit is --client-share.",
  });
}

/** Creates the error for a request for which the server has no capacity. */
export function createOverloaded(what: string): GolemError {
  return new GolemError("overloaded", what, { hint: "Send it again after the seconds in Retry-After." });
}
