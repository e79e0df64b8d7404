/** A golem whose folder is replaced while it is served. */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { replaceFolderAtomic } from "../../src/node/disk/atomic-write.ts";
import { createScratchFolder } from "../support/scratch-folder.ts";
import { getToneGolem, openToneServer, postSound, type ToneGolems, trainTones } from "../support/served.ts";

let tones: ToneGolems;
let tone: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  tones = await getToneGolem();
  tone = new Uint8Array(await readFile(tones.files[0]!));
});

describe("a golem that is replaced", () => {
  it("answers when it is loaded; until then, and if it is damaged, the old one does", async () => {
    const folder = await createScratchFolder();
    const golem = join(folder, "tones");
    cpSync(tones.golem, golem, { recursive: true });
    const served = await openToneServer({ golems: [golem] });
    const statuses = new Set<number>();
    let isOver = false;
    const client = (async () => {
      while (!isOver) statuses.add((await postSound(served, tone)).status);
    })();
    const getLabels = async () => {
      const body = (await (await served.fetch("/v1/golems/tones")).json()) as { labels: string[] };
      return body.labels.join();
    };
    // Other labels for the same tones.
    const data = join(folder, "data");
    mkdirSync(data);
    for (const [i, file] of tones.files.entries()) {
      const to = join(data, i % 2 ? "treble" : "bass", `${i}.wav`);
      cpSync(file, to);
    }
    await trainTones(golem, data, 1);
    await expect.poll(getLabels, { timeout: 30_000 }).toBe("bass,treble");
    expect(((await (await postSound(served, tone)).json()) as { label: string }).label).toBe("bass");
    await replaceFolderAtomic(golem, async (staging) => {
      cpSync(tones.golem, staging, { recursive: true });
      writeFileSync(join(staging, "head.safetensors"), "damaged");
    });
    const wasRefused = () =>
      served.getLog().some((line) => line.golem === "tones" && line.code === "golem-damaged");
    await expect.poll(wasRefused, { timeout: 30_000 }).toBe(true);
    expect(await getLabels()).toBe("bass,treble");
    await rm(golem, { recursive: true });
    await setTimeout(1500);
    expect(await getLabels()).toBe("bass,treble");
    isOver = true;
    await client;
    expect([...statuses]).toEqual([200]);
  });

  const mount = (() => {
    if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
    const folder = execFileSync("mktemp", ["-d"], { encoding: "utf8" }).trim();
    const isMounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]).status === 0;
    if (isMounted) spawnSync("umount", [folder]);
    return isMounted;
  })();
  it.skipIf(!mount)(
    `stays as it is when the disk is full${mount ? "" : " (skipped: no disk can be mounted here)"}`,
    async () => {
      const folder = await createScratchFolder();
      const size = execFileSync("du", ["-sk", tones.golem], { encoding: "utf8" }).split("\t")[0];
      execFileSync("mount", [
        "-t",
        "tmpfs",
        "-o",
        `size=${Math.round(1.5 * Number(size))}k`,
        "tmpfs",
        folder,
      ]);
      onTestFinished(() => void spawnSync("umount", ["-l", folder]));
      const golem = join(folder, "tones");
      cpSync(tones.golem, golem, { recursive: true });
      const before = readFileSync(join(golem, "golem.json"), "utf8");
      const served = await openToneServer({ golems: [golem] });
      await expect(trainTones(golem, tones.folder, 1)).rejects.toMatchObject({ code: "output-failed" });
      expect(readFileSync(join(golem, "golem.json"), "utf8")).toBe(before);
      await setTimeout(1500);
      expect((await postSound(served, tone)).status).toBe(200);
      expect(served.getLog().filter(({ code }) => code !== undefined)).toEqual([]);
    },
  );
});
