/**
 * Serves the studio's site to browsers on this machine: cross-origin isolated, so that threads work, and with
 * a content security policy that allows no connections to other servers.
 *
 * Own code rather than `serveStatic` of @hono/node-server: the site consists of files in several folders and
 * bytes in memory, and serveStatic sends no ETag, answers no If-None-Match, and does not compress. Hono's
 * `etag` reads and hashes the whole file for each request, and its `compress` does not support brotli and
 * does not cache.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { extname } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { getSiteFileTag, readSiteFile, type SiteFile, type StudioSite } from "../node/export/studio-site.ts";
import { openPort } from "./http/open-port.ts";
import { createRequestGuard } from "./request-guard.ts";

/** A server that was opened. */
export interface StudioServer {
  /** Address with the real port. */
  readonly url: string;
  close(): Promise<void>;
}

/** An answer that is not a file of the site. */
export interface ExtraAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: Uint8Array;
}

/** Answers requests for addresses other than the site's files; for undefined, the site answers. */
export type ExtraRoutes = (
  request: IncomingMessage,
  path: string,
  query: URLSearchParams,
) => Promise<ExtraAnswer | undefined>;

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

const headers: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; media-src blob:; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "microphone=(self), camera=(), geolocation=()",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/**
 * Rejects pages of other origins, which might reach the server directly or by a name that resolves to this
 * machine (DNS rebinding).
 */
const guard = createRequestGuard({ hosts: [], origins: [] });

/** Quality of brotli: most of the compression, within a second. */
const brotliQuality = 5;

/** Opens the server on 127.0.0.1. Rejects with `output-failed` if the port is taken. */
export async function startStudioServer(
  site: StudioSite,
  port: number,
  routes?: ExtraRoutes,
): Promise<StudioServer> {
  const read = createReader();
  const server = createServer((request, response) => {
    answer({ site, read, routes }, request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  const host = "127.0.0.1";
  const hint = `If a studio is already running, open http://${host}:${port}/. Another --port works too, but browsers store recordings separately per address.`;
  const address = await openPort(server, { port, host, hint });
  return {
    url: `http://${host}:${address.port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type Encoding = "br" | "gzip";

/** The contents of a file in one encoding. */
type Reader = (file: SiteFile, tag: string, encoding: Encoding | undefined) => Promise<Uint8Array>;

/** Compresses each state of each file once. */
function createReader(): Reader {
  const done = new Map<string, Promise<Uint8Array>>();
  const compress = async (file: SiteFile, encoding: Encoding): Promise<Uint8Array> => {
    const bytes = await readSiteFile(file);
    return encoding === "br"
      ? promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: brotliQuality } })
      : promisify(gzip)(bytes);
  };
  return (file, tag, encoding) => {
    if (!encoding) return readSiteFile(file);
    const made = done.get(tag) ?? compress(file, encoding);
    done.set(tag, made);
    made.catch(() => done.delete(tag));
    return made;
  };
}

function chooseEncoding(accepted: string): Encoding | undefined {
  return /\bbr\b/.test(accepted) ? "br" : /\bgzip\b/.test(accepted) ? "gzip" : undefined;
}

/** Whether the browser already has this state of the file (RFC 9110, 13.1.2: weak comparison). */
function hasTag(tagList: string | undefined, tag: string): boolean {
  const tags = tagList?.split(",").map((one) => one.trim().replace(/^W\//, "")) ?? [];
  return tags.includes(tag) || tags.includes("*");
}

async function answer(
  {
    site,
    read,
    routes,
  }: { readonly site: StudioSite; readonly read: Reader; readonly routes: ExtraRoutes | undefined },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method, url = "/", headers: asked } = request;
  try {
    guard(asked.host, asked.origin);
  } catch (error) {
    response.writeHead(403, { "content-type": "text/plain" }).end(`${(error as Error).message}\n`);
    return;
  }
  const path = decodePath(url);
  const extra = path && (await routes?.(request, path, new URL(url, "http://127.0.0.1").searchParams));
  if (extra) {
    const { status, type, body } = extra;
    // The rest of a rejected body would be parsed as the next request.
    const connection = request.complete ? {} : { connection: "close" };
    const own = { "content-type": type, "content-length": body.length, "cache-control": "no-store" };
    response.writeHead(status, { ...headers, ...own, ...connection }).end(body);
    return;
  }
  if (method !== "GET" && method !== "HEAD") {
    response.writeHead(405, { allow: "GET, HEAD" }).end();
    return;
  }
  const address = path === "/" ? "index.html" : path?.slice(1);
  const file = address === undefined ? undefined : site.get(address);
  if (!file || address === undefined) {
    response.writeHead(404, { ...headers, "content-type": "text/plain" }).end("There is nothing here.\n");
    return;
  }
  const isCompressible = /\.(html|js|mjs|css|svg|wasm)$/.test(address);
  const encoding = isCompressible ? chooseEncoding(String(asked["accept-encoding"] ?? "")) : undefined;
  const etag = `"${await getSiteFileTag(address, file)}${encoding ? `-${encoding}` : ""}"`;
  const kept = {
    ...headers,
    etag,
    // Names of built files contain their hashes.
    "cache-control": address.startsWith("assets/") ? "public, max-age=31536000, immutable" : "no-cache",
    ...(isCompressible ? { vary: "accept-encoding" } : {}),
  };
  if (hasTag(asked["if-none-match"], etag)) {
    response.writeHead(304, kept).end();
    return;
  }
  const bytes = await read(file, etag, encoding);
  response.writeHead(200, {
    ...kept,
    "content-type": types[extname(address)] ?? "application/octet-stream",
    "content-length": bytes.length,
    ...(encoding ? { "content-encoding": encoding } : {}),
  });
  response.end(method === "HEAD" ? undefined : bytes);
}

function decodePath(url: string): string | undefined {
  try {
    return decodeURIComponent(new URL(url, "http://127.0.0.1").pathname);
  } catch {
    return undefined;
  }
}
