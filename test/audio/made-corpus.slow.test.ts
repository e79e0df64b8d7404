/**
 * Files made here by ffmpeg, in every codec it writes, at five rates, with one, two and six channels; with tags in
 * front and behind; joined: decoded here and by ffmpeg to the same samples, within what decoding-tolerance.ts states.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRandom } from "../../src/core/random.ts";
import { createFfmpegDecoder } from "../../src/node/decode/ffmpeg-decoder.ts";
import { createWav } from "../support/audio-files.ts";
import { compareDecoded, decodeByFfmpeg, decodeHere } from "../support/both-ways.ts";
import { expectSameSound, getTolerance } from "../support/decoding-tolerance.ts";
import { hasFfmpeg, hasFfmpegNote } from "../support/ffmpeg.ts";
import { sharedData, sharedDataNote } from "../support/shared-data.ts";

const decoders = [createFfmpegDecoder()];
const text = (letters: string): Buffer => Buffer.from(letters, "latin1");

/** Ending, and codecs of ffmpeg that it may have. */
const codecs: Readonly<Record<string, string>> = {
  wav: "pcm_u8 pcm_s16le pcm_s24le pcm_s32le pcm_f32le pcm_f64le pcm_alaw pcm_mulaw adpcm_ima_wav adpcm_ms libmp3lame",
  aiff: "pcm_s8 pcm_s16be pcm_s24be pcm_s32be pcm_f32be pcm_f64be pcm_alaw pcm_mulaw pcm_s16le",
  au: "pcm_s8 pcm_s16be pcm_s24be pcm_s32be pcm_f32be pcm_f64be pcm_alaw pcm_mulaw",
  caf: "pcm_s8 pcm_s16be pcm_s16le pcm_s24le pcm_f32be pcm_f32le pcm_f64be pcm_alaw pcm_mulaw alac",
  w64: "pcm_u8 pcm_s16le pcm_s24le pcm_f32le pcm_alaw adpcm_ms",
  flac: "flac",
  ogg: "flac libvorbis libspeex",
  opus: "libopus",
  mp3: "libmp3lame",
  mp2: "mp2",
  webm: "libopus libvorbis",
  mka: "flac libopus libvorbis libmp3lame pcm_u8 pcm_s16le pcm_s16be pcm_s24le pcm_f32le",
  mp4: "flac libmp3lame",
  mov: "pcm_s16le pcm_s16be pcm_s24be pcm_f32le pcm_alaw pcm_mulaw",
  m4a: "aac alac",
  aac: "aac",
  wv: "wavpack",
  tta: "tta",
  wma: "wmav2",
  ac3: "ac3",
  avi: "pcm_s16le",
  flv: "libmp3lame",
  voc: "pcm_u8",
};
const layouts = [
  [8000, 1],
  [16_000, 2],
  [22_050, 1],
  [44_100, 2],
  [48_000, 6],
] as const;

/** Swept tones that differ between channels, and noise: alike at no other place. */
function createSound(rate: number, channels: number, seconds = 0.7): Float32Array[] {
  const random = createRandom(rate, channels);
  return Array.from({ length: channels }, (_, channel) =>
    Float32Array.from({ length: Math.round(rate * seconds) }, (__, i) => {
      const t = i / rate;
      const swept = Math.sin(2 * Math.PI * (300 + 170 * channel) * t * (1 + 0.1 * t));
      const level = 0.3 + 0.2 * Math.sin(2 * Math.PI * 2.3 * t);
      return Math.round(32_768 * level * (swept + 0.02 * random.uniform())) / 32_768;
    }),
  );
}

let folder = "";
const sources = new Map<string, Promise<string>>();

/** The sound as a WAV file of 16 bits. */
function getSource(rate: number, channels: number): Promise<string> {
  const key = `source-${rate}-${channels}.wav`;
  const write = async (): Promise<string> => {
    const path = join(folder, key);
    await writeFile(path, createWav(createSound(rate, channels), rate));
    return path;
  };
  if (!sources.has(key)) sources.set(key, write());
  return sources.get(key)!;
}

/** Writes a file in a codec; undefined where ffmpeg has no such encoder for the rate or the channels. */
async function make(
  ending: string,
  codec: string,
  rate: number,
  channels: number,
): Promise<string | undefined> {
  const path = join(folder, `${codec}-${rate}-${channels}.${ending}`);
  const source = await getSource(rate, channels);
  const args = ["-v", "error", "-y", "-nostdin", "-i", source, "-c:a", codec, "-strict", "-2", path];
  return spawnSync("ffmpeg", args).status === 0 ? path : undefined;
}

async function expectAlike(path: string, reference = path): Promise<void> {
  const own = await decodeHere(path, decoders);
  const other = decodeByFfmpeg(reference, own.codec === "opus" ? ["-c:a", "libopus"] : []);
  expectSameSound(own, other!);
  // The padding at the end of a last block.
  expect(own.warnings.filter((code) => code !== "wrong-extension")).toEqual([]);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "golem-corpus-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.skipIf(!hasFfmpeg)(`files of every codec, both ways${hasFfmpegNote}`, () => {
  const rows = Object.entries(codecs).flatMap(([ending, names]) =>
    names.split(" ").map((codec) => [ending, codec] as const),
  );

  it.each(rows)("%s: %s", { timeout: 60_000 }, async (ending, codec) => {
    let made = 0;
    for (const [rate, channels] of layouts) {
      const path = await make(ending, codec, rate, channels);
      if (path === undefined) continue;
      made++;
      await expectAlike(path);
    }
    expect(made).toBeGreaterThan(0);
  });

  const id3 = (size: number): Buffer =>
    Buffer.concat([text("ID3\x03\0\0\0\0"), Buffer.from([size >> 7, size & 127]), Buffer.alloc(size, 1)]);
  const tag = Buffer.concat([text("TAG"), Buffer.alloc(125, 65)]);
  const tagged = rows.filter(([, codec]) =>
    /pcm_s16|flac|lib|aac|alac|mp2|adpcm_ms|wv|tta|wma|ac3/.test(codec),
  );

  it.each(tagged)("tags around %s: %s", { timeout: 60_000 }, async (ending, codec) => {
    const path = await make(ending, codec, 16_000, 2);
    if (path === undefined) return;
    const bytes = await readFile(path);
    const plain = await decodeHere(path, decoders);
    for (const [name, parts] of [
      ["front", [id3(301), bytes]],
      ["two", [id3(301), id3(16_000), bytes]],
      ["behind", [bytes, tag]],
    ] as const) {
      // ffmpeg skips one tag in front of a file that it has to read at its end first.
      if (ending === "caf" && codec === "alac" && name === "two") continue;
      const changed = join(folder, `${name}-${codec}-16000-2.${ending}`);
      await writeFile(changed, Buffer.concat(parts));
      const own = await decodeHere(changed, decoders);
      const difference = compareDecoded(own, plain);
      // With a tag behind AC-3, ffmpeg leaves out the last frame.
      if (codec === "ac3" && name === "behind") continue;
      expect([name, difference.extra, difference.largest, own.warnings]).toEqual([
        name,
        0,
        0,
        plain.warnings,
      ]);
    }
  });

  const joinable = [
    "wav pcm_s16le",
    "wav pcm_f32le",
    "aiff pcm_s16be",
    "flac flac",
    "ogg flac",
    "ogg libvorbis",
  ];
  it.each([...joinable, "opus libopus", "mp3 libmp3lame", "mp2 mp2", "aac aac", "ac3 ac3"])(
    "three joined files: %s",
    { timeout: 60_000 },
    async (kind) => {
      const [ending, codec] = kind.split(" ") as [string, string];
      const parts = await Promise.all(
        (
          [
            [48_000, 2],
            [48_000, 1],
            [44_100, 2],
          ] as const
        ).map(([rate, channels]) => make(ending, codec, rate, channels)),
      );
      const files = await Promise.all(parts.map((part) => readFile(part!)));
      const path = join(folder, `joined-${codec}.${ending}`);
      await writeFile(path, Buffer.concat(files));
      const own = await decodeHere(path, decoders);
      let seconds = 0;
      for (const part of parts) {
        const { planes, sampleRate } = await decodeHere(part!, decoders);
        seconds += planes[0]!.length / sampleRate;
      }
      // MP3: later parts keep delay and padding.
      const slack = codec === "libmp3lame" ? 0.11 : codec === "aac" || codec === "ac3" ? 0.07 : 0.001;
      expect(Math.abs(own.planes[0]!.length / own.sampleRate - seconds)).toBeLessThan(slack);
      expect(own.warnings).toEqual([]);
      const first = await decodeHere(parts[0]!, decoders);
      const length = Math.round(0.6 * 48_000);
      const begin = (planes: readonly Float32Array[]) => ({
        planes: planes.map((plane) => plane.subarray(0, length)),
      });
      expect(compareDecoded(begin(own.planes), begin(first.planes)).noiseDb).toBeLessThan(-60);
    },
  );
});

describe.skipIf(!hasFfmpeg || !sharedData)(`plain files, both ways${hasFfmpegNote}${sharedDataNote}`, () => {
  const cases = resolve(sharedData ?? ".", "../cases");
  const folders = ["layout-train-test-flat", "layout-split-and-extra", "silence-class"];

  it.skipIf(!existsSync(cases)).each(folders)("%s", { timeout: 60_000 }, async (name) => {
    const files = readdirSync(join(cases, name), { recursive: true, withFileTypes: true });
    for (const { parentPath, name: file } of files.filter((entry) => entry.name.endsWith(".wav")))
      await expectAlike(join(parentPath, file));
  });

  // Sets with recordings in three formats.
  it.each(["digits/0", "wakewords/jarvis", "esc10/dog_bark", "drinks/espresso"])(
    "%s",
    { timeout: 120_000 },
    async (name) => {
      const path = join(sharedData!, name);
      if (!existsSync(path)) return;
      for (const file of readdirSync(path).slice(0, 10)) {
        const own = await decodeHere(join(path, file));
        expectSameSound(own, decodeByFfmpeg(join(path, file))!, getTolerance(own.codec));
      }
    },
  );
});
