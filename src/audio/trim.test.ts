import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scaleRuns } from "../../test/support/effort.ts";
import { createRandom } from "../core/random.ts";
import { computeKeptSamples, createLevelMeter, isSilent, trimParameters } from "./trim.ts";

const rate = 16_000;

function findKept(samples: Float32Array): readonly [number, number] {
  const meter = createLevelMeter(rate);
  meter.push(samples);
  return computeKeptSamples(meter.finish(), meter.frameSamples, samples.length, rate);
}

/** Noise of standard deviation `floor`, with a tone of amplitude `loud` in [start, end) seconds. */
function createClip(
  seconds: number,
  start: number,
  end: number,
  loud: number,
  floor: number,
  seed = 1,
): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: Math.round(seconds * rate) }, (_, i) => {
    const inside = i >= start * rate && i < end * rate;
    return floor * random.normal() + (inside ? loud * Math.sin((2 * Math.PI * 300 * i) / rate) : 0);
  });
}

describe("computeKeptSamples", () => {
  it.each([0, 1e-5, 3e-4])("keeps the sound and a margin, noise floor %f", (floor) => {
    const [start, end] = findKept(createClip(4, 1.5, 2.5, 0.5, floor));
    expect(start / rate).toBeCloseTo(1.5 - trimParameters.marginSeconds, 1);
    expect(end / rate).toBeCloseTo(2.5 + trimParameters.marginSeconds, 1);
  });

  it("keeps everything when sound and noise cannot be distinguished", () => {
    const clip = createClip(2, 0.5, 1, 0.1, 0.02);
    expect(findKept(clip)).toEqual([0, clip.length]);
  });

  it("keeps a fricative 35 dB below the vowel that it belongs to", () => {
    const clip = createClip(3, 1, 1.5, 0.5, 1e-5);
    const random = createRandom(3);
    for (let i = 0.8 * rate; i < rate; i++) clip[i]! += 0.5 * 10 ** (-35 / 20) * random.normal();
    expect(findKept(clip)[0] / rate).toBeLessThanOrEqual(0.8);
  });

  it("cuts nothing inside: two sounds with silence between them stay one piece", () => {
    const clip = createClip(6, 1, 1.3, 0.5, 0);
    clip.set(createClip(0.3, 0, 0.3, 0.5, 0), 4 * rate);
    const [start, end] = findKept(clip);
    expect(start).toBeLessThanOrEqual(rate);
    expect(end).toBeGreaterThanOrEqual(4.3 * rate);
  });

  it("gives the same cut at any gain, keeps whole samples and never less than 20 ms", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.constantFrom(0, 1e-4, 1e-2),
        fc.integer({ min: -12, max: 3 }),
        fc.integer(),
        (from, length, floor, gainPower, seed) => {
          const clip = createClip(1.5, from, from + length / 2, 0.5, floor, seed);
          const kept = findKept(clip);
          const gain = 2 ** gainPower;
          expect(findKept(clip.map((value) => value * gain))).toEqual(kept);
          expect(kept[1] - kept[0]).toBeGreaterThanOrEqual(0.02 * rate);
          expect(kept[0]).toBeGreaterThanOrEqual(0);
          expect(kept[1]).toBeLessThanOrEqual(clip.length);
          if (length > 0.1) {
            expect(kept[0]).toBeLessThanOrEqual(from * rate);
            expect(kept[1]).toBeGreaterThanOrEqual(Math.min(clip.length, (from + length / 2) * rate - 160));
          }
        },
      ),
      { numRuns: scaleRuns(60) },
    );
  });

  it("trims a 16-bit clip with a peak of 72 like the same clip at full scale", () => {
    const quiet = createClip(3, 1, 2, 72 / 32_768, 0).map((value) => Math.round(value * 32_768) / 32_768);
    const full = quiet.map((value) => (value * 32_767) / 72);
    expect(findKept(quiet)).toEqual(findKept(full));
    expect(findKept(quiet)[0]).toBeGreaterThan((0.9 - trimParameters.marginSeconds) * rate);
  });
});

describe("isSilent", () => {
  const isSilentClip = (samples: Float32Array): boolean => {
    const meter = createLevelMeter(rate);
    meter.push(samples);
    return isSilent(meter.finish());
  };
  it("holds for zeros, a constant offset and one bit of dither", () => {
    expect(isSilentClip(new Float32Array(rate))).toBe(true);
    expect(isSilentClip(new Float32Array(rate).fill(0.1))).toBe(true);
    const random = createRandom(1);
    expect(
      isSilentClip(Float32Array.from({ length: rate }, () => (random.integer(2) ? 1 : 0) / 32_768)),
    ).toBe(true);
  });
  it("does not hold for a quiet recording, nor for a short click", () => {
    expect(isSilentClip(createClip(1, 0, 1, 10 / 32_768, 0))).toBe(false);
    expect(isSilentClip(createClip(1, 0.5, 0.51, 0.01, 0))).toBe(false);
  });
});
