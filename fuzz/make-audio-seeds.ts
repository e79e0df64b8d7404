/**
 * Makes the seeds of recordings that code cannot write: short clips in every format of docs/formats.md, by ffmpeg and
 * sox. The clips are a tenth of a second, so that an input costs little; the older seeds beside them, which ffmpeg
 * made as well, are longer (chained.ogg, joined.mp3, tone.*). What exists is left as it is: results name inputs by
 * their number, which is only repeatable with the same seeds.
 *
 *   npx tsx fuzz/make-audio-seeds.ts
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createTone, createWav } from "../test/support/audio-files.ts";

const seeds = fileURLToPath(new URL("seeds/audio", import.meta.url));
/** In Hz. */
const rate = 8000;

/** File, and what makes it of a tone: arguments of ffmpeg, or of sox. */
const clips: readonly (readonly [file: string, tool: "ffmpeg" | "sox", ...args: string[]])[] = [
  ["clip-gsm.wav", "sox", "-e", "gsm-full-rate"],
  ["clip-mp3.wav", "ffmpeg", "-c:a", "libmp3lame"],
  ["clip-three-channels.wav", "ffmpeg", "-ac", "3", "-c:a", "pcm_s24le"],
  ["clip-rf64.wav", "ffmpeg", "-rf64", "always"],
  ["clip-float.aiff", "ffmpeg", "-c:a", "pcm_f32be"],
  ["clip-mulaw.aiff", "ffmpeg", "-c:a", "pcm_mulaw"],
  ["clip-mulaw.au", "ffmpeg", "-c:a", "pcm_mulaw"],
  ["clip-float.au", "ffmpeg", "-c:a", "pcm_f32be"],
  ["clip-float.caf", "ffmpeg", "-c:a", "pcm_f32le"],
  ["clip-alac.caf", "ffmpeg", "-c:a", "alac"],
  ["clip-float.w64", "ffmpeg", "-c:a", "pcm_f32le"],
  ["clip.flac", "ffmpeg"],
  ["clip.spx", "ffmpeg", "-c:a", "libspeex"],
  ["clip-vorbis.ogg", "ffmpeg", "-c:a", "libvorbis"],
  ["clip-opus.webm", "ffmpeg", "-c:a", "libopus"],
  ["clip-vorbis.webm", "ffmpeg", "-c:a", "libvorbis"],
  ["clip-flac.mka", "ffmpeg", "-c:a", "flac"],
  ["clip-pcm.mka", "ffmpeg", "-c:a", "pcm_s16le"],
  ["clip-alac.m4a", "ffmpeg", "-c:a", "alac"],
  ["clip-mp3.mp4", "ffmpeg", "-c:a", "libmp3lame", "-ar", "16000"],
  ["clip-opus.mp4", "ffmpeg", "-c:a", "libopus"],
  ["clip-flac.mp4", "ffmpeg", "-c:a", "flac", "-strict", "-2"],
  [
    "clip-fragments.mp4",
    "ffmpeg",
    "-c:a",
    "flac",
    "-strict",
    "-2",
    "-movflags",
    "empty_moov+frag_every_frame",
  ],
  ["clip-pcm.mov", "ffmpeg", "-c:a", "pcm_s16le"],
  ["clip-mulaw.mov", "ffmpeg", "-c:a", "pcm_mulaw"],
  ["clip.aac", "ffmpeg", "-c:a", "aac"],
  ["clip.wma", "ffmpeg", "-c:a", "wmav2"],
  ["clip.ac3", "ffmpeg", "-c:a", "ac3", "-ar", "48000"],
  ["clip.wv", "ffmpeg"],
  ["clip.tta", "ffmpeg"],
  ["clip.voc", "sox"],
  ["clip.sph", "sox"],
];

const folder = mkdtempSync(join(tmpdir(), "golem-seeds-"));
const tone = join(folder, "tone.wav");
writeFileSync(tone, createWav(createTone(rate, 0.1), rate));
for (const [file, tool, ...args] of clips) {
  const path = join(seeds, file);
  if (existsSync(path)) continue;
  const exact = ["-fflags", "+bitexact", "-flags", "+bitexact"];
  const made =
    tool === "ffmpeg"
      ? spawnSync("ffmpeg", ["-v", "error", "-i", tone, ...args, ...exact, path], { encoding: "utf8" })
      : spawnSync("sox", ["-V1", tone, ...args, path], { encoding: "utf8" });
  if (made.status !== 0) throw new Error(`${file}: ${made.stderr}`);
  console.log(`${file}: ${readFileSync(path).length} bytes`);
}
rmSync(folder, { recursive: true });
