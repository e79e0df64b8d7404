import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { createTone, createWav, measureTone, readAll } from "../../test/support/audio-files.ts";
import { sharedData } from "../../test/support/shared-data.ts";
import { createRandom } from "../core/random.ts";
import { describeSilence } from "../embed/embedded-recording.ts";

const rate = 16_000;
const [tone] = createTone(rate, 1) as [Float32Array];
const scale = (samples: Float32Array, gain: number) => samples.map((value) => gain * value);
const codesOf = async (bytes: Uint8Array, options = {}) =>
  (await readAll(bytes, options)).facts.warnings.map(({ code }) => code);

function createNoise(seconds: number, seed: number, atRate = rate): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: Math.round(seconds * atRate) }, () => 0.1 * random.normal());
}

const cases = resolve(sharedData ?? ".", "../cases");
const note = existsSync(cases) ? "" : " (skipped: no faulty files in ../shared/cases)";
const readCase = (name: string) => new Uint8Array(readFileSync(resolve(cases, name)));

describe("channels that cancel", () => {
  it.each([
    ["opposite", [tone, scale(tone, -1)], 0],
    ["opposite, the second louder", [scale(tone, 0.5), scale(tone, -1)], 1],
    ["opposite with an offset in common", [tone.map((v) => v + 0.2), tone.map((v) => 0.2 - v)], 0],
    ["partly opposite", [tone, scale(tone, -0.6)], 0],
  ] as const)("%s: the louder one is used, with a warning", async (_, planes, used) => {
    const { facts, windows } = await readAll(createWav(planes, rate, "f32"), { trim: false });
    expect(facts.warnings).toMatchObject([
      { code: "channels-cancel", message: expect.stringContaining(`Channel ${used + 1}`) },
    ]);
    expect(windows[0]).toEqual(planes[used]);
  });

  it("are used the same way where a recording is decoded again, window by window", async () => {
    const long = createTone(8000, 3)[0]!;
    const { windows } = await readAll(createWav([long, scale(long, -1)], 8000), {
      ...{ trim: false, windowSeconds: 1 },
    });
    expect(windows.length).toBe(3);
    for (const window of windows) expect(measureTone(window, rate, 440)).toBeCloseTo(0.5, 2);
  });

  const [first, second] = [createNoise(1, 1), createNoise(1, 2)];
  it.each([
    ["equal", [tone, tone]],
    ["of different sounds", [first, second]],
    ["one silent", [tone, new Float32Array(rate)]],
    ["both silent", [new Float32Array(rate), new Float32Array(rate)]],
    ["wide", [first, second.map((value, i) => value - 0.6 * first[i]!)]],
  ] as const)("%s are averaged", async (_, planes) => {
    expect(await codesOf(createWav(planes.slice(), rate, "f32"))).not.toContain("channels-cancel");
  });
});

describe("energy above the encoders' band", () => {
  /** A call that fades in and out, so that nothing of it is below. */
  const ultrasound = (atRate: number, hertz: number) => {
    const samples = createTone(atRate, 0.2, 1, hertz)[0]!;
    return samples.map((value, i) => value * Math.sin((Math.PI * i) / samples.length) ** 4);
  };

  it.each([
    [192_000, 40_000],
    [250_000, 45_000],
    [256_000, 60_000],
    [300_000, 52_000],
    [384_000, 110_000],
    [500_000, 45_000],
  ])("of a recording at %i Hz is located, and can be slowed into the band", async (atRate, hertz) => {
    const { facts } = await readAll(createWav([ultrasound(atRate, hertz)], atRate), {}, "bat.wav");
    expect(facts.warnings.map(({ code }) => code)).toEqual(["above-8-khz", "silent"]);
    const { code, message, hint } = describeSilence("bat.wav", facts);
    expect(code).toBe("above-8-khz");
    expect(message).toContain(`is at ${hertz / 1000} kHz, above the 8 kHz`);
    expect(message + hint).not.toMatch(/microphone/);
    expect(hertz / Number(/factor of (\d+)/.exec(message)![1])).toBeLessThan(8000);
  });

  it("is a warning where there is sound below as well, and none where that is louder", async () => {
    const high = ultrasound(48_000, 12_000);
    const low = createTone(48_000, 0.2)[0]!;
    const mix = (gain: number) => high.map((value, i) => 0.5 * value + gain * low[i]!);
    expect(await codesOf(createWav([mix(0.1)], 48_000))).toEqual(["above-8-khz"]);
    expect(await codesOf(createWav([mix(0.9)], 48_000))).toEqual([]);
  });

  it("is not found in rounding noise or an offset", async () => {
    const faint = createNoise(0.5, 3, 48_000).map((value) => value * 3e-4);
    expect(await codesOf(createWav([faint], 48_000))).not.toContain("above-8-khz");
    const offset = new Float32Array(48_000).fill(0.4);
    expect(await codesOf(createWav([offset], 48_000))).not.toContain("above-8-khz");
  });
});

describe("floats", () => {
  it("above full scale are not clipped; integers at full scale are", async () => {
    const loud = scale(tone, 3);
    const { facts } = await readAll(createWav([loud], rate, "f32"), { trim: false });
    expect(facts.warnings).toMatchObject([
      { code: "above-full-scale", message: expect.stringContaining("not clipped") },
    ]);
    expect(facts.clippedFraction).toBeLessThan(0.0005);
    expect(facts.peak).toBeCloseTo(1.5, 2);
    const { facts: cut } = await readAll(createWav([loud], rate, "s16"), { trim: false });
    expect(cut.clippedFraction).toBeGreaterThan(0.4);
    expect(cut.warnings).toEqual([]);
    const flat = loud.map((value) => Math.max(-1, Math.min(1, value)));
    const { facts: stored } = await readAll(createWav([flat], rate, "f32"), { trim: false });
    expect(stored.clippedFraction).toBeGreaterThan(0.4);
  });

  const integers = tone.map((value) => Math.round(value * 2 ** 31));
  const under = (write: (view: DataView, at: number, i: number) => void): Uint8Array => {
    const bytes = createWav([tone], rate, "f32");
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < tone.length; i++) write(view, 44 + 4 * i, i);
    return bytes;
  };
  it.each([
    ["integers stored as floats", createWav([integers], rate, "f32")],
    ["16-bit integers stored as floats", createWav([scale(tone, 32_768)], rate, "f32")],
    ["32-bit integers under a float header", under((view, at, i) => view.setInt32(at, integers[i]!, true))],
    [
      "quiet 32-bit integers under a float header",
      under((view, at, i) => view.setInt32(at, Math.round(integers[i]! / 2 ** 12), true)),
    ],
    ["one value of 3e38", createWav([tone.map((value, i) => (i === 777 ? 3e38 : value))], rate, "f32")],
    ["infinity throughout", createWav([tone.map(() => Number.POSITIVE_INFINITY)], rate, "f32")],
    ["values below any sound", createWav([scale(tone, 1e-39)], rate, "f32")],
  ])("that are %s are an error that names the file", async (_, bytes) => {
    await expect(readAll(bytes, {}, "numbers.wav")).rejects.toMatchObject({
      code: "corrupt-audio",
      message: expect.stringContaining("numbers.wav"),
    });
  });

  it("that die away below any sound are no garbage", async () => {
    const struck = tone.map((value, i) => value * Math.exp(-i / 50));
    const sounding = struck.filter((value) => value !== 0);
    expect(sounding.filter((value) => Math.abs(value) < 1e-20).length).toBeGreaterThan(sounding.length / 2);
    expect(await codesOf(createWav([struck], rate, "f32"))).toEqual([]);
  });

  it("that are NaN here and there are set to zero", async () => {
    const holes = tone.map((value, i) => (i % 1000 === 7 ? Number.NaN : value));
    expect(await codesOf(createWav([holes], rate, "f32"))).toEqual(["not-finite"]);
  });
});

describe.skipIf(note)(`faulty files as people have them${note}`, () => {
  it.each([
    ["wav-float-peak-1.5.wav", ["above-full-scale"]],
    ["wav-stereo-antiphase.wav", ["channels-cancel"]],
    ["wav-ultrasound-384k.wav", ["above-8-khz", "silent"]],
  ])("%s", async (name, codes) => {
    expect(await codesOf(readCase(name))).toEqual(codes);
  });
  it.each(["wav-float-huge.wav", "attack/float-onespike.wav", "attack/audio-A11-117383-aifc_f32.aiff"])(
    "%s is left out",
    async (name) => {
      await expect(readAll(readCase(name))).rejects.toMatchObject({ code: "corrupt-audio" });
    },
  );
});
