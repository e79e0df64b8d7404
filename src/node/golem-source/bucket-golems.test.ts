/** Golems in a bucket of a real S3 server are found, read, and replaced while they are served. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { getToneGolem, serve, type ToneGolems, trainTones } from "../../../test/support/served.ts";
import { type BucketServer, startBuckets } from "../../../test/support/servers/bucket-server.ts";
import { openGolemSources } from "./open-golem-sources.ts";

const names = ["golem.json", "head.safetensors", "training.json"] as const;
type Files = Record<string, Uint8Array | string>;
let buckets: BucketServer;
let tones: ToneGolems;
let golem: Files;
let folders = 0;
let prefix: string;

const readFiles = async (folder: string): Promise<Files> =>
  Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))] as const)),
  );
const put = async (folder: string, files: Files): Promise<void> => {
  for (const [name, bytes] of Object.entries(files))
    await buckets.put("golems", `${prefix}/${folder}${name}`, bytes);
};
const list = () => openGolemSources(`s3://golems/${prefix}`).list();

beforeAll(async () => {
  tones = await getToneGolem();
  golem = await readFiles(tones.golem);
  buckets = await startBuckets(["golems"]);
});
afterAll(() => buckets?.stop());
beforeEach(() => {
  for (const [name, value] of Object.entries(buckets.environment)) vi.stubEnv(name, value);
  prefix = `case-${folders++}`;
  return () => vi.unstubAllEnvs();
});

describe("golems in a bucket", () => {
  it("are one under a prefix, or those in its folders", async () => {
    await put("a/", golem);
    await put("b/", { ...golem, "report.html": "a page" });
    await put("b/deeper/", golem);
    await put("no golem/", { "notes.txt": "nothing" });
    const sources = await list();
    expect(sources.map(({ name, address }) => [name, address])).toEqual([
      ["a", `s3://golems/${prefix}/a`],
      ["b", `s3://golems/${prefix}/b`],
    ]);
    const [one] = await openGolemSources(`s3://golems/${prefix}/a/`).list();
    expect(one).toMatchObject({ name: "a", address: `s3://golems/${prefix}/a` });
    const { files, version } = await one!.read();
    expect(version).toBe(await one!.readVersion());
    expect(Buffer.compare(files.tensors, golem["head.safetensors"] as Uint8Array)).toBe(0);
  });

  it("have a new version if any of their files changes", async () => {
    await put("a/", golem);
    const [source] = await list();
    const versions = [await source!.readVersion()];
    for (const name of names) {
      await put("a/", { [name]: `${golem[name]} ` });
      versions.push(await source!.readVersion());
    }
    expect(new Set(versions).size).toBe(4);
  });

  it.each([
    ["are not there", {}, "golem-not-found", "There is no golem at s3://golems/"],
    [
      "lack their tensors",
      { "golem.json": () => golem["golem.json"]! },
      "data-not-found",
      "head.safetensors",
    ],
    [
      "state no hashes",
      {
        "golem.json": () => String(golem["golem.json"]).replace('"files"', '"others"'),
        "head.safetensors": () => golem["head.safetensors"]!,
        "training.json": () => golem["training.json"]!,
      },
      "golem-damaged",
      "states no SHA-256 of head.safetensors",
    ],
  ])("that %s are rejected", async (_, files, code, words) => {
    await put("", Object.fromEntries(Object.entries(files).map(([name, make]) => [name, make()])));
    const reading = list().then(([source]) => source!.read());
    await expect(reading).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
  });

  it("are replaced while they are served, without a lost request, for any order of their files", async () => {
    await put("live/tones/", golem);
    const served = await serve({ golems: [`s3://golems/${prefix}/live`], workers: 2, reloadSeconds: 0 });
    try {
      const other = join(await createScratchFolder(), "tones");
      await trainTones(other, tones.folder, 7);
      const next = await readFiles(other);
      const bytes = await readFile(tones.files[0]!);
      let isDone = false;
      const statuses = new Set<number>();
      const ask = async (): Promise<void> => {
        while (!isDone) {
          const response = await served.fetch("/v1/golems/tones/predict", {
            method: "POST",
            body: bytes,
            headers: { "content-type": "audio/wav" },
          });
          statuses.add(response.status);
          await response.arrayBuffer();
        }
      };
      const clients = [ask(), ask(), ask()];
      // After half of an upload, the new golem.json does not match the old training.json, so the old golem
      // stays in use.
      await put("live/tones/", { "golem.json": next["golem.json"]! });
      await served.server.reload();
      await put("live/tones/", next);
      await served.server.reload();
      await put("live/another/", golem);
      await served.server.reload();
      isDone = true;
      await Promise.all(clients);
      expect([...statuses]).toEqual([200]);
      const log = served.getLog().filter(({ msg }) => /reloaded/.test(String(msg)));
      expect(log.map(({ golem: id, msg, code }) => [id, code ?? msg])).toEqual([
        ["tones", "golem-damaged"],
        ["tones", "reloaded"],
        ["another", "reloaded"],
      ]);
      const { golems } = (await (await served.fetch("/v1/golems")).json()) as { golems: { id: string }[] };
      expect(golems.map(({ id }) => id)).toEqual(["tones", "another"]);
    } finally {
      await served.server.close();
    }
  });
});
