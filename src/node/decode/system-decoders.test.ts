import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { createTone, createWav } from "../../../test/support/audio-files.ts";
import { hasFfmpeg, hasFfmpegNote } from "../../../test/support/ffmpeg.ts";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { createMemorySource, openAudio } from "../../audio/index.ts";
import { createFfmpegDecoder } from "./ffmpeg-decoder.ts";
import { createWebAudioDecoder } from "./system-decoders.ts";

/** A folder with node-web-audio-api installed, which is not a dependency of the tests. */
const peerFolder = process.env.GOLEM_TEST_WEB_AUDIO ?? "";
const peerFile = join(peerFolder, "node_modules/node-web-audio-api/index.mjs");
const hasPeer = peerFolder !== "" && existsSync(peerFile);
const note = hasPeer ? "" : " (skipped: GOLEM_TEST_WEB_AUDIO is not a folder with node-web-audio-api)";

const noFfmpeg = createFfmpegDecoder({ command: "/no-such-ffmpeg" });

async function encode(name: string, options: readonly string[]): Promise<Uint8Array> {
  const folder = await createScratchFolder();
  await writeFile(join(folder, "tone.wav"), createWav(createTone(44_100, 1, 2), 44_100));
  const run = spawnSync("ffmpeg", [
    "-v",
    "error",
    "-i",
    join(folder, "tone.wav"),
    ...options,
    join(folder, name),
  ]);
  if (run.status !== 0) throw new Error(String(run.stderr));
  return readFile(join(folder, name));
}

async function read(bytes: Uint8Array, name: string, decoders: Parameters<typeof openAudio>[1]) {
  const opened = await openAudio(createMemorySource(bytes, name), { trim: false, ...decoders });
  for await (const window of opened.windows()) return { facts: opened.facts, samples: window };
  throw new Error("no window");
}

describe.skipIf(!hasPeer || !hasFfmpeg)(`the optional decoder${note}${hasFfmpegNote}`, () => {
  it.each([
    ["last-index.m4a", ["-c:a", "aac"]],
    ["fragments.mp4", ["-c:a", "aac", "-movflags", "frag_keyframe+empty_moov"]],
    ["clip.aac", ["-c:a", "aac"]],
    ["alac.m4a", ["-c:a", "alac"]],
  ] as const)("decodes %s to the samples of ffmpeg", async (name, options) => {
    const bytes = await encode(name, options);
    const own = await read(bytes, name, {
      decoders: [noFfmpeg, createWebAudioDecoder(pathToFileURL(peerFile).href)],
    });
    const other = await read(bytes, name, { decoders: [createFfmpegDecoder()] });
    expect(own.facts).toMatchObject({ container: other.facts.container, sampleRate: 44_100, channels: 2 });
    expect(Math.abs(own.facts.seconds - other.facts.seconds)).toBeLessThan(1025 / 44_100);
    let worst = 0;
    // After the end of the shorter one, resampling differs.
    for (let i = 0; i < 15_500; i++) worst = Math.max(worst, Math.abs(own.samples[i]! - other.samples[i]!));
    expect(worst).toBeLessThan(1e-4);
  });
});

it("gives the error of ffmpeg if the optional decoder is not installed", async () => {
  const head = new TextEncoder().encode("\0\0\0 ftypM4A \0\0\0\0M4A mp42isom");
  const source = createMemorySource(head, "clip.m4a");
  const decoders = [noFfmpeg, createWebAudioDecoder("golem-no-such-package")];
  await expect(openAudio(source, { decoders })).rejects.toMatchObject({
    code: "needs-ffmpeg",
    hint: expect.stringContaining("Install ffmpeg"),
  });
});
