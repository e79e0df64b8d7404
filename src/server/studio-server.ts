/**
 * Serves the studio's site to browsers on this machine: isolated, so that threads work, and under a policy that lets nothing out.
 *
 * Must not know: what the site consists of.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { GolemError } from "../core/error.ts";
import { readSiteFile, type StudioSite } from "../node/studio-site.ts";
import { createRequestGuard } from "./request-guard.ts";

/** A server that was opened. */
export interface StudioServer {
  /** With the real port. */
  readonly url: string;
  close(): Promise<void>;
}

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

/** Pages of others do not reach it, neither directly nor by a name that leads here (DNS rebinding). */
const guard = createRequestGuard({ hosts: [], origins: [] });

/** Quality of brotli: most of the gain in a second. */
const brotliQuality = 5;

/** Opens the server on 127.0.0.1. Rejects with `output-failed` where the port is taken. */
export async function startStudioServer(site: StudioSite, port: number): Promise<StudioServer> {
  const compress = createCompressor();
  const server = createServer((request, response) => {
    answer(site, compress, request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => reject(describeListenError(cause, port)));
    server.listen(port, "127.0.0.1", resolve);
  });
  const { port: found } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${found}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function describeListenError(cause: NodeJS.ErrnoException, port: number): GolemError {
  return new GolemError(
    "output-failed",
    `Port ${port} cannot be listened on: ${cause.code ?? cause.message}.`,
    {
      hint: `Is a studio running already? Then open http://127.0.0.1:${port}/. Another --port works too, but browsers keep recordings for each address apart.`,
      cause,
    },
  );
}

type Compressor = (
  address: string,
  bytes: Uint8Array,
  accepted: string,
) => Promise<{ bytes: Uint8Array; encoding?: string }>;

/** Compresses each file once. */
function createCompressor(): Compressor {
  const done = new Map<string, Promise<Uint8Array>>();
  return async (address, bytes, accepted) => {
    const encoding = /\bbr\b/.test(accepted) ? "br" : /\bgzip\b/.test(accepted) ? "gzip" : undefined;
    if (!encoding || !/\.(html|js|mjs|css|svg|wasm)$/.test(address)) return { bytes };
    const key = `${encoding} ${address}`;
    const made =
      done.get(key) ??
      (encoding === "br"
        ? promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: brotliQuality } })
        : promisify(gzip)(bytes));
    done.set(key, made);
    return { bytes: await made, encoding };
  };
}

async function answer(
  site: StudioSite,
  compress: Compressor,
  { method, url = "/", headers: asked }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    guard(asked.host, asked.origin);
  } catch (error) {
    response.writeHead(403, { "content-type": "text/plain" }).end(`${(error as Error).message}\n`);
    return;
  }
  if (method !== "GET" && method !== "HEAD") {
    response.writeHead(405, { allow: "GET, HEAD" }).end();
    return;
  }
  const path = decodePath(url);
  const address = path === "/" ? "index.html" : path?.slice(1);
  const file = address === undefined ? undefined : site.get(address);
  if (!file || address === undefined) {
    response.writeHead(404, { ...headers, "content-type": "text/plain" }).end("There is nothing here.\n");
    return;
  }
  const encodings = String(asked["accept-encoding"] ?? "");
  const { bytes, encoding } = await compress(address, await readSiteFile(file), encodings);
  response.writeHead(200, {
    ...headers,
    "content-type": types[extname(address)] ?? "application/octet-stream",
    "content-length": bytes.length,
    // Names of built files hold their hashes.
    "cache-control": address.startsWith("assets/") ? "public, max-age=31536000, immutable" : "no-cache",
    ...(encoding ? { "content-encoding": encoding, vary: "accept-encoding" } : {}),
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
