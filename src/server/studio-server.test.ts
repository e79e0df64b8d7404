/** Files that a browser has cached are not sent again, in any encoding. */
import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type StudioServer, startStudioServer } from "./studio-server.ts";

let folder: string;
let file: string;
let server: StudioServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "golem-site-"));
  file = join(folder, "page.html");
  await writeFile(file, "<p>first</p>");
  const bytes = new TextEncoder().encode("{}");
  server = await startStudioServer(
    new Map([
      ["index.html", { path: file }],
      ["gallery/gallery.json", { bytes }],
    ]),
    0,
  );
});
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Uses `request`, since `fetch` sets the accepted encodings itself. */
function get(path: string, headers: Record<string, string> = {}) {
  return new Promise<{ status: number; headers: Record<string, unknown>; bytes: number }>(
    (resolve, reject) => {
      request(new URL(path, server.url), { headers }, (response) => {
        let bytes = 0;
        response.on("data", (chunk) => {
          bytes += chunk.length;
        });
        response.on("end", () => resolve({ status: response.statusCode!, headers: response.headers, bytes }));
      })
        .on("error", reject)
        .end();
    },
  );
}

it.each(["", "br", "gzip"])("does not send unchanged files again, encoded as '%s'", async (encoding) => {
  for (const path of ["/", "/gallery/gallery.json"]) {
    const accept = { "accept-encoding": encoding };
    const first = await get(path, accept);
    expect(first).toMatchObject({ status: 200, headers: { etag: expect.stringMatching(/^"[\w-]+"$/) } });
    const tag = String(first.headers.etag);
    for (const asked of [tag, `W/${tag}`, `"other", ${tag}`, "*"]) {
      const again = await get(path, { ...accept, "if-none-match": asked });
      expect(again).toMatchObject({ status: 304, bytes: 0, headers: { etag: tag } });
      expect(again.headers["cross-origin-opener-policy"]).toBe("same-origin");
    }
    expect((await get(path, { ...accept, "if-none-match": '"other"' })).status).toBe(200);
  }
});

it("distinguishes encodings", async () => {
  const tags = ["", "br", "gzip"].map(async (encoding) => {
    const { headers } = await get("/", { "accept-encoding": encoding });
    expect(headers.vary).toBe("accept-encoding");
    return headers.etag;
  });
  expect(new Set(await Promise.all(tags)).size).toBe(3);
});

it("sends changed files, compressed again", async () => {
  const accept = { "accept-encoding": "br" };
  const { headers, bytes } = await get("/", accept);
  await writeFile(file, `<p>${"second ".repeat(9)}and more</p>`);
  await utimes(file, new Date(), new Date(Date.now() + 5000));
  const changed = await get("/", { ...accept, "if-none-match": String(headers.etag) });
  expect(changed.status).toBe(200);
  expect(changed.bytes).not.toBe(bytes);
});
