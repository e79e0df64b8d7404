/**
 * Files of the Hub that cannot be downloaded: damaged, denied, gated, unreachable; hostile names; a cache
 * that is not writable.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { HubFault } from "../../../test/support/servers/hub-answers.ts";
import { bytes, fails, files, model, start, weights } from "../../../test/support/servers/hub-files.ts";
import type { HubServer } from "../../../test/support/servers/hub-server.ts";
import { fetchHubFile, resolveHubRevision } from "./hub-file.ts";

const hash = createHash("sha256").update(bytes).digest("hex");

const count = (server: HubServer, at: HubFault["at"], method?: string): number =>
  server.log.filter((entry) => entry.at === at && (method ?? entry.method) === entry.method).length;

describe("a file of the Hub", () => {
  it("is rejected if it arrives changed twice, truncated or too long, and fetched again if changed once", async () => {
    const { server, settings, folder } = await start();
    server.faults.push({ at: "cdn", changed: true });
    expect(bytes.equals(await readFile(await fetchHubFile(weights, { settings })))).toBe(true);

    const again = await server.createSettings();
    server.faults.push({ at: "cdn", changed: true, times: 2 });
    const changed = await fails(fetchHubFile(weights, { settings: again }));
    expect(changed).toMatchObject({
      code: "hub-damaged",
      message: expect.stringMatching(/its SHA-256 is [0-9a-f]{64}/),
    });
    expect(await readdir(join(again.cache, "models--facebook--tiny", "blobs"))).toEqual([]);

    server.faults.push({ at: "cdn", cutAfter: 0, times: 99 });
    const cut = await fails(fetchHubFile(weights, { settings: again }));
    expect(cut).toMatchObject({
      code: "hub-damaged",
      message: expect.stringMatching(/truncated: 0 of 300000/),
    });
    server.faults.length = 0;

    server.faults.push({ at: "resolve", method: "GET", changed: true, times: 4 });
    const small = await fails(fetchHubFile({ ...weights, path: "config.json" }, { settings: again }));
    expect(small).toMatchObject({ code: "hub-damaged", message: expect.stringMatching(/git SHA-1/) });
    server.faults.length = 0;

    const large = await fails(fetchHubFile(weights, { settings: again, maximumBytes: 1000 }));
    expect(large).toMatchObject({
      code: "fetch-failed",
      message: expect.stringMatching(/300000 bytes; expected at most 1000/),
    });
    expect(await readdir(join(folder, "blobs"))).toEqual([hash]);
  });

  it("is requested again after the requested time if the server is busy", async () => {
    const { server, settings } = await start();
    server.faults.push({ at: "resolve", status: 503 }, { at: "cdn", status: 502 });
    await fetchHubFile(weights, { settings });
    expect(server.log.map(({ at }) => at)).toEqual([
      "resolve",
      "resolve",
      "resolve",
      "cdn",
      "resolve",
      "cdn",
    ]);
    // The server is busy until the time that it states; earlier requests are rejected again.
    server.log.length = 0;
    server.faults.push({ at: "api", status: 429, headers: { "retry-after": "1" }, forMilliseconds: 900 });
    await resolveHubRevision(model, "main", { settings: await server.createSettings() });
    expect(count(server, "api")).toBe(2);
    server.faults.push({ at: "resolve", status: 429, headers: { "retry-after": "3600" }, times: 99 });
    server.log.length = 0;
    const busy = await fails(fetchHubFile({ ...weights, path: "config.json" }, { settings }));
    expect(busy).toMatchObject({ code: "fetch-failed", hint: expect.stringMatching(/3600 s.*HF_TOKEN/) });
    expect(server.log.length).toBe(1);
    server.faults.length = 0;
    server.faults.push({ at: "resolve", status: 503, times: 99 });
    const down = await fails(fetchHubFile({ ...weights, path: "config.json" }, { settings }));
    expect(down).toMatchObject({ code: "fetch-failed", message: expect.stringMatching(/503/) });
    expect(count(server, "resolve")).toBe(6);
  });

  it("has errors that name the repository, revision or file", async () => {
    const { settings } = await start();
    const noFile = await fails(fetchHubFile({ ...weights, path: "nope.bin" }, { settings }));
    expect(noFile.code).toBe("hub-not-found");
    expect(noFile.message).toMatch(/model facebook\/tiny has no file nope\.bin at revision main/);
    const noRevision = await fails(fetchHubFile({ ...weights, revision: "v9" }, { settings }));
    expect(noRevision).toMatchObject({
      code: "hub-not-found",
      message: expect.stringMatching(/no revision v9/),
    });
    const noRepo = await fails(fetchHubFile({ ...weights, id: "facebook/none" }, { settings }));
    expect(noRepo).toMatchObject({
      code: "hub-not-found",
      message: expect.stringMatching(/no model facebook\/none/),
    });
    expect(noRepo.hint).toMatch(/HF_TOKEN/);
    const token = await fails(
      fetchHubFile({ ...weights, id: "facebook/none" }, { settings: { ...settings, token: "hf_x" } }),
    );
    expect(token).toMatchObject({ code: "hub-not-found", message: expect.stringMatching(/404/) });
  });

  it("that is gated gives a hint on access; the token is neither shown nor sent elsewhere", async () => {
    const { server, settings } = await start();
    server.put({ ...model, id: "meta/closed", files, gated: true, tokens: ["hf_good"] });
    const closed = { ...weights, id: "meta/closed" };
    const outside = await fails(fetchHubFile(closed, { settings }));
    expect(outside).toMatchObject({ code: "hub-denied", message: expect.stringMatching(/restricted.*401/) });
    expect(outside.hint).toContain(`Request access on ${server.endpoint}/meta/closed`);
    expect(outside.hint).toContain("HF_TOKEN");
    const stranger = await fails(fetchHubFile(closed, { settings: { ...settings, token: "hf_other" } }));
    expect(stranger).toMatchObject({ code: "hub-denied", message: expect.stringMatching(/403/) });
    expect(JSON.stringify({ ...stranger, message: stranger.message })).not.toContain("hf_other");
    server.log.length = 0;
    await fetchHubFile(closed, { settings: { ...settings, token: "hf_good" } });
    expect(server.log.map(({ at, authorization }) => [at, authorization])).toEqual([
      ["resolve", "Bearer hf_good"],
      ["resolve", "Bearer hf_good"],
      ["cdn", undefined],
    ]);
    const headers = { "x-error-message": "Invalid credentials in Authorization header" };
    server.faults.push({ at: "resolve", status: 401, headers });
    const wrong = await fails(
      fetchHubFile({ ...weights, id: "meta/else" }, { settings: { ...settings, token: "hf_bad" } }),
    );
    expect(wrong).toMatchObject({
      code: "hub-denied",
      message: expect.stringMatching(/does not accept the token/),
    });
  });

  it("does not follow endless redirects, redirects to other protocols, or to silent servers", async () => {
    const { server, settings } = await start();
    const location = `${server.endpoint}/x/y/resolve/main/model.safetensors`;
    server.faults.push({ at: "resolve", status: 302, headers: { location }, times: 99 });
    expect(await fails(fetchHubFile(weights, { settings }))).toMatchObject({
      code: "fetch-failed",
      message: expect.stringMatching(/redirects without end/),
    });
    server.faults.length = 0;
    server.faults.push({ at: "resolve", status: 302, headers: { location: "file:///etc/passwd" } });
    expect(await fails(fetchHubFile(weights, { settings }))).toMatchObject({
      message: expect.stringMatching(/unsafe address/),
    });
    server.faults.push({ at: "resolve", hangs: true, times: 99 });
    const silent = await fails(fetchHubFile(weights, { settings: { ...settings, silenceMilliseconds: 50 } }));
    expect(silent).toMatchObject({ code: "fetch-failed", message: expect.stringMatching(/does not answer/) });
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    expect(await fails(fetchHubFile(weights, { settings, signal: controller.signal }))).toMatchObject({
      code: "aborted",
    });
  });

  it("of a server that is missing, or not a Hub, fails at once", async () => {
    const { server, settings } = await start();
    server.faults.push({ at: "resolve", status: 200, body: "<html>Log in to the hotel's network</html>" });
    const other = await fails(fetchHubFile(weights, { settings }));
    expect(other).toMatchObject({
      code: "fetch-failed",
      message: expect.stringMatching(/does not respond like the Hugging Face Hub/),
    });
    await server.stop();
    const gone = await fails(fetchHubFile(weights, { settings }));
    expect(gone).toMatchObject({
      code: "fetch-failed",
      message: expect.stringMatching(/does not accept connections/),
    });
  });

  it.each(["../x", "/etc/passwd", "a/../../b", "a\\b", "C:x", "a//b", "", ".", "a\0b"])(
    "with the path %j is rejected before any request",
    async (path) => {
      const { server, settings } = await start();
      expect(await fails(fetchHubFile({ ...weights, path }, { settings }))).toMatchObject({
        code: "invalid-option",
      });
      for (const names of [{ id: `a/${path}/b` }, { revision: path }]) {
        expect(await fails(fetchHubFile({ ...weights, ...names }, { settings }))).toMatchObject({
          code: "invalid-option",
        });
      }
      expect(server.log).toEqual([]);
    },
  );

  it("with an ETag that leads out of the cache is rejected", async () => {
    const { server, commit, settings } = await start();
    const headers = { "x-repo-commit": commit, "x-linked-etag": '"../../../evil"', "x-linked-size": "3" };
    server.faults.push({ at: "resolve", status: 200, headers });
    expect(await fails(fetchHubFile(weights, { settings }))).toMatchObject({ code: "fetch-failed" });
  });

  it.runIf(process.platform === "linux")(
    "on a full disk gives an error with the reason and the size",
    async () => {
      const { settings, folder } = await start();
      await mkdir(join(folder, "blobs"), { recursive: true });
      // A partial file of a process that has ended, on a device that is always full.
      const { pid } = spawnSync(process.execPath, ["--version"]);
      const host = hostname().replaceAll(/[^\w-]/g, "");
      await symlink("/dev/full", join(folder, "blobs", `${hash}.${host}.${pid}.0.incomplete`));
      const error = await fails(fetchHubFile(weights, { settings }));
      expect(error).toMatchObject({
        code: "cache-failed",
        message: expect.stringMatching(/the disk is full; 1 MB/),
      });
    },
  );

  it("in a cache that cannot be written gives an error with the reason", async () => {
    const { settings } = await start();
    await writeFile(join(settings.cache, "models--facebook--tiny"), "in the way");
    const error = await fails(fetchHubFile(weights, { settings }));
    expect(error).toMatchObject({
      code: "cache-failed",
      message: expect.stringMatching(/a part of the path is a file/),
    });
  });
});
