/**
 * A small npm registry on this machine: serves packages packed for the test to the real npm client, counts requests, and
 * fails on demand.
 */
import { createHash } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { Header } from "tar";
import { onTestFinished } from "vitest";

/** One entry of a tarball; `type` "File" unless said otherwise. */
export interface TarEntry {
  readonly path: string;
  readonly content?: string | Uint8Array;
  readonly type?: "File" | "Link" | "SymbolicLink" | "Directory";
  readonly linkpath?: string;
}

/** Ways to misbehave. `stall` sends half a tarball and then nothing; `cut` hangs up instead. */
export type Fault = "none" | "cut" | "stall" | "not-found" | "unauthorized" | "broken";

/** A running registry. */
export interface Registry {
  /** Paths asked for so far. */
  readonly requests: string[];
  /** May be changed at any time. */
  fault: Fault;
  /** Resolves when half a tarball has been sent under the fault `stall`. */
  readonly stalled: Promise<void>;
  readonly url: string;
}

/** Packs entries as they are given, tricks included, which a packing tool would refuse to write. */
export function packTarball(entries: readonly TarEntry[]): Buffer {
  const blocks: Buffer[] = [];
  for (const { path, content = "", type = "File", linkpath } of entries) {
    const body = Buffer.from(content);
    const block = Buffer.alloc(512);
    const mtime = new Date(0);
    const link = linkpath === undefined ? {} : { linkpath };
    new Header({ path, size: body.length, type, mode: 0o644, mtime, ...link }).encode(block, 0);
    blocks.push(block, body, Buffer.alloc((512 - (body.length % 512)) % 512));
  }
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

/** Serves version 1.0.0 of one package. `name` may have a scope. */
export async function startRegistry(name: string, tarball: Uint8Array): Promise<Registry> {
  let stalled = () => {};
  const registry = {
    requests: [] as string[],
    fault: "none" as Fault,
    stalled: new Promise<void>((resolve) => {
      stalled = resolve;
    }),
    url: "",
  };
  const hash = (algorithm: string, encoding: "hex" | "base64") =>
    createHash(algorithm).update(tarball).digest(encoding);
  const sendTarball = (response: ServerResponse): void => {
    response.writeHead(200, { "content-length": tarball.length });
    if (registry.fault === "none") {
      response.end(tarball);
      return;
    }
    response.write(tarball.subarray(0, tarball.length >> 1), () => {
      if (registry.fault === "cut") response.destroy();
      else stalled();
    });
  };
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? "");
    registry.requests.push(path);
    const status = { "not-found": 404, unauthorized: 401, broken: 500 }[registry.fault as string];
    if (status !== undefined) {
      response.writeHead(status, { "content-type": "application/json" }).end('{"error":"no such luck"}');
    } else if (path.endsWith(".tgz")) {
      sendTarball(response);
    } else {
      const dist = {
        tarball: `${registry.url}/${name}/-/package-1.0.0.tgz`,
        integrity: `sha512-${hash("sha512", "base64")}`,
        shasum: hash("sha1", "hex"),
      };
      const version = { name, version: "1.0.0", dist };
      response.writeHead(200, { "content-type": "application/json" });
      response.end(
        JSON.stringify({ name, "dist-tags": { latest: "1.0.0" }, versions: { "1.0.0": version } }),
      );
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  registry.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return registry;
}
