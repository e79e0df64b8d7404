/** What browsers decode themselves, against ffmpeg: M4A, AAC, and AAC in Matroska, by WebCodecs and by `decodeAudioData`. */
import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createTone, createWav } from "../support/audio-files.ts";
import { browserNote, browserPath, getBrowser } from "../support/browser/browser.ts";
import { openDecodePage } from "../support/browser/decode-page.ts";
import { hasFfmpeg, hasFfmpegNote } from "../support/ffmpeg.ts";
import { createScratchFolder } from "../support/scratch-folder.ts";

const rate = 44_100;
const files: Readonly<Record<string, readonly string[]>> = {
  "clip.m4a": ["-c:a", "aac"],
  "mono-22k.m4a": ["-c:a", "aac", "-ac", "1", "-ar", "22050"],
  "clip.aac": ["-c:a", "aac"],
  "aac.mka": ["-c:a", "aac"],
  "fragments.mp4": ["-c:a", "aac", "-movflags", "frag_keyframe+empty_moov"],
  "opus.webm": ["-c:a", "libopus"],
  "vorbis.webm": ["-c:a", "libvorbis"],
  "alac.m4a": ["-c:a", "alac"],
};

async function makeFiles(): Promise<string> {
  const folder = await createScratchFolder();
  const planes = createTone(rate, 1, 2);
  for (const plane of planes) for (let i = 0; i < plane.length; i++) plane[i]! *= 1 - i / (2 * plane.length);
  await writeFile(join(folder, "tone.wav"), createWav(planes, rate));
  for (const [name, options] of Object.entries(files)) {
    const wav = join(folder, "tone.wav");
    const run = spawnSync("ffmpeg", ["-v", "error", "-i", wav, ...options, join(folder, name)]);
    if (run.status !== 0) throw new Error(String(run.stderr));
  }
  return folder;
}

function decodeByFfmpeg(file: string, reading: readonly string[] = []): Float32Array {
  const { stdout } = spawnSync("ffmpeg", ["-v", "error", ...reading, "-i", file, "-f", "f32le", "-"], {
    maxBuffer: 1e9,
  });
  return new Float32Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.length));
}

describe.skipIf(!browserPath || !hasFfmpeg)(`decoders of a browser${browserNote}${hasFfmpegNote}`, () => {
  it("give the samples of ffmpeg, from the first one on", { timeout: 60_000 }, async ({ skip }) => {
    const folder = await makeFiles();
    const decode = await openDecodePage(await getBrowser(), folder);
    const probe = await decode("clip.aac");
    if (probe.code === "unsupported-codec") skip("this Chromium has no AAC");
    for (const [name, ways] of [
      ["clip.m4a", [undefined, "webcodecs", "decode-audio-data"]],
      ["mono-22k.m4a", [undefined, "decode-audio-data"]],
      ["clip.aac", [undefined, "decode-audio-data"]],
      ["aac.mka", [undefined, "decode-audio-data"]],
      ["fragments.mp4", [undefined, "decode-audio-data"]],
      ["opus.webm", [undefined]],
      ["vorbis.webm", [undefined]],
    ] as const) {
      const expected = decodeByFfmpeg(join(folder, name), name === "opus.webm" ? ["-c:a", "libopus"] : []);
      for (const way of ways) {
        const { planes, ...rest } = await decode(name, way);
        expect(planes, `${name} by ${way}: ${JSON.stringify(rest)}`).toBeDefined();
        const frames = expected.length / planes!.length;
        // Browsers cut off the padding of the last packet, which ffmpeg keeps.
        expect(Math.abs(planes![0]!.length - frames), `${name} by ${way}`).toBeLessThanOrEqual(1024);
        const shared = Math.min(frames, planes![0]!.length);
        let worst = 0;
        for (const [channel, plane] of planes!.entries()) {
          for (let i = 0; i < shared; i++) {
            worst = Math.max(worst, Math.abs(plane[i]! - expected[i * planes!.length + channel]!));
          }
        }
        expect(worst, `${name} by ${way}`).toBeLessThan(1e-4);
      }
    }
  });

  it("say which codec they lack", { timeout: 60_000 }, async () => {
    const decode = await openDecodePage(await getBrowser(), await makeFiles());
    expect(await decode("alac.m4a")).toMatchObject({
      code: "unsupported-codec",
      message: expect.stringMatching(/ALAC.*this browser cannot decode/),
    });
  });
});
