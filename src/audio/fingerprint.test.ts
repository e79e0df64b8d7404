import { describe, expect, it } from "vitest";
import { createRandom } from "../core/random.ts";
import { createFingerprinter } from "./fingerprint.ts";

/** Noise of varying level, at 16 kHz. */
function createNoise(seconds: number, seed: number): Float32Array {
  const random = createRandom(seed);
  let level = 1;
  return Float32Array.from({ length: Math.round(seconds * 16_000) }, (_, i) => {
    if (i % 800 === 0) level = 0.02 + 0.3 * random.uniform();
    return level * random.normal();
  });
}

function describeSamples(samples: Float32Array, chunk = samples.length, rate = 16_000): Uint32Array {
  const fingerprinter = createFingerprinter(rate);
  for (let at = 0; at < samples.length; at += chunk) fingerprinter.push(samples.subarray(at, at + chunk));
  return fingerprinter.finish().fingerprint;
}

describe("a fingerprint", () => {
  const samples = createNoise(2, 1);
  const fingerprint = describeSamples(samples);

  it("has one word per 16 ms, zero before the first change of level", () => {
    expect(fingerprint.length).toBe(Math.floor((samples.length - 1024) / 256) + 1);
    expect([...fingerprint.subarray(0, 2)]).toEqual([0, 0]);
    expect(fingerprint.subarray(2).every((word) => word !== 0)).toBe(true);
  });

  it("does not depend on chunks or gain", () => {
    for (const chunk of [1, 77, 256, 1024, 5000]) {
      expect(describeSamples(samples, chunk)).toEqual(fingerprint);
    }
    expect(describeSamples(samples.map((value) => value / 64))).toEqual(fingerprint);
  });

  it("shifts with the sound by whole words", () => {
    expect(describeSamples(samples.subarray(256 * 10)).subarray(2)).toEqual(fingerprint.subarray(12));
  });

  it("is zero for silence and for frames far below the loudest, and empty for no samples", () => {
    expect(describeSamples(new Float32Array(16_000)).every((word) => word === 0)).toBe(true);
    const faint = samples.map((value, i) => (i < 16_000 ? value : value * 1e-4));
    expect(
      describeSamples(faint)
        .subarray(70)
        .every((word) => word === 0),
    ).toBe(true);
    expect(describeSamples(new Float32Array(0)).length).toBe(0);
    expect(describeSamples(samples, 4000, 6000).length).toBe(0);
  });

  it("ends after two minutes", () => {
    const fingerprinter = createFingerprinter(8000);
    for (let second = 0; second < 130; second++) fingerprinter.push(samples.subarray(0, 8000));
    expect(fingerprinter.finish().fingerprint.length).toBe(7500);
  });
});
