/** Files of the Hub from a local server with its protocol: the layout of the cache, resuming, sharing. */
import { createHash } from "node:crypto";
import {
  access,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  symlink,
  unlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { HubFault } from "../../../test/support/servers/hub-answers.ts";
import { bytes, fails, files, model, start, weights } from "../../../test/support/servers/hub-files.ts";
import { type HubServer, startHubServer } from "../../../test/support/servers/hub-server.ts";
import { fetchHubFile } from "./hub-file.ts";

const hash = createHash("sha256").update(bytes).digest("hex");

const count = (server: HubServer, at: HubFault["at"], method?: string): number =>
  server.log.filter((entry) => entry.at === at && (method ?? entry.method) === entry.method).length;

describe("a file of the Hub", () => {
  it("is in the standard cache: a link in snapshots, the blob by its hash, the commit in refs", async () => {
    const { commit, settings, folder } = await start();
    const path = await fetchHubFile(weights, { settings });
    expect(path).toBe(join(folder, "snapshots", commit, "model.safetensors"));
    expect(bytes.equals(await readFile(path))).toBe(true);
    expect(await readlink(path)).toBe(join("..", "..", "blobs", hash));
    expect(await readFile(join(folder, "refs", "main"), "utf8")).toBe(commit);
    const deep = await fetchHubFile({ ...weights, path: "deep/er/é b.json" }, { settings });
    expect(await readFile(deep, "utf8")).toBe("[]");
    expect(await readlink(deep)).toBe(
      join("..", "..", "..", "..", "blobs", createHash("sha1").update("blob 2\0[]").digest("hex")),
    );
    expect((await readdir(join(folder, "blobs"))).length).toBe(2);
  });

  it("is requested once; then by commit not at all, by branch with one request for headers", async () => {
    const { server, commit, settings } = await start();
    const first = await fetchHubFile(weights, { settings });
    server.log.length = 0;
    expect(await fetchHubFile(weights, { settings })).toBe(first);
    expect(server.log.map(({ method }) => method)).toEqual(["HEAD"]);
    server.log.length = 0;
    expect(await fetchHubFile({ ...weights, revision: commit }, { settings })).toBe(first);
    await server.stop();
    const warned: string[] = [];
    const onWarning = ({ message }: { message: string }) => void warned.push(message);
    expect(await fetchHubFile(weights, { settings, onWarning })).toBe(first);
    expect(warned).toEqual([
      expect.stringMatching(/model.safetensors of the model facebook\/tiny at main .*cache/),
    ]);
    expect(server.log).toEqual([]);
    const offline = { ...settings, offline: true };
    expect(await fetchHubFile(weights, { settings: offline })).toBe(first);
    const missing = await fails(fetchHubFile({ ...weights, path: "other.bin" }, { settings: offline }));
    expect(missing).toMatchObject({ code: "fetch-failed", message: expect.stringMatching(/HF_HUB_OFFLINE/) });
  });

  it("of a new commit shares an unchanged blob", async () => {
    const { server, commit, settings, folder } = await start();
    const first = await fetchHubFile(weights, { settings });
    const next = server.put({ ...model, files: { ...files, "config.json": "{}" } });
    expect(next).not.toBe(commit);
    const before = count(server, "cdn");
    const second = await fetchHubFile(weights, { settings });
    expect(second).toBe(first.replace(commit, next));
    expect(count(server, "cdn")).toBe(before);
    expect(await readFile(join(folder, "refs", "main"), "utf8")).toBe(next);
    expect(
      await readFile(
        await fetchHubFile({ ...weights, path: "config.json", revision: commit }, { settings }),
        "utf8",
      ),
    ).toBe('{"a":1}\n');
  });

  it("fetched by Python is used, and a broken link is replaced", async () => {
    const { server, commit, settings, folder } = await start();
    await mkdir(join(folder, "snapshots", commit), { recursive: true });
    await mkdir(join(folder, "refs"));
    await mkdir(join(folder, "blobs"));
    await writeFile(join(folder, "refs", "main"), commit);
    await writeFile(join(folder, "blobs", hash), bytes);
    const path = join(folder, "snapshots", commit, "model.safetensors");
    await symlink(`../../blobs/${hash}`, path);
    expect(await fetchHubFile(weights, { settings: { ...settings, offline: true } })).toBe(path);
    expect(server.log).toEqual([]);
    await unlink(path);
    await symlink("../../blobs/gone", path);
    expect(bytes.equals(await readFile(await fetchHubFile(weights, { settings })))).toBe(true);
    expect(count(server, "cdn")).toBe(0);
  });

  it("is resumed after a lost connection, within a run and in the next", async () => {
    const { server, settings, folder } = await start();
    server.faults.push({ at: "cdn", dropAfter: 100_000 }, { at: "cdn", dropAfter: 50_000 });
    await fetchHubFile(weights, { settings });
    const ranges = server.log.filter(({ at }) => at === "cdn").map(({ range }) => range);
    expect(ranges).toEqual([undefined, "bytes=100000-", "bytes=150000-"]);

    const second = await startHubServer();
    second.put({ ...model, files });
    const other = await second.createSettings();
    second.faults.push({ at: "cdn", dropAfter: 120_000 }, { at: "cdn", status: 500, times: 99 });
    const error = await fails(fetchHubFile(weights, { settings: other }));
    expect(error).toMatchObject({ code: "fetch-failed", message: expect.stringMatching(/answered 500/) });
    second.faults.length = 0;
    second.log.length = 0;
    await fetchHubFile(weights, { settings: other });
    expect(second.log.filter(({ at }) => at === "cdn").map(({ range }) => range)).toEqual(["bytes=120000-"]);
    expect(await readdir(join(folder, "blobs"))).toEqual([hash]);
  });

  it("is resumed from a partial file of Python, but not from one that is still being written", async () => {
    const { server, settings, folder } = await start();
    await mkdir(join(folder, "blobs"), { recursive: true });
    const left = join(folder, "blobs", `${hash}.incomplete`);
    await writeFile(left, bytes.subarray(0, 1000));
    await writeFile(join(folder, "blobs", `${hash}.elsewhere.1.0.incomplete`), bytes.subarray(0, 2000));
    await fetchHubFile(weights, { settings });
    expect(server.log.at(-1)!.range).toBeUndefined();
    await access(left);

    await unlink(join(folder, "blobs", hash));
    await utimes(left, new Date(0), new Date(0));
    await fetchHubFile(weights, { settings });
    expect(server.log.at(-1)!.range).toBe("bytes=1000-");
    await expect(access(left)).rejects.toThrow();
  });

  it("is fetched from the start if the partial file is of another file, or without support of ranges", async () => {
    const { server, settings, folder } = await start();
    await mkdir(join(folder, "blobs"), { recursive: true });
    const left = join(folder, "blobs", `${hash}.incomplete`);
    await writeFile(left, new Uint8Array(1000));
    await utimes(left, new Date(0), new Date(0));
    expect(bytes.equals(await readFile(await fetchHubFile(weights, { settings })))).toBe(true);
    expect(server.log.filter(({ at }) => at === "cdn").map(({ range }) => range)).toEqual([
      "bytes=1000-",
      undefined,
    ]);

    const { server: plain, settings: other } = await start();
    plain.faults.push({ at: "cdn", dropAfter: 70_000 }, { at: "cdn", ignoresRange: true });
    expect(bytes.equals(await readFile(await fetchHubFile(weights, { settings: other })))).toBe(true);
  });

  it("reports progress in bytes", async () => {
    const { settings } = await start();
    const reports: number[] = [];
    await fetchHubFile(weights, {
      settings,
      onProgress: ({ completed, total, stage }) => {
        expect([total, stage]).toEqual([300_000, "fetching model.safetensors of facebook/tiny"]);
        reports.push(completed);
      },
    });
    expect(reports.at(0)).toBe(0);
    expect(reports.at(-1)).toBe(300_000);
    expect(reports).toEqual([...reports].sort((a, b) => a - b));
  });

  it("keeps received bytes if the transfer is aborted", async () => {
    const { server, settings } = await start();
    const controller = new AbortController();
    const onProgress = ({ completed }: { completed: number }): void => {
      if (completed > 0) controller.abort();
    };
    const error = await fails(fetchHubFile(weights, { settings, signal: controller.signal, onProgress }));
    expect(error).toMatchObject({ code: "aborted" });
    await fetchHubFile(weights, { settings });
    expect(server.log.at(-1)!.range).toMatch(/^bytes=[1-9]\d*-$/);
  });

  it("may be fetched twice at the same time", async () => {
    const { settings, folder } = await start();
    const paths = await Promise.all([1, 2, 3].map(() => fetchHubFile(weights, { settings })));
    expect(new Set(paths).size).toBe(1);
    expect(bytes.equals(await readFile(paths[0]!))).toBe(true);
    expect((await lstat(paths[0]!)).isSymbolicLink()).toBe(true);
    expect(await readdir(join(folder, "blobs"))).toEqual([hash]);
  });
});
