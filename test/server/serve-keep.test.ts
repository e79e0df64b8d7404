/** `golem serve --keep` over real HTTP: clips of what detect and listen heard, metrics, and none without it. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { createRandom } from "../../src/core/random.ts";
import { readManifest } from "../../src/node/keep/kept-manifest.ts";
import { createTone, createWav } from "../support/audio-files.ts";
import { createScratchFolder } from "../support/scratch-folder.ts";
import { createForm, createToneInSilence, getToneGolem, serve } from "../support/served.ts";

const samples = new Float32Array(6 * 16_000);
samples.set(createToneInSilence(2), 1.5 * 16_000);

async function listen(url: string): Promise<void> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/v1/golems/tones/listen`);
  await new Promise((resolve) => socket.on("open", resolve));
  socket.send(Int16Array.from(samples, (value) => Math.round(32_767 * value)).buffer);
  socket.send("end");
  await new Promise((resolve) => socket.on("close", resolve));
}

it("keeps what is heard in recordings and in live streams, and says so in its log and metrics", async () => {
  const { golem } = await getToneGolem();
  const folder = join(await createScratchFolder(), "kept");
  const served = await serve({ golems: [golem], keep: { folder, marginSeconds: 0.5 } });
  onTestFinished(() => served.server.close());
  const body = createForm({ "evil:*?.wav": createWav([samples], 16_000) });
  const response = await served.fetch("/v1/golems/tones/detect", { method: "POST", body });
  expect(JSON.parse(await response.text())).toMatchObject({ label: "low" });
  await listen(served.url);
  const metrics = await (await served.fetch("/metrics")).text();
  expect(metrics).toContain("golem_keeping 1\n");
  await served.server.close();
  const manifest = (await readManifest(folder))!;
  expect(manifest).toMatchObject([
    { heard: "low", kind: "event", source: "evil:*?.wav" },
    { heard: "low", kind: "event", source: expect.stringMatching(/^live [\w-]+$/) },
  ]);
  expect((await readdir(folder)).sort()).toEqual(
    ["kept.jsonl", ...manifest.map(({ file_name }) => file_name)].sort(),
  );
  expect(served.getLog().map(({ msg }) => msg)).toContain("clips of detected sound are kept");
});

it.each(["a client that leaves", "a server that stops"])(
  "keeps what it waits for more sound of at the end of %s",
  async (way) => {
    const { golem } = await getToneGolem();
    const folder = join(await createScratchFolder(), "kept");
    const served = await serve({ golems: [golem], keep: { folder, marginSeconds: 10 } });
    onTestFinished(() => served.server.close());
    const socket = new WebSocket(`${served.url.replace("http", "ws")}/v1/golems/tones/listen`);
    await new Promise((resolve) => socket.on("open", resolve));
    const heard = new Promise((resolve) => socket.once("message", resolve));
    socket.send(Int16Array.from(samples, (value) => Math.round(32_767 * value)).buffer);
    await heard;
    expect(await readManifest(folder)).toEqual([]);
    if (way === "a client that leaves") {
      socket.terminate();
      await expect.poll(() => readManifest(folder), { timeout: 10_000 }).toHaveLength(1);
    }
    await served.server.close();
    expect(await readManifest(folder)).toMatchObject([{ heard: "low", kind: "event" }]);
  },
);

it.each([
  ["none without an option", {}, []],
  ["unknown sound", { unknown: true }, ["unknown between.wav", "unknown long.wav", "unknown noise.wav"]],
  ["unsure answers", { unsure: 0.6 }, ["unsure between.wav"]],
] as const)("keeps recordings of predictions, never of sure ones: %s", async (_, more, expected) => {
  const { golem } = await getToneGolem();
  const folder = join(await createScratchFolder(), "kept");
  const random = createRandom(1);
  const noise = (seconds: number) =>
    Float32Array.from({ length: seconds * 16_000 }, () => 0.1 * random.normal());
  const sounds = {
    "sure.wav": createToneInSilence(2),
    "between.wav": createTone(16_000, 1, 1, 650)[0]!,
    "noise.wav": noise(2),
    "long.wav": noise(40),
  };
  const served = await serve({ golems: [golem], keep: { folder, ...more } });
  onTestFinished(() => served.server.close());
  const files = Object.entries(sounds).map(([name, sound]) => [name, createWav([sound], 16_000)] as const);
  const body = createForm(Object.fromEntries(files));
  const response = await served.fetch("/v1/golems/tones/predict", { method: "POST", body });
  const answers = (await response.json()) as { file: string; label: string; confidence: number }[];
  const count = (kind: string) => expected.filter((text) => text.startsWith(kind)).length;
  for (const kind of ["unknown", "unsure", "event"]) {
    await expect
      .poll(async () => (await served.fetch("/metrics")).text(), { timeout: 10_000 })
      .toContain(`golem_kept_clips_total{kind="${kind}"} ${count(kind)}\n`);
  }
  await served.server.close();
  const kept = (await readManifest(folder))!;
  const named = kept.map(({ kind, heard, confidence }) => {
    const answer = answers.find((one) => one.label === heard && one.confidence === confidence);
    return `${kind} ${answer?.file}`;
  });
  expect(named.sort()).toEqual([...expected].sort());
  // One request is one source; the whole recording is kept, of long ones at most 30 s from the start.
  expect(new Set(kept.map(({ source }) => source)).size).toBe(Math.min(1, expected.length));
  for (const { source, start, end } of kept) {
    expect(source).toMatch(/^predict [\w-]+$/);
    expect(start).toBe(0);
    expect([1, 2].includes(end) || (end > 15 && end <= 30)).toBe(true);
  }
});

it("counts what it kept and what it could not keep", async () => {
  const { golem } = await getToneGolem();
  const folder = await createScratchFolder();
  const served = await serve({ golems: [golem], keep: { folder, maximumBytes: 1000 } });
  onTestFinished(() => served.server.close());
  await listen(served.url);
  await expect
    .poll(async () => (await served.fetch("/metrics")).text(), { timeout: 10_000 })
    .toContain('golem_kept_clips_total{kind="failed"} 1\n');
  expect(served.getLog()).toContainEqual(expect.objectContaining({ level: 40, code: "output-failed" }));
});
