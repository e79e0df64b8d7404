/**
 * Creates the errors of Hub requests, with the name of the repository, revision or file, and a hint.
 *
 * Error codes of the server as in https://huggingface.co/docs/huggingface_hub/package_reference/utilities
 * (X-Error-Code). Messages never contain tokens.
 */
import { parseBoundedJson } from "../../core/bounded-json.ts";
import { type ErrorCode, GolemError } from "../../core/error.ts";
import { describeDiskReason } from "../disk/disk-error.ts";
import { createPageUrl, describeRepo, type HubRepo } from "./hub-repo.ts";
import type { HubSettings } from "./hub-settings.ts";

/** The subject of a request. */
export interface HubSubject {
  readonly repo: HubRepo;
  readonly revision: string;
  /** The file; absent if the request is about the repository. */
  readonly path?: string;
}

/** Describes the subject: "config.json of the model a/b at main", "the model a/b at main". */
export function describeSubject({ repo, revision, path }: HubSubject): string {
  return `${path === undefined ? "" : `${path} of `}the ${describeRepo(repo)} at ${revision}`;
}

/** Describes the subject at the start of a sentence. */
export function beginWithSubject(subject: HubSubject): string {
  return describeSubject(subject).replace(/^the /, "The ");
}

/** Creates the error for an unsuccessful response. `body` is the start of its text. */
export function createStatusError(
  response: { readonly status: number; readonly headers: Headers },
  body: string,
  subject: HubSubject,
  settings: HubSettings,
): GolemError {
  const { status, headers } = response;
  const { repo, revision, path } = subject;
  const what = describeRepo(repo);
  const page = createPageUrl(settings.endpoint, repo);
  const said = getServerMessage(headers, body);
  const quoted = said === "" ? "" : `: ${said}`;
  const fail = (code: ErrorCode, message: string, hint: string): GolemError =>
    new GolemError(code, message, { hint });
  const login = settings.token
    ? "Your token was sent; check that it belongs to that account and may read gated repositories"
    : `Create a token at ${settings.endpoint}/settings/tokens and set HF_TOKEN to it, or run \`hf auth login\``;
  const kind = headers.get("x-error-code");

  if (kind === "GatedRepo") {
    return fail(
      "hub-denied",
      `Access to the ${what} is restricted by its owner (${status})${quoted}`,
      `Request access on ${page}. ${login}.`,
    );
  }
  if (status === 401 && /invalid (credentials|user token|username)|expired/i.test(said) && settings.token) {
    return fail(
      "hub-denied",
      `The Hub does not accept the token that was sent with the request for the ${what} (401)${quoted}`,
      "Set HF_TOKEN to a valid one, or unset it: public files need none.",
    );
  }
  if (kind === "RevisionNotFound") {
    return fail(
      "hub-not-found",
      `The ${what} has no revision ${revision}; expected a branch, a tag or a commit (${status}).`,
      `Available revisions: ${page}/tree/main`,
    );
  }
  if (kind === "EntryNotFound" || (status === 404 && kind === null && path !== undefined)) {
    return fail(
      "hub-not-found",
      path === undefined
        ? `The Hub has no information on the ${what} at ${revision} (${status}).`
        : `The ${what} has no file ${path} at revision ${revision} (${status}).`,
      `Available files: ${page}/tree/${revision}`,
    );
  }
  if (kind === "RepoNotFound" || status === 404 || status === 401) {
    return fail(
      "hub-not-found",
      `There is no ${what} at ${settings.endpoint}, or it is private (${status}).`,
      `Check the spelling: ${page}. For a private one: ${login[0]!.toLowerCase()}${login.slice(1)}.`,
    );
  }
  if (status === 403) {
    return fail(
      "hub-denied",
      `The Hub denies access to ${describeSubject(subject)} (403)${quoted}`,
      `Check on ${page} that you have access. ${login}.`,
    );
  }
  if (status === 429) {
    const wait = headers.get("retry-after");
    return fail(
      "fetch-failed",
      `The Hub received too many requests from this address and rejects the request for ${describeSubject(subject)} (429)${quoted}`,
      `Wait ${wait && /^\d+$/.test(wait) ? `${wait} s` : "some minutes"} and try again${settings.token ? "." : "; with a token (HF_TOKEN) more are allowed."}`,
    );
  }
  return fail(
    "fetch-failed",
    `The Hub answered ${status} to the request for ${describeSubject(subject)}${quoted}`,
    status >= 500 ? "Its servers report an error: try again later, see https://status.huggingface.co" : "",
  );
}

const networkReasons: Readonly<Record<string, string>> = {
  ENOTFOUND: "there is no network, or no server with this name",
  EAI_AGAIN: "names cannot be looked up: there is no network",
  ECONNREFUSED: "the server does not accept connections",
  ENETUNREACH: "there is no network",
  EHOSTUNREACH: "the server cannot be reached",
  ECONNRESET: "the connection was lost",
  EPIPE: "the connection was lost",
  ETIMEDOUT: "the server does not answer",
  UND_ERR_CONNECT_TIMEOUT: "the server does not answer",
  UND_ERR_HEADERS_TIMEOUT: "the server does not answer",
  UND_ERR_BODY_TIMEOUT: "the server stopped sending",
  UND_ERR_SOCKET: "the connection was lost",
};

/** Gets the code of a network failure, which is in the causes of fetch's error. */
export function getNetworkCode(error: unknown): string {
  let inner = error;
  for (let depth = 0; depth < 5 && inner instanceof Error; depth++) {
    const { code } = inner as NodeJS.ErrnoException;
    if (typeof code === "string") return code;
    inner = inner instanceof AggregateError ? inner.errors[0] : inner.cause;
  }
  return "";
}

/** Creates the error for a request without a response, or with an incomplete one. */
export function createNetworkError(
  error: unknown,
  subject: HubSubject,
  host: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): GolemError {
  const code = getNetworkCode(error);
  const reason =
    networkReasons[code] ?? (code === "" && error instanceof Error ? error.message : code || String(error));
  const proxy = env.HTTPS_PROXY ?? env.https_proxy ?? env.HTTP_PROXY ?? env.http_proxy;
  return new GolemError(
    "fetch-failed",
    `${beginWithSubject(subject)} could not be fetched from ${host}: ${reason}${reason === code || code === "" ? "" : ` (${code})`}.`,
    {
      hint: proxy
        ? "Check the network. A proxy is configured: Node uses it when started with NODE_USE_ENV_PROXY=1 (Node 24 and later)."
        : "Check the network and try again: received bytes are kept. HF_ENDPOINT can name another server.",
      cause: error,
    },
  );
}

/** Creates the error for a failed write to the cache; returns GolemErrors unchanged. */
export function createCacheError(error: unknown, path: string, bytes?: number): unknown {
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  if (error instanceof GolemError || code === undefined) return error;
  return new GolemError(
    "cache-failed",
    `${path} could not be written: ${describeDiskReason(error)}${bytes === undefined ? "" : `; ${Math.ceil(bytes / 1e6)} MB were to be stored`}.`,
    {
      hint: "Free some space, or move the cache: HF_HOME for models, GOLEM_HOME for the rest.",
      cause: error,
    },
  );
}

/** Gets the server's message: X-Error-Message, else its JSON's `error`; one line, at most 200 characters. */
function getServerMessage(headers: Headers, body: string): string {
  let text = headers.get("x-error-message") ?? "";
  if (text === "") {
    try {
      const { error } = parseBoundedJson(body, Error) as { error?: unknown };
      if (typeof error === "string") text = error;
    } catch {
      // Not JSON but an HTML page, which has no message.
    }
  }
  return text
    .replace(/\p{Cc}+/gu, " ")
    .trim()
    .slice(0, 200);
}
