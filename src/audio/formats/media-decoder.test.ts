import { spawnSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createTone, createWav } from "../../../test/support/audio-files.ts";
import { hasFfmpeg, hasFfmpegNote } from "../../../test/support/ffmpeg.ts";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { createMemorySource } from "../../core/byte-source.ts";
import { createStreamedSource } from "../streamed-source.ts";
import { decodeSource } from "./decode-source.ts";

const rate = 44_100;
let folder = "";

function runFfmpeg(options: readonly string[]): Buffer {
  const run = spawnSync("ffmpeg", ["-v", "error", "-y", ...options], { maxBuffer: 1e9 });
  if (run.status !== 0) throw new Error(String(run.stderr));
  return run.stdout;
}

/** A tone with a start that is not alike anywhere else, encoded by ffmpeg. */
async function encode(name: string, options: readonly string[]): Promise<Uint8Array> {
  const planes = createTone(rate, 2, 2);
  for (const plane of planes) for (let i = 0; i < plane.length; i++) plane[i]! *= 1 - i / (2 * plane.length);
  folder = await createScratchFolder();
  const wav = join(folder, "tone.wav");
  await writeFile(wav, createWav(planes, rate));
  runFfmpeg(["-i", wav, ...options, join(folder, name)]);
  return readFile(join(folder, name));
}

/** Samples of all channels, interleaved, without any other decoder. */
async function decode(bytes: Uint8Array, name: string, isStreamed = false) {
  async function* arrive() {
    for (let at = 0; at < bytes.length; at += 5000) yield bytes.subarray(at, at + 5000);
  }
  const source = isStreamed ? createStreamedSource(arrive(), name) : createMemorySource(bytes, name);
  const { stream } = await decodeSource(source, [], {});
  const samples: number[] = [];
  for await (const planes of stream.chunks) {
    for (let i = 0; i < planes[0]!.length; i++) for (const plane of planes) samples.push(plane[i]!);
  }
  return { stream, samples };
}

describe.skipIf(!hasFfmpeg)(`mediaDecoder${hasFfmpegNote}`, () => {
  it.each([
    ["opus.webm", "opus", ["-c:a", "libopus"], ["-c:a", "libopus"], 1e-4, 0],
    ["opus.mka", "opus", ["-c:a", "libopus", "-frame_duration", "60"], ["-c:a", "libopus"], 1e-4, 0],
    ["live.webm", "opus", ["-c:a", "libopus", "-live", "1"], ["-c:a", "libopus"], 1e-4, 0],
    ["mp3.mp4", "mp3", ["-c:a", "libmp3lame"], [], 1e-5, 0],
    ["vorbis.webm", "vorbis", ["-c:a", "libvorbis"], [], 1e-6, 0],
    ["vorbis.mka", "vorbis", ["-c:a", "libvorbis"], [], 1e-6, 0],
    ["flac.mka", "flac", ["-c:a", "flac"], [], 0, 0],
    ["flac.mp4", "flac", ["-c:a", "flac", "-strict", "-2"], [], 0, 0],
    ["opus.mp4", "opus", ["-c:a", "libopus"], ["-c:a", "libopus"], 1e-4, 960],
    ["mp3.mka", "mp3", ["-c:a", "libmp3lame"], [], 1e-5, 1152],
    ["pcm.mka", "pcm-s24", ["-c:a", "pcm_s24le"], [], 0, 0],
    ["pcm.mov", "pcm-s16", ["-c:a", "pcm_s16be"], [], 0, 0],
  ] as const)(
    "decodes %s without ffmpeg to its samples",
    async (name, codec, options, reading, most, longer) => {
      const bytes = await encode(name, options);
      const { stream, samples } = await decode(bytes, name);
      expect(stream).toMatchObject({ codec, channels: 2, warnings: [] });
      const raw = runFfmpeg([...reading, "-i", join(folder, name), "-f", "f32le", "-"]);
      const expected = new Float32Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.length));
      expect(samples.length / 2 - expected.length / 2).toBeGreaterThanOrEqual(0);
      expect(samples.length / 2 - expected.length / 2).toBeLessThanOrEqual(longer);
      let worst = 0;
      for (const [i, value] of expected.entries()) worst = Math.max(worst, Math.abs(value - samples[i]!));
      expect(worst).toBeLessThanOrEqual(most);
      expect(expected.length).toBeGreaterThan(2 * 1.99 * rate);
    },
  );

  it("decodes WebM while it arrives", async () => {
    const bytes = await encode("arriving.webm", ["-c:a", "libopus"]);
    const whole = await decode(bytes, "arriving.webm");
    expect((await decode(bytes, "arriving.webm", true)).samples).toEqual(whole.samples);
  });

  it("leaves a file that was cut off to ffmpeg", async () => {
    const bytes = await encode("cut.webm", ["-c:a", "libopus"]);
    await expect(decode(bytes.subarray(0, bytes.length / 2), "cut.webm")).rejects.toMatchObject({
      code: "needs-ffmpeg",
      message: expect.stringMatching(/bytes are missing at its end.*ffmpeg/),
    });
  });

  it("names the codec that only ffmpeg decodes", async () => {
    const bytes = await encode("clip.m4a", ["-c:a", "aac"]);
    await expect(decode(bytes, "clip.m4a")).rejects.toMatchObject({
      code: "needs-ffmpeg",
      message: expect.stringMatching(/AAC.*ffmpeg/),
    });
  });

  it("ends on damage of any kind", { timeout: 60_000 }, async () => {
    for (const name of ["damage.webm", "damage.mp4"]) {
      const bytes = await encode(name, ["-c:a", "libopus", "-t", "0.5"]);
      for (let seed = 1; seed <= 60; seed++) {
        const copy = bytes.slice(0, seed % 3 === 0 ? Math.floor((bytes.length * seed) / 60) : bytes.length);
        for (let k = 0; k < 20; k++) {
          const at =
            (seed * 7919 + k * 104_729 + k * k * 31) % (k < 10 ? Math.min(700, copy.length) : copy.length);
          copy[at]! ^= 1 << ((seed + k) % 8);
        }
        const ending = await decode(copy, name).catch((error: { code?: string }) => error);
        expect("samples" in ending || typeof ending.code === "string", String(ending)).toBe(true);
      }
    }
  });
});
