/** The contract of object stores, over a folder and a real S3 server. */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { useBuckets } from "../../../test/support/servers/bucket-server.ts";
import { GolemError } from "../../core/error.ts";
import { createObjectSource, findKeyFault, readObject } from "./object-store.ts";
import { openObjectStore } from "./open-store.ts";
import { loadOptionalPackage } from "./optional-package.ts";

useBuckets(["sounds", "runs"]);
const bytesOf = (text: string) => new TextEncoder().encode(text);

describe.each(["a folder", "S3"])("the store of %s", (kind) => {
  const open = async () =>
    openObjectStore(kind === "S3" ? `s3://sounds/contract-${Math.random()}` : await createScratchFolder());

  it("writes, lists and reads by ranges", async () => {
    const store = await open();
    for (const key of ["b/two", "a/one", "a/1/deep", "ab"])
      await store.write(key, bytesOf(`content of ${key}`));
    await store.write("ab", bytesOf("changed"));
    const found: string[] = [];
    for await (const { key, size, modified, version } of store.list("")) {
      found.push(`${key} ${size}`);
      expect(modified).toBeGreaterThan(Date.now() - 60_000);
      expect(version).not.toBe("");
    }
    expect(found.sort()).toEqual(["a/1/deep 19", "a/one 16", "ab 7", "b/two 16"]);
    const inA: string[] = [];
    for await (const { key } of store.list("a/")) inA.push(key);
    expect(inA.sort()).toEqual(["a/1/deep", "a/one"]);
    expect(new TextDecoder().decode(await store.read("b/two", 8, 2))).toBe("of");
    expect(new TextDecoder().decode(await store.read("b/two", 11, 100))).toBe("b/two");
    expect(await store.read("b/two", 100, 5)).toHaveLength(0);
    const source = createObjectSource(store, { key: "b/two", size: 16 }, { blockBytes: 4 });
    expect(new TextDecoder().decode(await source.read(2, 3))).toBe("nte");
    expect(new TextDecoder().decode(await source.read(0, 16))).toBe("content of b/two");
    await expect(readObject(store, "b/two", 15)).rejects.toMatchObject({ code: "too-large" });
  });

  it("rejects keys that lead out of it, and names missing objects", async () => {
    const store = await open();
    for (const key of ["../x", "/x", "a/../../x", "a//x", "a\u0000b", "a\nb", "a\\b", ""]) {
      expect(findKeyFault(key)).toBeDefined();
      await expect(store.read(key, 0, 1)).rejects.toMatchObject({ code: "invalid-data" });
      await expect(store.write(key, bytesOf("x"))).rejects.toMatchObject({ code: "invalid-data" });
    }
    await expect(store.read("nothing", 0, 1)).rejects.toMatchObject({ code: "data-not-found" });
    for await (const _ of store.list("")) throw new Error("it is not empty");
  });
});

describe("errors of S3", () => {
  it("name a missing bucket, an unreachable server, an invalid address, a missing package", async () => {
    const missing = await openObjectStore("s3://nowhere/x");
    await expect(readObject(missing, "run.json", 10)).rejects.toMatchObject({ code: "data-not-found" });
    await expect(openObjectStore("s3://")).rejects.toMatchObject({ code: "usage" });
    await expect(openObjectStore("s3://bucket/../x")).rejects.toMatchObject({ code: "usage" });
    const known = process.env.AWS_ENDPOINT_URL;
    process.env.AWS_ENDPOINT_URL = "http://127.0.0.1:9";
    try {
      const store = await openObjectStore("s3://sounds/x");
      await expect(store.write("a", bytesOf("a"))).rejects.toMatchObject({ code: "output-failed" });
    } finally {
      process.env.AWS_ENDPOINT_URL = known;
    }
    const name = "a-package-that-is-not-there";
    const load = () => import(/* @vite-ignore */ name);
    const error = await loadOptionalPackage([name], "Reading s3://", async () => {
      try {
        return await load();
      } catch {
        // Worded as by Node.
        throw Object.assign(new Error(`Cannot find package '${name}' imported from x`), {
          code: "ERR_MODULE_NOT_FOUND",
        });
      }
    }).catch((found: unknown) => found);
    expect(error).toBeInstanceOf(GolemError);
    expect(error).toMatchObject({
      code: "missing-package",
      hint: expect.stringContaining(`npm install ${name}`),
    });
  });
});

describe("invalid answers of S3", () => {
  /** Starts a server with the given answers, at the address in the variables of AWS tools. */
  async function open(answer: (request: IncomingMessage, response: ServerResponse) => void) {
    const server = createServer(answer);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const known = process.env.AWS_ENDPOINT_URL;
    process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    onTestFinished(() => {
      process.env.AWS_ENDPOINT_URL = known;
      server.closeAllConnections();
      server.close();
    });
    return openObjectStore("s3://sounds/x");
  }

  it("are read up to the requested number of bytes, although the body never ends", async () => {
    let sent = 0;
    const store = await open((_, response) => {
      response.writeHead(206, { "content-range": "bytes 0-9/10" });
      const write = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(1 << 16, 7))) sent += 1 << 16;
      };
      response.on("drain", write);
      write();
    });
    expect(Array.from(await store.read("a", 0, 10))).toEqual(Array.from({ length: 10 }, () => 7));
    expect(sent).toBeLessThan(64 << 20);
    await expect(readObject(store, "a", 100_000)).rejects.toMatchObject({ code: "too-large" });
  });

  it("are rejected if they contain other bytes than requested", async () => {
    const whole = await open((_, response) => response.end("all of it"));
    expect(new TextDecoder().decode(await whole.read("a", 0, 3))).toBe("all");
    await expect(whole.read("a", 4, 2)).rejects.toMatchObject({
      code: "fetch-failed",
      message: expect.stringMatching(/from 4 were requested; received the whole object/),
    });
    const shifted = await open((_, response) => {
      response.writeHead(206, { "content-range": "bytes 2-9/10" }).end("of it");
    });
    await expect(shifted.read("a", 4, 2)).rejects.toMatchObject({ code: "fetch-failed" });
  });

  it("are rejected if a list repeats itself", async () => {
    const page = (token: string, content: string) =>
      `<?xml version="1.0"?><ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>${token}</NextContinuationToken>${content}</ListBucketResult>`;
    const object = "<Contents><Key>x/a</Key><Size>1</Size></Contents>";
    let count = 0;
    const pages = [() => page("same", object), () => page(String(count++), "")];
    for (const create of pages) {
      const store = await open((_, response) => {
        response.writeHead(200, { "content-type": "application/xml" }).end(create());
      });
      const list = async () => {
        for await (const { key } of store.list("")) expect(key).toBe("a");
      };
      await expect(list()).rejects.toMatchObject({ code: "fetch-failed" });
    }
  });
});
