/** Varied copies: the effect of each kind on samples, and that it depends only on samples and seed. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { createRandom } from "../core/random.ts";
import { convolve } from "../math/fourier.ts";
import { computeLevel, limitToTelephone, tilt } from "./filters.ts";
import { createNoise, noiseKinds } from "./noise.ts";
import { createRoom, placeInRoom } from "./room.ts";
import { listNegatives, listVariations, variationKinds, varySamples } from "./variation.ts";

const sampleRate = 16_000;

function makeTone(frequency: number, seconds = 1): Float32Array {
  return Float32Array.from(
    { length: seconds * sampleRate },
    (_, i) => 0.3 * Math.sin((2 * Math.PI * frequency * i) / sampleRate),
  );
}

const toDecibels = (ratio: number): number => 20 * Math.log10(ratio);

const kinds = [...variationKinds, ...listNegatives(1).map(({ kind }) => kind)];

describe("varySamples", () => {
  it.each(kinds)("gives the same copy for the same seed, and another for another: %s", (kind) => {
    const samples = makeTone(440);
    const before = samples.slice();
    const vary = (turn: number, ...words: number[]) =>
      varySamples(samples, sampleRate, { kind, turn }, words);
    expect(vary(0, 1, 2)).toEqual(vary(0, 1, 2));
    expect(vary(0, 1, 2)).not.toEqual(vary(1, 1, 2));
    expect(vary(0, 1, 2)).not.toEqual(vary(0, 1, 3));
    expect(samples).toEqual(before);
  });

  test.prop([
    fc.constantFrom(...kinds),
    fc.nat(),
    fc.oneof(
      fc.float32Array({
        noNaN: true,
        noDefaultInfinity: true,
        min: -1,
        max: 1,
        minLength: 1,
        maxLength: 4000,
      }),
      fc.constant(new Float32Array(800)),
    ),
  ])("stays finite and within full scale, for any samples", (kind, seed, samples) => {
    const varied = varySamples(samples, sampleRate, { kind, turn: 0 }, [seed]);
    expect(varied.every((value) => Math.abs(value) <= 1.000001)).toBe(true);
  });

  it("cuts pieces of 30 to 60 % with a margin, or exchanges two of them", () => {
    const samples = makeTone(500);
    const lengths = Array.from({ length: 30 }, (_, turn) => {
      const piece = varySamples(samples, sampleRate, { kind: "fragment", turn }, [1]);
      return piece.length / samples.length;
    });
    expect(Math.min(...lengths)).toBeGreaterThan(0.3);
    expect(Math.max(...lengths)).toBeLessThan(1.7);
    expect(lengths.filter((length) => length < 1.1).length).toBeGreaterThan(12);
  });

  it("replaces the recording by equally loud noise, synthetic or the user's own", () => {
    const samples = makeTone(500);
    const level = computeLevel(samples);
    const own = { noise: makeTone(3000) };
    for (const given of [{}, own]) {
      const burst = varySamples(samples, sampleRate, { kind: "burst", turn: 0 }, [1], given);
      expect(burst.length / sampleRate).toBeGreaterThan(0.29);
      expect(burst.length / sampleRate).toBeLessThan(1.51);
      expect(Math.abs(toDecibels(computeLevel(burst) / level))).toBeLessThan(16);
      const other = varySamples(makeTone(900), sampleRate, { kind: "burst", turn: 0 }, [1], given);
      expect(other).toBeAllclose(burst, { rtol: 0, atol: 1e-4 });
    }
  });

  it("cuts up to a quarter at one end, and is much quieter beyond the other", () => {
    const samples = makeTone(500);
    const ends = Array.from({ length: 30 }, (_, turn) => {
      const varied = varySamples(samples, sampleRate, { kind: "cut", turn }, [1]);
      const share = varied.length / samples.length;
      expect(share).toBeGreaterThan(0.79);
      expect(share).toBeLessThan(1.36);
      const end = Math.round(0.04 * samples.length);
      return toDecibels(computeLevel(varied.subarray(0, end)) / computeLevel(varied.subarray(-end)));
    });
    expect(Math.min(...ends.map(Math.abs))).toBeGreaterThan(6);
    const late = ends.filter((ratio) => ratio > 0).length;
    expect(late).toBeGreaterThan(5);
    expect(late).toBeLessThan(25);
  });

  it("changes pitch and length together, by 12 % down to 14 % up", () => {
    const factors = Array.from({ length: 20 }, (_, seed) => {
      const varied = varySamples(makeTone(500), sampleRate, { kind: "speed", turn: 0 }, [seed]);
      let crossings = 0;
      for (let i = 1; i < varied.length; i++) if (varied[i - 1]! < 0 && varied[i]! >= 0) crossings++;
      const factor = sampleRate / varied.length;
      expect((crossings * sampleRate) / varied.length / 500).toBeCloseTo(factor, 1);
      return factor;
    });
    expect(Math.min(...factors)).toBeGreaterThan(0.875);
    expect(Math.max(...factors)).toBeLessThan(1.145);
    expect(Math.max(...factors) - Math.min(...factors)).toBeGreaterThan(0.15);
  });

  it("uses the user's own noise and rooms", () => {
    const own = { noise: makeTone(3000, 0.5), room: Float32Array.of(1, 0, 0, 0.5) };
    for (const kind of ["noise", "room"] as const) {
      const with_ = varySamples(makeTone(440), sampleRate, { kind, turn: 0 }, [1], own);
      expect(with_).not.toEqual(varySamples(makeTone(440), sampleRate, { kind, turn: 0 }, [1]));
    }
  });

  it("plans the kinds in turn", () => {
    expect(listVariations(5).map(({ kind, turn }) => `${kind} ${turn}`)).toEqual([
      ...variationKinds.map((kind) => `${kind} 0`),
      `${variationKinds[0]} 1`,
    ]);
  });
});

describe("createNoise", () => {
  it.each(noiseKinds)("has level 1 and differs with every seed: %s", (kind) => {
    const [a, b] = [1, 2].map((seed) => createNoise(kind, 2 * sampleRate, sampleRate, createRandom(seed)));
    expect(computeLevel(a!)).toBeCloseTo(1, 3);
    expect(a!.every(Number.isFinite)).toBe(true);
    expect(a).not.toEqual(b);
  });

  it("falls with frequency according to its colour", () => {
    const measure = (kind: "white" | "pink" | "brown") => {
      const noise = createNoise(kind, 4 * sampleRate, sampleRate, createRandom(3));
      const low = computeLevel(limitToBand(noise, 200, 400));
      return toDecibels(low / computeLevel(limitToBand(noise, 1600, 3200)));
    };
    // Three octaves apart, each band an octave wide: +9 dB of bandwidth for white, 0 for pink, -9 for brown.
    expect(measure("white")).toBeCloseTo(-9, -0.5);
    expect(Math.abs(measure("pink"))).toBeLessThan(2);
    expect(measure("brown")).toBeGreaterThan(6);
  });
});

/** Removes all energy outside of a band, by projection on its sines; slow and exact. */
function limitToBand(samples: Float32Array, from: number, to: number): Float32Array {
  const out = new Float32Array(samples.length);
  const length = 1600;
  for (let start = 0; start < samples.length; start += length) {
    const part = samples.subarray(start, start + length);
    const step = sampleRate / part.length;
    for (let frequency = Math.ceil(from / step) * step; frequency < to; frequency += step) {
      let [real, imaginary] = [0, 0];
      for (const [i, value] of part.entries()) {
        real += value * Math.cos((2 * Math.PI * frequency * i) / sampleRate);
        imaginary += value * Math.sin((2 * Math.PI * frequency * i) / sampleRate);
      }
      for (let i = 0; i < part.length; i++) {
        const angle = (2 * Math.PI * frequency * i) / sampleRate;
        out[start + i]! += (2 / part.length) * (real * Math.cos(angle) + imaginary * Math.sin(angle));
      }
    }
  }
  return out;
}

describe("filters", () => {
  it("pass only the telephone's band", () => {
    const gain = (frequency: number) => {
      const tone = makeTone(frequency);
      const level = computeLevel(tone);
      return toDecibels(computeLevel(limitToTelephone(tone, sampleRate)) / level);
    };
    expect(Math.abs(gain(1000))).toBeLessThan(0.5);
    expect(gain(100)).toBeLessThan(-30);
    expect(gain(7000)).toBeLessThan(-30);
  });

  it("tilt a spectrum by the given decibels", () => {
    const gain = (frequency: number, decibels: number) => {
      const tone = makeTone(frequency);
      const level = computeLevel(tone);
      return toDecibels(computeLevel(tilt(tone, decibels, sampleRate)) / level);
    };
    expect(gain(60, 8) - gain(7000, 8)).toBeGreaterThan(5);
    expect(gain(60, 8) - gain(7000, 8)).toBeLessThan(8.5);
    expect(gain(500, 0)).toBeCloseTo(0, 3);
  });
});

describe("rooms", () => {
  test.prop([
    fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 60 }),
    fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 60 }),
  ])("follow the definition of convolution", (a, b) => {
    const found = convolve(a, b);
    expect(found).toHaveLength(a.length + b.length - 1);
    for (let n = 0; n < found.length; n++) {
      let sum = 0;
      for (let i = 0; i <= n; i++) sum += (a[i] ?? 0) * (b[n - i] ?? 0);
      expect(found[n]).toBeCloseTo(sum, 9);
    }
  });

  it("keep the level, start with the direct sound, and fade", () => {
    for (let seed = 0; seed < 10; seed++) {
      const room = createRoom(sampleRate, createRandom(seed));
      expect(room[0]).toBe(1);
      expect(room.length / sampleRate).toBeLessThan(0.57);
      const third = Math.floor(room.length / 3);
      const ends = [room.subarray(1, third), room.subarray(2 * third)].map(computeLevel);
      expect(toDecibels(ends[0]! / ends[1]!)).toBeGreaterThan(15);
      const wet = placeInRoom(makeTone(440), room, sampleRate);
      expect(computeLevel(wet)).toBeCloseTo(computeLevel(makeTone(440)), 5);
    }
  });
});
