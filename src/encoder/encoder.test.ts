/** Merging of windows, reflection and the power spectrum compared with their definitions. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { createRandom } from "../core/random.ts";
import { createPowerSpectrum } from "../math/fourier.ts";
import { type EncoderInfo, mergePooled } from "./encoder.ts";
import { reflectToLength } from "./input-preparation.ts";
import { poolFrames } from "./pooling.ts";

const info: EncoderInfo = {
  id: "test",
  revision: "1",
  sha256: {},
  sampleRate: 16_000,
  layers: 1,
  dimensions: 3,
  precision: "fp32",
  recipe: "",
};

describe("mergePooled", () => {
  test.prop([fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }), fc.integer()])(
    "equals pooling all frames at once",
    (lengths, seed) => {
      const random = createRandom(seed);
      const windows = lengths.map((frames) =>
        Float32Array.from({ length: frames * 3 }, () => random.normal()),
      );
      const all = Float32Array.from(windows.flatMap((window) => [...window]));
      const merged = mergePooled(
        info,
        windows.map((window) => poolFrames(window, 3)),
      );
      expect(merged.frames).toBe(all.length / 3);
      expect(merged.vector).toBeAllclose(poolFrames(all, 3).vector, { rtol: 1e-5, atol: 1e-6 });
    },
  );

  it("rejects an empty list", () => {
    expect(() => mergePooled(info, [])).toThrow("at least one");
  });
});

describe("reflectToLength", () => {
  it("mirrors without repeating the edge", () => {
    expect([...reflectToLength(Float32Array.of(1, 2, 3), 8)]).toEqual([1, 2, 3, 2, 1, 2, 3, 2]);
    expect([...reflectToLength(Float32Array.of(5), 3)]).toEqual([5, 5, 5]);
    const long = new Float32Array(9);
    expect(reflectToLength(long, 8)).toBe(long);
  });
});

describe("power spectrum", () => {
  it("equals the discrete Fourier transform", () => {
    const size = 64;
    const random = createRandom(4);
    const frame = Float64Array.from({ length: size }, () => random.normal());
    const power = new Float64Array(size / 2 + 1);
    createPowerSpectrum(size).compute(frame, power);
    const expected = Array.from({ length: size / 2 + 1 }, (_, k) => {
      let [re, im] = [0, 0];
      for (let n = 0; n < size; n++) {
        re += frame[n]! * Math.cos((2 * Math.PI * k * n) / size);
        im -= frame[n]! * Math.sin((2 * Math.PI * k * n) / size);
      }
      return re * re + im * im;
    });
    expect(power).toBeAllclose(expected, { rtol: 1e-9, atol: 1e-9 });
  });
});
