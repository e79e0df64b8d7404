/** A server of static files for browser tests: folders under addresses, with the strict policy that the library promises to work under. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/** What a page with a golem on it needs, and nothing more. */
const strictPolicy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:";

/** A running server. */
export interface StaticServer {
  /** "http://localhost:PORT" */
  readonly origin: string;
  /** Paths asked for, in order. */
  readonly requests: string[];
  close(): Promise<void>;
}

/**
 * Starts a server. `folders`: address prefix ("/weights/") to folder; the longest that fits counts. `pages`: address to HTML.
 * `isolated`: with the headers that allow threads.
 */
export async function startStaticServer(
  folders: Readonly<Record<string, string>>,
  options: { readonly pages?: Readonly<Record<string, string>>; readonly isolated?: boolean } = {},
): Promise<StaticServer> {
  const requests: string[] = [];
  const prefixes = Object.keys(folders).sort((a, b) => b.length - a.length);
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
    requests.push(path);
    response.setHeader("content-security-policy", strictPolicy);
    response.setHeader("x-content-type-options", "nosniff");
    if (options.isolated) {
      response.setHeader("cross-origin-opener-policy", "same-origin");
      response.setHeader("cross-origin-embedder-policy", "require-corp");
    }
    const page = options.pages?.[path];
    if (page !== undefined) {
      response.setHeader("content-type", types[".html"]!);
      response.end(page);
      return;
    }
    const prefix = prefixes.find((candidate) => path.startsWith(candidate));
    const rest = prefix && normalize(path.slice(prefix.length) || "index.html");
    const file = rest && !rest.startsWith("..") ? join(folders[prefix]!, rest) : undefined;
    const info = file ? await stat(file).catch(() => undefined) : undefined;
    if (!file || !info?.isFile()) {
      response.statusCode = 404;
      response.end();
      return;
    }
    response.setHeader("content-type", types[extname(file)] ?? "application/octet-stream");
    response.setHeader("content-length", info.size);
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
