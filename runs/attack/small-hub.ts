/**
 * The part of the Hugging Face Hub's protocol that loading a data set needs, over files in memory.
 *
 * Not its concern: faults of the network (test/support/hub-server.ts).
 */
import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** One data set: its files, names of files that are only listed, and its card. */
export interface SmallDataset {
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly listed?: readonly string[];
  readonly card?: unknown;
}

const commit = "0".repeat(40);

/** Serves data sets by name ("owner/name"); resolves with the address and what ends it. */
export async function serveHub(
  datasets: Readonly<Record<string, SmallDataset>>,
): Promise<{ readonly endpoint: string; stop(): void }> {
  const server: Server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url!, "http://hub").pathname);
    const match = /^\/(?:api\/)?datasets\/([^/]+\/[^/]+)\/(revision|resolve)\/[^/]+(?:\/(.+))?$/.exec(path);
    const dataset = datasets[match?.[1] ?? ""];
    const bytes = dataset?.files[match?.[3] ?? ""];
    if (dataset && match?.[2] === "revision") {
      const names = [...Object.keys(dataset.files), ...(dataset.listed ?? [])];
      response.setHeader("content-type", "application/json");
      response.end(
        JSON.stringify({
          ...{ id: match[1], sha: commit, private: false, gated: false, cardData: dataset.card ?? {} },
          siblings: names.map((rfilename) => ({ rfilename })),
        }),
      );
      return;
    }
    if (!bytes) {
      response.writeHead(404).end();
      return;
    }
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
    const start = Number(range?.[1] ?? 0);
    const end = range?.[2] ? Math.min(bytes.length, Number(range[2]) + 1) : bytes.length;
    response.writeHead(range ? 206 : 200, {
      "x-repo-commit": commit,
      etag: `"${createHash("sha256").update(bytes).digest("hex")}"`,
      "accept-ranges": "bytes",
      "content-length": String(end - start),
      ...(range ? { "content-range": `bytes ${start}-${end - 1}/${bytes.length}` } : {}),
    });
    response.end(request.method === "HEAD" ? undefined : bytes.subarray(start, end));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => server.close().closeAllConnections(),
  };
}
