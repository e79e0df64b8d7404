/** Revisions of the Hub, and files read by ranges, from a local server with its protocol. */
import { describe, expect, it } from "vitest";
import { bytes, fails, files, model, start, weights } from "../../../test/support/servers/hub-files.ts";
import { openHubFile } from "./hub-byte-source.ts";
import { fetchHubFile, fetchHubRevision, resolveHubRevision } from "./hub-file.ts";

describe("a revision of the Hub", () => {
  it("is a commit with a list of files; offline, of those in the cache", async () => {
    const { server, commit, settings } = await start();
    server.put({
      ...model,
      type: "dataset",
      revision: "refs/convert/parquet",
      files: { "a/b/0000.parquet": bytes },
    });
    expect(await resolveHubRevision(model, "main", { settings })).toBe(commit);
    expect(await fetchHubRevision(model, "main", { settings })).toMatchObject({
      commit,
      files: Object.keys(files),
    });
    const converted = await fetchHubRevision({ ...model, type: "dataset" }, "refs/convert/parquet", {
      settings,
    });
    expect(converted.files).toEqual(["a/b/0000.parquet"]);
    server.log.length = 0;
    expect(await resolveHubRevision(model, commit, { settings })).toBe(commit);
    expect(server.log).toEqual([]);
    await fetchHubFile({ ...weights, path: "config.json" }, { settings });
    await server.stop();
    const found = await fetchHubRevision(model, "main", { settings: { ...settings, offline: true } });
    expect(found).toEqual({ commit, files: ["config.json"], card: undefined });
    expect(await fetchHubRevision(model, "main", { settings })).toEqual(found);
  });

  it("is requested again if the response is incomplete", async () => {
    const { server, commit, settings } = await start();
    server.faults.push({ at: "api", dropAfter: 10 });
    expect(await resolveHubRevision(model, "main", { settings })).toBe(commit);
    server.faults.push({ at: "api", dropAfter: 10, times: 99 });
    expect(await fails(resolveHubRevision(model, "main", { settings }))).toMatchObject({
      code: "fetch-failed",
      message: expect.stringMatching(/The model facebook\/tiny at main could not be fetched .*lost/),
    });
  });

  it("that does not exist is an error with its name", async () => {
    const { settings } = await start();
    expect(await fails(resolveHubRevision(model, "v9", { settings }))).toMatchObject({
      code: "hub-not-found",
      message: expect.stringMatching(/model facebook\/tiny has no revision v9/),
    });
  });
});

describe("a file read by ranges", () => {
  it("gives the same bytes, with few more requested", async () => {
    const { server, settings } = await start();
    const source = await openHubFile(weights, { settings });
    expect([source.name, source.byteLength]).toEqual(["model.safetensors", 300_000]);
    for (const [offset, length] of [
      [0, 10],
      [299_990, 100],
      [65_530, 20],
      [100_000, 150_000],
      [300_000, 1],
      [5, 0],
    ] as const) {
      // biome-ignore format: pairs
      expect(bytes.subarray(offset, offset + length).equals(await source.read(offset, length))).toBe(true);
    }
    const before = server.log.length;
    await source.read(20, 5000);
    expect(server.log.length).toBe(before);
    const hub = server.log.filter(({ at }) => at === "resolve").length;
    // One request for the size and one that is redirected; all others went directly to the content network.
    expect(hub).toBe(2);
    expect(server.log.reduce((sum, entry) => sum + entry.bytes, 0)).toBeLessThan(150_000 + 3 * 65_536);
    await source.close();
  });

  it("is read in spite of lost connections and an expired address", async () => {
    const { server, settings } = await start();
    const source = await openHubFile(weights, { settings });
    server.faults.push(
      { at: "cdn", dropAfter: 70_000 },
      { at: "cdn", cutAfter: 30_000 },
      { at: "cdn", status: 403 },
    );
    expect(bytes.subarray(0, 200_000).equals(await source.read(0, 200_000))).toBe(true);
    expect(server.faults).toEqual([]);
  });

  it("is read from the cache if it is complete there", async () => {
    const { server, settings } = await start();
    await fetchHubFile(weights, { settings });
    server.log.length = 0;
    const source = await openHubFile(weights, { settings: { ...settings, offline: true } });
    expect(bytes.subarray(1000, 1010).equals(await source.read(1000, 10))).toBe(true);
    expect(server.log).toEqual([]);
    await source.close();
  });

  it("is rejected rather than fetched completely if the server does not support ranges", async () => {
    const { server, settings } = await start();
    const source = await openHubFile(weights, { settings });
    server.faults.push({ at: "cdn", ignoresRange: true });
    expect(await fails(source.read(10, 100_000))).toMatchObject({ code: "hub-damaged" });
  });
});
