import { describe, expect, it } from "vitest";
import { createRandom } from "../../core/random.ts";
import { createTakeCutter } from "./take-cutter.ts";

const rate = 16_000;

/**
 * Noise at `noise` with bursts of a 440 Hz tone at `level`, each `seconds` long, a second apart; the first
 * after one second.
 */
function createBursts(count: number, seconds: number, level: number, noise: number): Float32Array {
  const random = createRandom(1);
  const samples = Float32Array.from(
    { length: Math.round((1 + count * (seconds + 1)) * rate) },
    () => noise * (2 * random.uniform() - 1),
  );
  for (let burst = 0; burst < count; burst++) {
    const start = Math.round((1 + burst * (seconds + 1)) * rate);
    for (let i = 0; i < seconds * rate; i++) {
      samples[start + i]! += level * Math.sin((2 * Math.PI * 440 * i) / rate);
    }
  }
  return samples;
}

function cut(samples: Float32Array, piece: number): Float32Array[] {
  const cutter = createTakeCutter(rate);
  const takes: Float32Array[] = [];
  for (let i = 0; i < samples.length; i += piece) takes.push(...cutter.push(samples.subarray(i, i + piece)));
  const last = cutter.finish();
  return last ? [...takes, last] : takes;
}

describe("takes", () => {
  it.each([
    ["loud in silence", 0.5, 0],
    ["loud in noise", 0.5, 0.01],
    ["quiet in a quiet room", 0.02, 0.0005],
  ])("are one a burst, with margins: %s", (_, level, noise) => {
    const takes = cut(createBursts(4, 0.4, level, noise), 320);
    expect(takes).toHaveLength(4);
    for (const take of takes) {
      expect(take.length / rate).toBeGreaterThan(0.4 + 0.4);
      expect(take.length / rate).toBeLessThan(0.4 + 0.75);
    }
  });

  it("are the same however the stream is cut into pieces", () => {
    const samples = createBursts(3, 0.5, 0.3, 0.005);
    expect(cut(samples, 1024)).toEqual(cut(samples, 77));
  });

  it("are not made of clicks, nor of steady noise", () => {
    expect(cut(createBursts(3, 0.02, 0.5, 0.001), 320)).toEqual([]);
    expect(cut(createBursts(0, 0, 0, 0.05), 320)).toEqual([]);
  });

  it("do not end in a short pause within a word", () => {
    const samples = createBursts(1, 0.6, 0.4, 0.001);
    samples.fill(0, 1.25 * rate, 1.45 * rate);
    expect(cut(samples, 320)).toHaveLength(1);
  });

  it("that have begun are handed out at the end", () => {
    const samples = createBursts(1, 0.6, 0.4, 0.001).subarray(0, 1.5 * rate);
    expect(cut(samples, 320)).toHaveLength(1);
  });
});
