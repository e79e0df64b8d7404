/**
 * Sends a request to the Hub, with checked redirects, retries and a stall timeout.
 *
 * The token is sent only to the Hub: after a redirect to another origin it is omitted from all further
 * requests. The number of redirects is limited; redirects from https to http are rejected. Not its concern:
 * caches.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { GolemError, throwIfAborted } from "../../core/error.ts";
import { createdBy } from "../../core/version.ts";
import { createNetworkError, createStatusError, getNetworkCode, type HubSubject } from "./hub-error.ts";
import type { HubSettings } from "./hub-settings.ts";

interface HubRequest {
  readonly url: string;
  readonly subject: HubSubject;
  /** HEAD stops at the redirect to storage, since the headers of the redirect describe the file. */
  readonly method?: "GET" | "HEAD";
  /** Offset of the first byte, and of the byte after the last (absent: up to the end). */
  readonly range?: readonly [start: number, end?: number];
  /** Total number of attempts, default 5. */
  readonly attempts?: number;
  readonly signal?: AbortSignal | undefined;
}

/** A response: a success, or for HEAD a redirect. Read `chunks` to the end, or `cancel`. */
export interface HubAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Final URL after all redirects. */
  readonly url: string;
  /** The body in chunks; rejects with a network error, or when the server stalls. */
  chunks(): AsyncGenerator<Uint8Array>;
  cancel(): Promise<void>;
}

const defaultAttempts = 5;
const maximumRedirects = 8;
const maximumWaitMilliseconds = 60_000;
/** Failures that a retry does not fix. */
const permanentFailures = new Set([
  "ENOTFOUND",
  "ECONNREFUSED",
  "ENETUNREACH",
  "EAI_AGAIN",
  "ERR_INVALID_URL",
]);

/**
 * Sends a request, up to five times when the server is busy (408, 429, 5xx) or the connection breaks.
 *
 * @throws GolemError `fetch-failed`, `hub-not-found`, `hub-denied`, `aborted`.
 */
export async function requestHub(request: HubRequest, settings: HubSettings): Promise<HubAnswer> {
  const { attempts = defaultAttempts, subject, signal } = request;
  for (let attempt = 1; ; attempt++) {
    throwIfAborted(signal);
    let pause = settings.retryMilliseconds * 2 ** (attempt - 1) * (0.75 + Math.random() / 2);
    let error: GolemError;
    try {
      const answer = await send(request, settings);
      if (answer.status < 400) return answer;
      error = createStatusError(answer, await readStart(answer), subject, settings);
      const asked = getRetryAfter(answer.headers);
      const again = answer.status === 408 || answer.status === 429 || answer.status >= 500;
      if (!again || (asked ?? 0) > maximumWaitMilliseconds) throw error;
      pause = Math.max(pause, asked ?? 0);
    } catch (cause) {
      throwIfAborted(signal);
      if (cause instanceof GolemError) throw cause;
      error = createNetworkError(cause, subject, new URL(request.url).host);
      if (permanentFailures.has(getNetworkCode(cause))) throw error;
    }
    if (attempt >= attempts) throw error;
    await waitFor(Math.min(pause, maximumWaitMilliseconds), signal);
  }
}

/** Waits; rejects with `aborted` if interrupted. */
export async function waitFor(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(milliseconds, undefined, signal ? { signal } : {}).catch(() => {});
  throwIfAborted(signal);
}

/**
 * Requests and reads the whole response, rejecting more than `maximumBytes`; retries after an interruption.
 *
 * @throws GolemError as `requestHub`.
 */
export async function requestHubBytes(
  request: HubRequest,
  settings: HubSettings,
  maximumBytes: number,
): Promise<Uint8Array> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await readAnswer(await requestHub(request, settings), maximumBytes);
    } catch (cause) {
      throwIfAborted(request.signal);
      if (cause instanceof GolemError) throw cause;
      if (attempt >= (request.attempts ?? defaultAttempts)) {
        throw createNetworkError(cause, request.subject, new URL(request.url).host);
      }
      await waitFor(settings.retryMilliseconds * attempt, request.signal);
    }
  }
}

async function readAnswer(answer: HubAnswer, maximumBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.chunks()) {
    length += chunk.length;
    if (length > maximumBytes) {
      throw new GolemError(
        "fetch-failed",
        `${new URL(answer.url).host} sends more than ${maximumBytes} bytes; expected no more.`,
      );
    }
    parts.push(chunk);
  }
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}

async function send(request: HubRequest, settings: HubSettings): Promise<HubAnswer> {
  const { method = "GET", range, subject } = request;
  const home = new URL(settings.endpoint).origin;
  let url = new URL(request.url);
  let trusted = url.origin === home;
  for (let redirects = 0; ; redirects++) {
    trusted &&= url.origin === home;
    const headers: Record<string, string> = {
      "user-agent": createdBy.replace(" ", "/"),
      // Sizes and ranges refer to the bytes of the file, not to a compressed form.
      "accept-encoding": "identity",
      ...(range ? { range: `bytes=${range[0]}-${range[1] === undefined ? "" : range[1] - 1}` } : {}),
      ...(trusted && settings.token ? { authorization: `Bearer ${settings.token}` } : {}),
    };
    const answer = await exchange(url, { method, headers }, request.signal, settings.silenceMilliseconds);
    const location = answer.headers.get("location");
    if (![301, 302, 303, 307, 308].includes(answer.status) || location === null) return answer;
    const target = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
    const known = answer.headers.has("x-linked-etag") || answer.headers.has("x-repo-commit");
    if (method === "HEAD" && known && target?.origin !== url.origin) return answer;
    await answer.cancel();
    const downgraded = url.protocol === "https:" && target?.protocol !== "https:";
    if (!target || !/^https?:$/.test(target.protocol) || downgraded || redirects >= maximumRedirects) {
      const reason =
        redirects >= maximumRedirects ? "redirects without end" : "redirects to an unsafe address";
      throw createNetworkError(new Error(`the server ${reason}`), subject, url.host);
    }
    url = target;
  }
}

/** One exchange with one server. The timer restarts with each received byte. */
async function exchange(
  url: URL,
  { method, headers }: { method: string; headers: Record<string, string> },
  signal: AbortSignal | undefined,
  silenceMilliseconds: number,
): Promise<HubAnswer> {
  const silence = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const watch = (): void => {
    clearTimeout(timer);
    const reason = Object.assign(new Error("the server stopped sending"), { code: "ETIMEDOUT" });
    timer = setTimeout(() => silence.abort(reason), silenceMilliseconds);
  };
  watch();
  let response: Response;
  try {
    response = await fetch(url, {
      ...{ method, headers, redirect: "manual" },
      signal: signal ? AbortSignal.any([signal, silence.signal]) : silence.signal,
    });
  } finally {
    clearTimeout(timer);
  }
  const { body } = response;
  return {
    status: response.status,
    headers: response.headers,
    url: url.href,
    async *chunks() {
      if (!body) return;
      const reader = body.getReader();
      try {
        for (;;) {
          watch();
          const { done, value } = await reader.read();
          clearTimeout(timer);
          if (done) return;
          yield value;
        }
      } finally {
        clearTimeout(timer);
        await reader.cancel().catch(() => {});
      }
    },
    cancel: async () => {
      await body?.cancel().catch(() => {});
    },
  };
}

/** Reads the first 4 kB of a response's text; empty after an interruption. */
async function readStart(answer: HubAnswer): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of answer.chunks()) {
      parts.push(chunk);
      length += chunk.length;
      if (length >= 4096) break;
    }
  } catch {
    // The status is enough.
  }
  return Buffer.concat(parts).subarray(0, 4096).toString("utf8");
}

/**
 * Gets the milliseconds to wait according to the server: Retry-After as seconds or a date (RFC 9110), or
 * RateLimit's `t` (IETF draft).
 */
function getRetryAfter(headers: Headers): number | undefined {
  const reset = /;\s*r\s*=\s*0\s*;\s*t\s*=\s*(\d{1,9})/.exec(headers.get("ratelimit") ?? "")?.[1];
  const text = headers.get("retry-after")?.trim() ?? reset;
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}
