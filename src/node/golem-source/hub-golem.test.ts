/** Golems on the Hub, from a real server with its protocol: versions, hashes, sizes, faults. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { getToneGolem } from "../../../test/support/served.ts";
import { type HubServer, startHubServer } from "../../../test/support/servers/hub-server.ts";
import { openGolemSources } from "./open-golem-sources.ts";

const names = ["golem.json", "head.safetensors", "training.json"] as const;
let golem: Record<string, Uint8Array>;

beforeAll(async () => {
  const tones = await getToneGolem();
  golem = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(tones.golem, name))] as const)),
  );
});

/** Starts a Hub and sets the environment variables for it. */
async function startHub(): Promise<HubServer> {
  const hub = await startHubServer();
  vi.stubEnv("HF_ENDPOINT", hub.endpoint);
  vi.stubEnv("HF_HUB_CACHE", await createScratchFolder());
  onTestFinished(() => void vi.unstubAllEnvs());
  return hub;
}

const id = "someone/tones";
const open = async (address: string) => (await openGolemSources(address).list())[0]!;

describe("a golem on the Hub", () => {
  it("is read at the commit of its version", async () => {
    const hub = await startHub();
    const commit = hub.put({ type: "model", id, files: { ...golem, "README.md": "first" } });
    const source = await open(`hf:${id}`);
    expect(source).toMatchObject({ name: "tones", address: `hf:${id}` });
    expect(await source.readVersion()).toBe(commit);
    const { files, version } = await source.read();
    expect(version).toBe(commit);
    expect(Buffer.compare(files.tensors, golem["head.safetensors"]!)).toBe(0);
    expect(files.text).toBeUndefined();
    const next = hub.put({ type: "model", id, files: { ...golem, "README.md": "second" } });
    expect(next).not.toBe(commit);
    expect(await source.readVersion()).toBe(next);
    const pinned = await open(`hf:${id}@${commit}`);
    const requests = hub.log.length;
    expect(await pinned.readVersion()).toBe(commit);
    expect(hub.log).toHaveLength(requests);
  });

  it("keeps its version while the Hub cannot be reached, with a warning", async () => {
    const hub = await startHub();
    const commit = hub.put({ type: "model", id, files: golem });
    const source = await open(`hf:${id}`);
    await source.read();
    await hub.stop();
    const warnings: string[] = [];
    const onWarning = ({ code }: { code: string }): number => warnings.push(code);
    expect(await source.readVersion({ onWarning })).toBe(commit);
    expect(warnings).toEqual(["fetch-failed"]);
  });

  it.each([
    ["lacks golem.json", { "golem.json": undefined }, "golem-not-found", "has no file golem.json"],
    ["lacks its tensors", { "head.safetensors": undefined }, "golem-damaged", "has no file head.safetensors"],
    [
      "states no hashes",
      { "golem.json": (text: string) => text.replace('"files"', '"others"') },
      "golem-damaged",
      "states no SHA-256 of head.safetensors",
    ],
    [
      "has a golem.json that is too long",
      { "golem.json": () => " ".repeat(64 * 1024 * 1024 + 1) },
      "fetch-failed",
      "at most 67108864",
    ],
  ])(
    "that %s is rejected",
    async (_, changes: Record<string, undefined | ((text: string) => string)>, code, words) => {
      const hub = await startHub();
      const files: Record<string, Uint8Array | string> = { ...golem };
      for (const [name, change] of Object.entries(changes)) {
        if (change) files[name] = change(Buffer.from(golem[name]!).toString());
        else delete files[name];
      }
      hub.put({ type: "model", id, files });
      const source = await open(`hf:${id}`);
      await expect(source.read()).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
    },
  );

  it("that does not exist is an error of the Hub", async () => {
    await startHub();
    const source = await open("hf:someone/nothing");
    await expect(source.read()).rejects.toMatchObject({ code: "hub-not-found" });
  });

  it.each(["hf:", "hf:a/b?split=train", "hf:a/b@"])("is not %s", (address) => {
    expect(() => openGolemSources(address)).toThrow(expect.objectContaining({ code: "usage" }));
  });
});
