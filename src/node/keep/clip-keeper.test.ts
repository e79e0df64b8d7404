/** Clips on a real disk: writing, deletion at the size limit, and disks that fail. */
import { spawnSync } from "node:child_process";
import { appendFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { readWindow } from "../../../test/support/audio-files.ts";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import type { ErrorRecord } from "../../core/error.ts";
import type { HeardClip } from "../../detect/clip-cutter.ts";
import { writeAnswers } from "./answers.ts";
import { openClipKeeper } from "./clip-keeper.ts";
import { isClipName, readManifest } from "./kept-manifest.ts";

const rate = 16_000;
/** A second of sound: 32044 bytes as a file. */
const createClip = (label = "dog", kind: HeardClip["kind"] = "event"): HeardClip => ({
  kind,
  event: { start: 10.25, end: 10.75, label, confidence: 0.9 },
  start: 10,
  samples: Float32Array.from({ length: rate }, (_, i) => 0.5 * Math.sin(i / 10)),
  sampleRate: rate,
});
const clipBytes = 44 + 2 * rate;

async function listClips(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith(".wav")).sort();
}

it("writes clips that decode to the given samples, and a line for each", async () => {
  const folder = join(await createScratchFolder(), "new", "kept");
  const keeper = await openClipKeeper({ folder });
  keeper.keep(createClip(), "day.wav");
  keeper.keep(createClip("cat", "unsure"), "day.wav");
  await keeper.close();
  const manifest = await readManifest(folder);
  expect(manifest).toMatchObject([
    {
      heard: "dog",
      confidence: 0.9,
      kind: "event",
      start: 0.25,
      end: 0.75,
      source: "day.wav",
      sourceStart: 10.25,
    },
    { heard: "cat", kind: "unsure" },
  ]);
  expect((await listClips(folder)).sort()).toEqual(manifest!.map(({ file_name }) => file_name).sort());
  const samples = await readWindow(join(folder, manifest![0]!.file_name));
  expect(samples).toHaveLength(rate);
  for (const [i, sample] of createClip().samples.entries()) {
    expect(Math.abs(samples[i]! - sample)).toBeLessThan(1e-4);
  }
  expect(keeper.getState()).toEqual({
    written: { event: 1, unsure: 1, unknown: 0 },
    bytes: 2 * clipBytes,
    failed: 0,
  });
});

it.each(["../../etc/passwd", "a/b", "\u0000\n", "CON", "x".repeat(5000), '{"file_name":1}\n{}'])(
  "never uses a label or a source in a file name: %j",
  async (text) => {
    const folder = await createScratchFolder();
    const keeper = await openClipKeeper({ folder });
    keeper.keep(createClip(text), text);
    await keeper.close();
    const names = await readdir(folder);
    expect(names.filter((name) => name !== "kept.jsonl" && !isClipName(name))).toEqual([]);
    expect(await readManifest(folder)).toMatchObject([{ heard: text, source: text }]);
  },
);

it("deletes the oldest clips when the limit is reached, but no clip with a label and no other file", async () => {
  const folder = await createScratchFolder();
  await writeFile(join(folder, "my own.wav"), new Uint8Array(10 * clipBytes));
  const options = { folder, maximumBytes: 5 * clipBytes };
  const first = await openClipKeeper(options);
  for (let i = 0; i < 3; i++) first.keep(createClip(), "a");
  await first.close();
  const [labelled, oldest] = (await readManifest(folder))!.map(({ file_name }) => file_name);
  await writeAnswers(folder, new Map([[labelled!, { file: labelled!, label: "dog", source: "a" }]]));
  const second = await openClipKeeper(options);
  for (let i = 0; i < 6; i++) second.keep(createClip(), "b");
  await second.close();
  const names = await listClips(folder);
  expect(names).toContain("my own.wav");
  expect(names).toContain(labelled);
  expect(names).not.toContain(oldest);
  const last = (await readManifest(folder))!.at(-1)!;
  expect(last.source).toBe("b");
  expect(names).toContain(last.file_name);
  const { bytes } = second.getState();
  expect(bytes).toBe((names.length - 2) * clipBytes);
  expect(bytes).toBeLessThanOrEqual(options.maximumBytes);
  expect(bytes).toBeGreaterThan(0.5 * options.maximumBytes);
});

it("warns once about a disk that fails, and continues when it works again", async () => {
  const folder = join(await createScratchFolder(), "kept");
  const warnings: ErrorRecord[] = [];
  const keeper = await openClipKeeper({ folder }, (warning) => warnings.push(warning));
  await rename(folder, `${folder}.gone`);
  await writeFile(folder, "in the way");
  for (let i = 0; i < 3; i++) keeper.keep(createClip(), "a");
  await keeper.close();
  expect(warnings).toMatchObject([{ code: "output-failed", message: expect.stringContaining("is a file") }]);
  expect(keeper.getState()).toMatchObject({ failed: 3, written: { event: 0 } });
  await rm(folder);
  await rename(`${folder}.gone`, folder);
  keeper.keep(createClip(), "a");
  await keeper.close();
  expect(await readManifest(folder)).toHaveLength(1);
  expect(keeper.getState()).toMatchObject({ failed: 3, written: { event: 1 } });
});

it("keeps no clip without a line if the manifest cannot be written, or ends within a line", async () => {
  const folder = await createScratchFolder();
  const keeper = await openClipKeeper({ folder });
  await rm(join(folder, "kept.jsonl"));
  await mkdir(join(folder, "kept.jsonl"));
  keeper.keep(createClip(), "a");
  await keeper.close();
  expect(await listClips(folder)).toEqual([]);
  expect(keeper.getState().failed).toBe(1);

  await rm(join(folder, "kept.jsonl"), { recursive: true });
  await appendFile(join(folder, "kept.jsonl"), '{"file_name":"2026');
  const again = await openClipKeeper({ folder });
  again.keep(createClip("after"), "a");
  await again.close();
  expect(await readManifest(folder)).toMatchObject([{ heard: "after" }]);
  expect((await readFile(join(folder, "kept.jsonl"), "utf8")).split("\n")).toHaveLength(3);
});

it("rejects invalid options and folders before detection starts", async () => {
  const folder = await createScratchFolder();
  await writeFile(join(folder, "file"), "");
  await expect(openClipKeeper({ folder: join(folder, "file", "kept") })).rejects.toMatchObject({
    code: "output-failed",
  });
  for (const wrong of [
    { marginSeconds: 11 },
    { unsure: 0 },
    { maximumBytes: 0 },
    { marginSeconds: Number.NaN },
  ]) {
    await expect(openClipKeeper({ folder: join(folder, "kept"), ...wrong })).rejects.toMatchObject({
      code: "invalid-option",
    });
  }
  await expect(stat(join(folder, "kept"))).rejects.toMatchObject({ code: "ENOENT" });
});

const mayMount = process.platform === "linux" && process.getuid?.() === 0;
it.skipIf(!mayMount)(
  `warns about a full disk and continues when there is space${mayMount ? "" : " (skipped: needs root to mount a disk)"}`,
  async () => {
    const folder = await createScratchFolder();
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=100k", "golem-test", folder]);
    if (mounted.status !== 0) return; // a container without the right to mount
    onTestFinished(() => void spawnSync("umount", ["-l", folder]));
    const warnings: ErrorRecord[] = [];
    const keeper = await openClipKeeper({ folder }, (warning) => warnings.push(warning));
    for (let i = 0; i < 6; i++) keeper.keep(createClip(), "a");
    await keeper.close();
    expect(warnings).toMatchObject([{ message: expect.stringContaining("the disk is full") }]);
    const { written, failed } = keeper.getState();
    expect(written.event).toBeGreaterThan(0);
    expect(written.event + failed).toBe(6);
    const manifest = (await readManifest(folder))!;
    expect(await readdir(folder)).toHaveLength(manifest.length + 1);
    await rm(join(folder, manifest[0]!.file_name));
    keeper.keep(createClip("later"), "a");
    await keeper.close();
    expect((await readManifest(folder))!.at(-1)!.heard).toBe("later");
  },
);
