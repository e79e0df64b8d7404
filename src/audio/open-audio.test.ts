import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createTone, createWav, measureTone, readAll } from "../../test/support/audio-files.ts";
import type { ByteSource } from "../core/byte-source.ts";
import { createBlobSource, createMemorySource } from "../core/byte-source.ts";
import { defaultAudioSettings } from "./audio.ts";
import { describeAudio } from "./audio-description.ts";
import { createAudioHasher, digestPortable } from "./audio-hash.ts";
import { openAudio } from "./open-audio.ts";
import { trimParameters } from "./trim.ts";
import { computeWindowBounds } from "./windows.ts";

const options = { sampleRate: 8000, trim: false };

describe("openAudio", () => {
  it("reports the facts", async () => {
    const { facts } = await readAll(createWav(createTone(8000, 1, 2), 8000), options, "clip.wav");
    expect(facts).toMatchObject({
      container: "wav",
      codec: "pcm-s16",
      sampleRate: 8000,
      channels: 2,
      seconds: 1,
      kept: [0, 1],
      warnings: [],
      clippedFraction: 0,
    });
    // mean of two sines of amplitude 0.5: power 2 * 0.125 / 4
    expect(facts.loudnessDb).toBeCloseTo(10 * Math.log10(0.0625), 2);
    expect(facts.peak).toBeGreaterThan(0.4);
    expect(facts.peak).toBeLessThan(0.5);
  });

  it("computes hash and fingerprint only on request, with otherwise equal facts", async () => {
    const wav = createWav(createTone(44_100, 1, 2), 44_100);
    const known = await readAll(wav);
    const { facts, windows } = await readAll(wav, { identify: false });
    expect(known.facts.audioHash).toMatch(/^[0-9a-f]{64}$/);
    expect(known.facts.fingerprint.length).toBeGreaterThan(0);
    expect(facts).toEqual({
      ...known.facts,
      audioHash: "",
      fingerprint: new Uint32Array(0),
      levels: new Uint32Array(0),
    });
    expect(windows).toEqual(known.windows);
  });

  it("mixes down by the mean and resamples", async () => {
    const { windows } = await readAll(createWav(createTone(44_100, 1, 2), 44_100), { trim: false });
    expect(windows[0]!.length).toBe(16_000);
    expect(measureTone(windows[0]!, 16_000, 440)).toBeCloseTo(0.25, 3);
    expect(measureTone(windows[0]!, 16_000, 880)).toBeCloseTo(0.25, 3);
  });

  it("cuts long recordings into equal windows that add up to the whole, also in the second reading", async () => {
    const tone = createTone(8000, 7.3, 1, 333);
    const { windows } = await readAll(createWav(tone, 8000, "f32"), { ...options, windowSeconds: 2 });
    expect(windows.map((window) => window.length)).toEqual([14_600, 14_600, 14_600, 14_600]);
    expect(windows.flatMap((window) => [...window])).toEqual([...tone[0]!]);
  });

  it("cuts windows from the kept part only, the same whether kept in memory or read again", async () => {
    const clip = new Float32Array(8000 * 6);
    clip.set(createTone(8000, 2)[0]!, 8000 * 2);
    const bytes = createWav([clip], 8000);
    const once = await readAll(bytes, { sampleRate: 8000 });
    const twice = await readAll(bytes, { sampleRate: 8000, windowSeconds: 2.9 });
    expect(once.facts.kept[0]).toBeCloseTo(2 - trimParameters.marginSeconds, 1);
    expect(twice.facts.kept).toEqual(once.facts.kept);
    expect(twice.windows[0]).toEqual(once.windows[0]);
  });

  it("has window bounds of equal length, for any length", () => {
    fc.assert(
      fc.property(
        fc.nat(1_000_000),
        fc.nat(1_000_000),
        fc.integer({ min: 100, max: 50_000 }),
        (start, length, maximumSamples) => {
          const bounds = computeWindowBounds(start, start + length, maximumSamples);
          const lengths = bounds.slice(1).map((bound, i) => bound - bounds[i]!);
          expect(lengths.length).toBe(Math.ceil(length / maximumSamples));
          expect(bounds[0]).toBe(start);
          expect(bounds.at(-1)).toBe(start + length);
          if (length > 0) expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
          if (length > 0) expect(Math.max(...lengths)).toBeLessThanOrEqual(maximumSamples);
        },
      ),
    );
  });

  it("accepts exactly the maximum duration and stops early beyond it", async () => {
    const bytes = createWav(createTone(8000, 2), 8000);
    expect((await readAll(bytes, { ...options, maximumSeconds: 2 })).facts.seconds).toBe(2);
    let bytesRead = 0;
    const source: ByteSource = {
      name: "endless.wav",
      byteLength: 2 ** 31,
      read: async (offset, length) => {
        bytesRead += length;
        const block = new Uint8Array(length);
        block.set(bytes.subarray(offset, offset + length));
        return block;
      },
    };
    const header = bytes.subarray(0, 44);
    new DataView(header.buffer).setUint32(40, 0xffff_ffff, true);
    await expect(openAudio(source, { ...options, maximumSeconds: 2 })).rejects.toMatchObject({
      code: "too-long",
    });
    expect(bytesRead).toBeLessThan(1 << 20);
  });

  it("sets NaN and infinities to zero with a warning", async () => {
    const [tone] = createTone(8000, 1);
    tone!.set([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY], 100);
    const { facts, windows } = await readAll(createWav([tone!], 8000, "f32"), options);
    expect(facts.warnings.map((warning) => warning.code)).toEqual(["not-finite"]);
    expect([...windows[0]!.subarray(100, 103)]).toEqual([0, 0, 0]);
    expect(Number.isFinite(facts.loudnessDb)).toBe(true);
  });

  it("warns of silence and keeps all of it", async () => {
    const { facts, windows } = await readAll(createWav([new Float32Array(8000)], 8000), { sampleRate: 8000 });
    expect(facts.warnings.map((warning) => warning.code)).toEqual(["silent"]);
    expect(facts.kept).toEqual([0, 1]);
    expect(facts.loudnessDb).toBe(Number.NEGATIVE_INFINITY);
    expect(windows[0]!.length).toBe(8000);
  });

  it("counts clipped samples", async () => {
    const square = Float32Array.from({ length: 800 }, (_, i) => (i % 20 < 10 ? 1 : -1));
    const { facts } = await readAll(createWav([square, new Float32Array(800)], 8000), options);
    expect(facts.clippedFraction).toBe(0.5);
  });

  it("identifies files by content and warns when the name disagrees", async () => {
    const { facts } = await readAll(createWav(createTone(8000, 0.1), 8000), options, "song.mp3");
    expect(facts.warnings.map((warning) => warning.code)).toEqual(["wrong-extension"]);
  });

  it("reads from a Blob", async () => {
    const blob = new Blob([createWav(createTone(8000, 0.5), 8000) as Uint8Array<ArrayBuffer>]);
    expect((await openAudio(createBlobSource(blob, "clip.wav"), options)).facts.seconds).toBe(0.5);
  });

  it("rejects with a code", async () => {
    await expect(readAll(new Uint8Array(0))).rejects.toMatchObject({ code: "empty-file" });
    await expect(readAll(new TextEncoder().encode("hello, world, this is no audio"))).rejects.toMatchObject({
      code: "not-audio",
    });
    await expect(
      readAll(Uint8Array.of(0, 0, 0, 32, ...new TextEncoder().encode("ftypM4A ")), {}, "a.m4a"),
    ).rejects.toMatchObject({
      code: "needs-ffmpeg",
      message: expect.stringContaining("a.m4a cannot be read"),
    });
    await expect(readAll(createWav(createTone(8000, 1), 8000), { sampleRate: 0.5 })).rejects.toMatchObject({
      code: "invalid-option",
    });
  });

  it("stops when aborted", async () => {
    const controller = new AbortController();
    controller.abort();
    const source = createMemorySource(createWav(createTone(8000, 1), 8000), "clip.wav");
    await expect(openAudio(source, { signal: controller.signal })).rejects.toMatchObject({ code: "aborted" });
  });
});

describe("audioHash", () => {
  const hashOf = async (bytes: Uint8Array) => (await readAll(bytes, options)).facts.audioHash;
  it("is the same for the same samples in any format, and differs otherwise", async () => {
    const [tone] = createTone(8000, 0.5);
    const rounded = tone!.map((value) => Math.round(value * 32_768) / 32_768);
    const hash = await hashOf(createWav([rounded], 8000, "s16"));
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    for (const kind of ["s24", "s32", "f32", "f64"] as const)
      expect(await hashOf(createWav([rounded], 8000, kind))).toBe(hash);
    expect(await hashOf(createWav([rounded, rounded], 8000))).toBe(hash);
    expect(await hashOf(createWav([rounded], 8001))).not.toBe(hash);
    rounded[77]! += 1 / 32_768;
    expect(await hashOf(createWav([rounded], 8000))).not.toBe(hash);
  });

  it("does not depend on chunks or on the implementation of SHA-256", async () => {
    const samples = Float32Array.from({ length: 700_000 }, (_, i) => Math.sin(i * i));
    const run = async (pieces: number, portable: boolean) => {
      const hasher = portable ? createAudioHasher(16_000, digestPortable) : createAudioHasher(16_000);
      for (let at = 0; at < samples.length; at += pieces)
        await hasher.push(samples.subarray(at, at + pieces));
      return hasher.finish();
    };
    const hash = await run(700_000, false);
    expect(await run(9999, false)).toBe(hash);
    expect(await run(9999, true)).toBe(hash);
  });
});

describe("describeAudio", () => {
  it("is plain data that differs between settings", () => {
    const description = describeAudio(defaultAudioSettings);
    expect(JSON.parse(JSON.stringify(description))).toEqual(description);
    expect(describeAudio({ ...defaultAudioSettings, trim: false })).not.toEqual(description);
  });

  it("names the installed versions of the decoders", () => {
    const ids = describeAudio(defaultAudioSettings).decoders.join(" ");
    for (const name of ["mpg123-decoder", "opus-decoder"]) {
      const file = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
      const { version } = JSON.parse(readFileSync(file, "utf8")) as { version: string };
      expect(ids).toContain(`${name}@${version}`);
    }
  });
});
