/**
 * Files for ffmpeg or a demuxer, joined, truncated or followed by other bytes: decoded, or reported as lost.
 */
import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTone, createWav } from "../../../test/support/audio-files.ts";
import { decodeHere } from "../../../test/support/both-ways.ts";
import { hasFfmpeg, hasFfmpegNote } from "../../../test/support/ffmpeg.ts";
import { createFfmpegDecoder } from "./ffmpeg-decoder.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "golem-joined-"));
});
afterAll(() => rm(folder, { recursive: true }));

const decoders = [createFfmpegDecoder()];
const rate = 16_000;
const wav = Buffer.from(createWav(createTone(rate, 0.5), rate));

/** Half a second in a format; undefined if this ffmpeg cannot write it. */
async function encode(name: string, args: readonly string[] = []): Promise<Buffer | undefined> {
  const source = join(folder, "source.wav");
  await writeFile(source, wav);
  const file = join(folder, name);
  const run = spawnSync("ffmpeg", ["-y", "-v", "error", "-i", source, ...args, file]);
  return run.status === 0 ? readFile(file) : undefined;
}

async function decode(name: string, parts: readonly Buffer[]) {
  const file = join(folder, name);
  await writeFile(file, Buffer.concat(parts));
  const { planes, sampleRate, warnings } = await decodeHere(file, decoders);
  return { seconds: planes[0]!.length / sampleRate, warnings, samples: planes[0]! };
}

const formats: readonly (readonly [string, readonly string[]])[] = [
  ["a.tta", []],
  ["a.wv", []],
  ["a.wma", []],
  ["a.voc", []],
  ["a.m4a", []],
  ["alac.caf", ["-c:a", "alac"]],
  ["fragments.mp4", ["-movflags", "frag_keyframe+empty_moov"]],
  ["gsm.wav", ["-c:a", "libgsm_ms", "-ar", "8000"]],
  ["speex.ogg", ["-c:a", "libspeex"]],
  ["vorbis.mka", ["-c:a", "libvorbis"]],
  ["live.webm", ["-c:a", "libopus", "-live", "1"]],
];

describe.skipIf(!hasFfmpeg)(`formats that are not built in, joined${hasFfmpegNote}`, () => {
  it.each(formats)("decodes three joined files of %s to the end", async (name, args) => {
    const bytes = await encode(name, args);
    if (!bytes) return;
    const one = await decode(name, [bytes]);
    const three = await decode(`three-${name}`, [bytes, bytes, bytes]);
    expect(one.warnings).toEqual([]);
    expect(three.warnings).toEqual([]);
    expect(three.seconds).toBeCloseTo(3 * one.seconds, 1);
    const last = three.samples.subarray(-4000);
    expect(Math.max(...last)).toBeCloseTo(Math.max(...one.samples.subarray(-4000)), 1);
  });

  it("continues in another format, after a tag or zeros", async () => {
    const tta = await encode("a.tta");
    const tag = Buffer.concat([Buffer.from("TAG"), Buffer.alloc(125, 65)]);
    for (const between of [[], [tag], [Buffer.alloc(4096)]]) {
      const { seconds, warnings } = await decode("mixed.tta", [tta!, ...between, wav]);
      expect([seconds, warnings]).toEqual([1, []]);
    }
    const speex = await encode("speex.ogg", ["-c:a", "libspeex"]);
    const vorbis = await encode("vorbis.ogg", ["-c:a", "libvorbis"]);
    if (!speex || !vorbis) return;
    const { seconds } = await decode("chained.ogg", [speex, vorbis]);
    expect(seconds).toBeCloseTo(1, 1);
  });

  it("reports lost parts", async () => {
    const tta = (await encode("a.tta"))!;
    const junk = Buffer.from(Array.from({ length: 9000 }, (_, i) => (i * i * 31 + i * 7) & 0xff));
    expect((await decode("junk.tta", [tta, junk])).warnings).toEqual(["bytes-left"]);
    expect((await decode("tag.tta", [tta, Buffer.alloc(9000)])).warnings).toEqual([]);
    const flv = await encode("a.flv", ["-ar", "22050", "-c:a", "libmp3lame"]);
    if (flv) {
      expect((await decode("cut.flv", [flv.subarray(0, flv.length / 2)])).warnings).toEqual(["truncated"]);
    }
    await expect(decode("cut.tta", [tta.subarray(0, 200)])).rejects.toMatchObject({
      code: "corrupt-audio",
      message: expect.stringMatching(/ffmpeg could not decode cut.tta/),
    });
    const wma = await encode("a.wma");
    if (wma)
      expect((await decode("cut.wma", [wma.subarray(0, wma.length / 2)])).warnings).toEqual(["truncated"]);
    const aac = (await encode("a.aac"))!;
    expect((await decode("whole.aac", [aac])).warnings).toEqual([]);
    expect((await decode("junk.aac", [aac, junk])).warnings).toEqual(["bytes-left"]);
    expect((await decode("inside.aac", [aac, junk, aac])).warnings).toEqual(["damaged"]);
  });

  it("keeps the length of AMR pauses", async () => {
    // Frames of 12.2 kbit/s, each second one followed by noise descriptions and frames without data.
    const speech = (i: number) =>
      Buffer.from([0x3c, ...Array.from({ length: 31 }, (_, k) => (i * 37 + k * 11) & 0xff)]);
    const frames = Array.from({ length: 50 }, (_, i) =>
      i % 2 ? [speech(i), Buffer.from([0x44, 1, 2, 3, 4, 5]), Buffer.from([0x7c])] : [speech(i)],
    ).flat();
    const bytes = Buffer.concat([Buffer.from("#!AMR\n"), ...frames]);
    const { seconds, samples, warnings } = await decode("pauses.amr", [bytes]);
    expect(seconds).toBeCloseTo(2, 5);
    expect(samples.subarray(320, 640).every((value) => value === 0)).toBe(true);
    expect(samples.subarray(0, 320).some((value) => value !== 0)).toBe(true);
    expect(warnings.filter((code) => code !== "damaged")).toEqual([]);
    expect((await decode("twice.amr", [bytes, bytes])).seconds).toBeCloseTo(4, 5);
  });
});
