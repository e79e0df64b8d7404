/**
 * docs/formats.md, the table of audio formats: a second of sound in each format, made by ffmpeg or sox, is really
 * decoded by Node alone, by Node with ffmpeg, and in Chromium. After a change of decoders,
 * `npx vitest run --mode slow test/docs/format-table -u` writes it again.
 */
import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { openAudio } from "../../src/audio/open-audio.ts";
import { createFfmpegDecoder } from "../../src/node/decode/ffmpeg-decoder.ts";
import { openFileSource } from "../../src/node/disk/file-source.ts";
import { createTone, createWav } from "../support/audio-files.ts";
import { browserNote, browserPath, getBrowser } from "../support/browser/browser.ts";
import { openDecodePage } from "../support/browser/decode-page.ts";
import { hasFfmpeg, hasFfmpegNote } from "../support/ffmpeg.ts";
import { createScratchFolder } from "../support/scratch-folder.ts";

/** In Hz. */
const rate = 16_000;
/** Name of the format, file, and what makes it of tone.wav: arguments of ffmpeg, or of sox. */
const formats: readonly (readonly [name: string, file: string, tool: "ffmpeg" | "sox", ...args: string[]])[] =
  [
    ["WAV, 16 bits", "a.wav", "ffmpeg"],
    ["WAV, 24 bits", "b.wav", "ffmpeg", "-c:a", "pcm_s24le"],
    ["WAV, floats", "c.wav", "ffmpeg", "-c:a", "pcm_f32le"],
    ["WAV, A-law", "d.wav", "ffmpeg", "-c:a", "pcm_alaw"],
    ["WAV, IMA ADPCM", "e.wav", "ffmpeg", "-c:a", "adpcm_ima_wav"],
    ["WAV, Microsoft ADPCM", "f.wav", "ffmpeg", "-c:a", "adpcm_ms"],
    ["WAV, GSM", "g.wav", "sox", "-e", "gsm-full-rate", "-r", "8000"],
    ["AIFF", "a.aiff", "ffmpeg"],
    ["FLAC", "a.flac", "ffmpeg"],
    ["MP3", "a.mp3", "ffmpeg"],
    ["Ogg Vorbis", "a.ogg", "ffmpeg", "-c:a", "libvorbis"],
    ["Ogg Opus", "a.opus", "ffmpeg", "-c:a", "libopus"],
    ["Ogg Speex", "b.spx", "ffmpeg", "-c:a", "libspeex"],
    ["WebM, Opus", "a.webm", "ffmpeg", "-c:a", "libopus"],
    ["WebM, Vorbis", "b.webm", "ffmpeg", "-c:a", "libvorbis"],
    ["Matroska, FLAC", "a.mka", "ffmpeg", "-c:a", "flac"],
    ["M4A, AAC", "a.m4a", "ffmpeg", "-c:a", "aac"],
    ["M4A, ALAC", "b.m4a", "ffmpeg", "-c:a", "alac"],
    ["MP4, MP3", "a.mp4", "ffmpeg", "-c:a", "libmp3lame"],
    ["AAC (ADTS)", "a.aac", "ffmpeg", "-c:a", "aac"],
    ["CAF, ALAC", "a.caf", "ffmpeg", "-c:a", "alac"],
    ["WMA", "a.wma", "ffmpeg", "-c:a", "wmav2"],
    ["AC-3", "a.ac3", "ffmpeg", "-c:a", "ac3", "-ar", "48000"],
    ["Sun AU", "a.au", "ffmpeg"],
    ["Wave64", "a.w64", "ffmpeg"],
    ["WavPack", "a.wv", "ffmpeg"],
    ["True Audio", "a.tta", "ffmpeg"],
    ["Creative Voice", "a.voc", "sox"],
    ["NIST SPHERE", "a.sph", "sox"],
  ];
const hasSox = spawnSync("sox", ["--version"]).status === 0;

/** Whether a second of sound comes out in Node. */
async function decodeInNode(path: string, decoders: readonly ReturnType<typeof createFfmpegDecoder>[]) {
  const source = await openFileSource(path);
  try {
    const { facts } = await openAudio(source, { trim: false, decoders });
    return Math.abs(facts.seconds - 1) < 0.1 && facts.peak > 0.1;
  } catch {
    return false;
  } finally {
    await source.close();
  }
}

it.skipIf(!browserPath || !hasFfmpeg || !hasSox)(
  `says what is decoded where${browserNote}${hasFfmpegNote}`,
  { timeout: 240_000 },
  async ({ skip }) => {
    const folder = await createScratchFolder();
    const tone = join(folder, "tone.wav");
    await writeFile(tone, createWav(createTone(rate, 1, 1), rate));
    for (const [name, file, tool, ...args] of formats) {
      const path = join(folder, file);
      const made =
        tool === "ffmpeg"
          ? spawnSync("ffmpeg", ["-v", "error", "-y", "-i", tone, ...args, path])
          : spawnSync("sox", [tone, ...args, path]);
      expect(made.status, `${name}: ${made.stderr}`).toBe(0);
    }
    const decode = await openDecodePage(await getBrowser(), folder);
    const decodeInBrowser = async (file: string): Promise<boolean> => {
      const { planes } = await decode(file);
      return planes !== undefined && planes[0]!.length > 7000 && planes[0]!.some((value) => value > 0.1);
    };
    if (!(await decodeInBrowser("a.m4a"))) skip("this Chromium has no AAC");
    const lines = ["| format | Node alone | Node with ffmpeg | Debian's Chromium |", "|---|---|---|---|"];
    for (const [name, file] of formats) {
      const path = join(folder, file);
      const cells = [
        await decodeInNode(path, []),
        await decodeInNode(path, [createFfmpegDecoder()]),
        await decodeInBrowser(file),
      ];
      lines.push(`| ${[name, ...cells.map((can) => (can ? "yes" : "no"))].join(" | ")} |`);
    }
    const text = [
      "# Audio formats",
      "",
      "What is decoded where, tried with a second of sound in each format (test/docs/format-table.slow.test.ts makes this page).",
      "Without ffmpeg, the optional package `node-web-audio-api` decodes AAC and ALAC in Node. Other browsers were not tried.",
      "",
      ...lines,
      "",
    ].join("\n");
    await expect(text).toMatchFileSnapshot(resolve(import.meta.dirname, "../../docs/formats.md"));
  },
);
