/**
 * A server that speaks the Hugging Face Hub's protocol, for tests: API, resolve, redirects, ETag, X-Linked-*, X-Repo-Commit,
 * X-Error-Code, ranges; large files on a second port as on a content network. Faults can be put in its way.
 *
 * As the Hub does: small files are redirected to a relative address on the same server, large ones to a signed address
 * on another that refuses an Authorization header; a missing repository is a 401 for those without a token.
 */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import type { HubSettings } from "../../../src/node/hub/hub-settings.ts";
import { createScratchFolder } from "../scratch-folder.ts";
import { answerFault, fail, type HubFault, type HubLogEntry, send } from "./hub-answers.ts";

interface Revision {
  readonly commit: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** A repository as a test describes it. */
export interface HubContent {
  readonly type: "model" | "dataset";
  readonly id: string;
  readonly revision?: string;
  readonly files: Readonly<Record<string, Uint8Array | string>>;
  readonly card?: unknown;
  /** Only these tokens may read it. */
  readonly tokens?: readonly string[];
  /** Its existence is public. */
  readonly gated?: boolean;
  /** What the Hub says of it; null: nothing. */
  readonly private?: boolean | null;
}

/** A running server. */
export interface HubServer {
  readonly endpoint: string;
  readonly log: HubLogEntry[];
  readonly faults: HubFault[];
  /** Puts files at a revision; returns the commit. */
  put(content: HubContent): string;
  /** Settings that lead here, with a cache of their own. */
  createSettings(changes?: Partial<HubSettings>): Promise<HubSettings>;
  stop(): Promise<void>;
}

const isLarge = (path: string): boolean => /\.(safetensors|bin|parquet|onnx)$/.test(path);
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const gitSha1 = (bytes: Uint8Array): string =>
  createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");

/** Starts a server that stops with the test. */
export async function startHubServer(): Promise<HubServer> {
  const repos = new Map<string, { content: HubContent; revisions: Map<string, Revision> }>();
  const log: HubLogEntry[] = [];
  const faults: HubFault[] = [];
  const left = new Map<HubFault, number>();
  const blobs = new Map<string, Uint8Array>();

  const takeFault = (at: HubFault["at"], method: string): HubFault | undefined => {
    const fault = faults.find((fault) => fault.at === at && (fault.method ?? method) === method);
    if (!fault) return undefined;
    if (fault.forMilliseconds !== undefined) {
      if (!left.has(fault)) left.set(fault, performance.now() + fault.forMilliseconds);
      if (performance.now() < left.get(fault)!) return fault;
      faults.splice(faults.indexOf(fault), 1);
      return undefined;
    }
    const rest = (left.get(fault) ?? fault.times ?? 1) - 1;
    left.set(fault, rest);
    if (rest <= 0) faults.splice(faults.indexOf(fault), 1);
    return fault;
  };

  const note = (at: HubFault["at"], request: IncomingMessage): HubLogEntry => {
    const { range, authorization } = request.headers;
    const entry = { at, method: request.method!, url: request.url!, range, authorization, bytes: 0 };
    log.push(entry);
    return entry;
  };

  const cdn = createServer((request, response) => {
    const entry = note("cdn", request);
    const fault = takeFault("cdn", request.method!);
    if (answerFault(fault, response)) return;
    const blob = blobs.get(request.url!.slice(1).split("?")[0]!);
    if (request.headers.authorization) fail(response, 400, "", "Only one auth mechanism allowed");
    else if (!blob || !request.url!.includes("Signature=")) fail(response, 403, "", "Access denied");
    else send(request, response, entry, blob, { etag: '"of-the-content-network"' }, fault);
  });

  const hub = createServer((request, response) => {
    const url = new URL(request.url!, "http://hub");
    const api = /^\/api\/(models|datasets)\/(.+?)\/revision\/([^/]+)$/.exec(url.pathname);
    const cached = /^\/api\/resolve-cache\/(models|datasets)\/([^/]+\/[^/]+)\/([^/]+)\/(.+)$/.exec(
      url.pathname,
    );
    const resolve = /^\/(datasets\/)?([^/]+(?:\/[^/]+)?)\/resolve\/([^/]+)\/(.+)$/.exec(url.pathname);
    const entry = note(api ? "api" : "resolve", request);
    const fault = takeFault(entry.at, request.method!);
    if (answerFault(fault, response)) return;
    const match = api ?? cached ?? resolve;
    if (!match) {
      response.writeHead(404).end();
      return;
    }
    const type = /^\/?(api\/(resolve-cache\/)?)?datasets/.test(url.pathname) ? "dataset" : "model";
    const id = match[2]!;
    const revisionName = decodeURIComponent(match[3]!);
    const repo = repos.get(`${type}:${id}`);
    const token = request.headers.authorization?.replace(/^Bearer /, "");
    const allowed = !repo?.content.tokens || (token !== undefined && repo.content.tokens.includes(token));
    if (repo?.content.gated && !allowed) {
      const message = `Access to ${type} ${id} is restricted. You must have access to it and be authenticated.`;
      fail(response, token ? 403 : 401, "GatedRepo", message);
      return;
    }
    if (!repo || !allowed) {
      if (token) fail(response, 404, "RepoNotFound", "Repository not found");
      else fail(response, 401, "RepoNotFound", "Invalid username or password.");
      return;
    }
    const revision =
      repo.revisions.get(revisionName) ??
      [...repo.revisions.values()].find(({ commit }) => commit === revisionName);
    if (!revision) {
      fail(response, 404, "RevisionNotFound", `Invalid rev id: ${revisionName}`);
      return;
    }
    if (api) {
      const document = {
        ...{ id, sha: revision.commit, gated: false, cardData: repo.content.card },
        ...(repo.content.private === null ? {} : { private: repo.content.private ?? false }),
        siblings: [...revision.files.keys()].map((rfilename) => ({ rfilename })),
      };
      const headers = { "content-type": "application/json" };
      send(request, response, entry, Buffer.from(JSON.stringify(document)), headers, fault);
      return;
    }
    const path = match[4]!.split("/").map(decodeURIComponent).join("/");
    const bytes = revision.files.get(path);
    const common = { "x-repo-commit": revision.commit };
    if (!bytes) {
      fail(response, 404, "EntryNotFound", "Entry not found");
    } else if (isLarge(path)) {
      const hash = sha256(bytes);
      blobs.set(hash, bytes);
      response.writeHead(302, {
        ...common,
        "x-linked-etag": `"${hash}"`,
        "x-linked-size": String(bytes.length),
        "content-length": "17",
        location: `${getOrigin(cdn, "localhost")}/${hash}?Expires=1&Signature=abc`,
      });
      response.end(request.method === "HEAD" ? undefined : "Found. Redirect.\n");
    } else if (cached) {
      send(request, response, entry, bytes, { ...common, etag: `"${gitSha1(bytes)}"` }, fault);
    } else {
      const location = `/api/resolve-cache/${type}s/${id}/${revision.commit}/${match[4]}?etag=1`;
      response.writeHead(307, { ...common, "x-linked-size": String(bytes.length), location });
      response.end();
    }
  });

  await Promise.all([listen(hub), listen(cdn)]);
  const stop = async (): Promise<void> => {
    await Promise.all([hub, cdn].map((server) => close(server)));
  };
  onTestFinished(stop);
  const endpoint = getOrigin(hub);
  return {
    endpoint,
    log,
    faults,
    put(content) {
      const { type, id, revision = "main" } = content;
      const files = new Map(
        Object.entries(content.files).map(([path, data]) => [
          path,
          typeof data === "string" ? Buffer.from(data) : data,
        ]),
      );
      const hash = createHash("sha1").update(`${type}:${id}@${revision}`);
      for (const [path, bytes] of files) hash.update(path).update(bytes);
      const commit = hash.digest("hex");
      const repo = repos.get(`${type}:${id}`);
      const revisions = repo?.revisions ?? new Map<string, Revision>();
      // The last commit stays readable under its own name, as in any repository.
      const last = revisions.get(revision);
      if (last) revisions.set(last.commit, last);
      revisions.set(revision, { commit, files });
      repos.set(`${type}:${id}`, { content: { ...repo?.content, ...content }, revisions });
      return commit;
    },
    createSettings: async (changes = {}) => ({
      endpoint,
      cache: await createScratchFolder(),
      token: undefined,
      offline: false,
      retryMilliseconds: 1,
      silenceMilliseconds: 5000,
      ...changes,
    }),
    stop,
  };
}

/** The content network has another host name, too: Hugging Face's clients compare names, not ports. */
function getOrigin(server: Server, host = "127.0.0.1"): string {
  return `http://${host}:${(server.address() as AddressInfo).port}`;
}

async function listen(server: Server): Promise<void> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
