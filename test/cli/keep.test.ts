/** `golem detect` and `golem listen` with --keep: what is kept, what is said about it, and nothing without it. */
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { expect, it, onTestFinished } from "vitest";
import { detectFile } from "../../src/node/detect.ts";
import { loadGolem } from "../../src/node/golem.ts";
import { readManifest } from "../../src/node/keep/kept-manifest.ts";
import { createTone, createWav } from "../support/audio-files.ts";
import { runGolem } from "../support/command-line.ts";
import { createScratchFolder } from "../support/scratch-folder.ts";
import { createToneInSilence, getToneGolem } from "../support/served.ts";

const rate = 16_000;
/** 12 s of silence, but for a low tone from 2 to 3 s, a high one from 6 to 7 s, and one between them from 10 to 11 s. */
function createStream(): Float32Array {
  const samples = new Float32Array(13 * rate);
  samples.set(createToneInSilence(2), 1.5 * rate);
  samples.set(createToneInSilence(3), 5.5 * rate);
  samples.set(createTone(rate, 1, 1, 650)[0]!, 10 * rate);
  return samples;
}

async function prepare() {
  const { golem } = await getToneGolem();
  const folder = await createScratchFolder();
  const samples = createStream();
  const long = join(folder, "long.wav");
  await writeFile(long, createWav([samples], rate));
  const pcm = Buffer.from(Int16Array.from(samples, (value) => Math.round(32_767 * value)).buffer);
  return { golem, folder, long, pcm, kept: join(folder, "kept") };
}

it("keeps the sound of events with a second around it, and says so", async () => {
  const { golem, long, kept } = await prepare();
  const { exitCode, stderr, stdout } = await runGolem([
    "detect",
    golem,
    long,
    "--json",
    "--quiet",
    "--keep",
    kept,
  ]);
  expect(exitCode).toBe(0);
  expect(stderr).toBe(`Recording is on: the sound of events is kept in ${kept}.\n`);
  const events = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const manifest = (await readManifest(kept))!;
  expect(manifest.map(({ heard, confidence }) => ({ label: heard, confidence }))).toEqual(
    events.map(({ label, confidence }) => ({ label, confidence })),
  );
  for (const [i, clip] of manifest.entries()) {
    expect(clip).toMatchObject({ kind: "event", source: "long.wav" });
    expect(clip.sourceStart).toBeCloseTo(events[i].start, 2);
    expect(clip.start).toBeCloseTo(1, 2);
    const { size } = await stat(join(kept, clip.file_name));
    expect((size - 44) / 2 / rate).toBeCloseTo(events[i].end - events[i].start + 2, 1);
  }
});

it("keeps near misses and unknown sound on request, from a pipe as well", async () => {
  const { golem, pcm, kept } = await prepare();
  const args = [
    "listen",
    golem,
    "--threshold",
    "1",
    "--keep",
    kept,
    "--keep-unsure",
    "0.2",
    "--keep-unknown",
  ];
  const { exitCode, stderr } = await runGolem(
    [...args, "--keep-seconds", "0.2"],
    undefined,
    Readable.from([pcm.subarray(0, 100_001), pcm.subarray(100_001)]),
  );
  expect(exitCode).toBe(0);
  expect(stderr).toContain("the sound of events, near misses, unknown sound is kept");
  const manifest = (await readManifest(kept))!;
  expect(manifest.filter(({ kind }) => kind === "unsure").map(({ heard }) => heard)).toEqual(
    expect.arrayContaining(["low", "high"]),
  );
  expect(manifest.some(({ kind }) => kind === "event")).toBe(false);
  expect(new Set(manifest.map(({ source }) => source)).size).toBe(1);
  expect(manifest[0]!.source).toMatch(/^live 2/);
  expect(manifest[0]!.start).toBeCloseTo(0.2, 2);
});

it("keeps what it waits for more sound of when it is interrupted", async () => {
  const { golem, pcm, long, folder } = await prepare();
  const ways = [join(folder, "listen"), join(folder, "detect")] as const;
  const stop = new AbortController();
  const second = 2 * rate;
  async function* speak() {
    yield pcm.subarray(0, 5 * second);
    // The one before has been heard when the next but one is asked for.
    for (let i = 0; i < 4; i++) yield pcm.subarray(5 * second, 5 * second + 2);
    stop.abort();
  }
  const stdin = Readable.from(speak(), { highWaterMark: 1 });
  const args = ["listen", golem, "--quiet", "--keep", ways[0], "--keep-seconds", "10"];
  expect((await runGolem(args, stop.signal, stdin)).exitCode).toBe(130);

  const loaded = await loadGolem(golem);
  onTestFinished(() => loaded.dispose());
  const later = new AbortController();
  const keep = { folder: ways[1], marginSeconds: 10 };
  const detecting = detectFile(loaded, long, { keep, signal: later.signal });
  await detecting.next();
  later.abort();
  await expect(detecting.next()).rejects.toMatchObject({ code: "aborted" });
  for (const way of ways) {
    const [clip, ...more] = (await readManifest(way))!;
    expect(more.length).toBeLessThan(2);
    expect(clip).toMatchObject({ heard: "low", kind: "event" });
    const { size } = await stat(join(way, clip!.file_name));
    // From the start of the stream to where it ended, not 10 s later.
    expect((size - 44) / 2 / rate).toBeGreaterThan(clip!.end);
    expect((size - 44) / 2 / rate).toBeLessThan(clip!.end + 9);
  }
});

it("keeps nothing without --keep, and takes its options only with it", async () => {
  const { golem, long, folder } = await prepare();
  const before = await readdir(folder);
  const { exitCode, stderr } = await runGolem(["detect", golem, long, "--quiet"]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(await readdir(folder)).toEqual(before);
  for (const option of [
    ["--keep-seconds", "1"],
    ["--keep-unsure", "0.5"],
    ["--keep-unknown"],
    ["--keep-megabytes", "1"],
  ]) {
    expect(await runGolem(["detect", golem, long, ...option])).toMatchObject({ exitCode: 2 });
  }
});

it("refuses near misses above the threshold and a folder that cannot be written to, before it listens", async () => {
  const { golem, long, kept } = await prepare();
  const high = await runGolem([
    "detect",
    golem,
    long,
    "--json",
    "--threshold",
    "0.5",
    "--keep",
    kept,
    "--keep-unsure",
    "0.6",
  ]);
  expect(high.exitCode).toBe(1);
  expect(JSON.parse(high.stdout).error.code).toBe("invalid-option");
  const file = await runGolem(["detect", golem, long, "--json", "--keep", long]);
  expect(file.exitCode).toBe(1);
  expect(JSON.parse(file.stdout).error.code).toBe("output-failed");
  expect((await readFile(long)).length).toBeGreaterThan(1000);
});
