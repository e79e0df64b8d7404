import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scaleRuns } from "../../test/support/effort.ts";
import { createResampler } from "./resampler.ts";
import { createConvolutionKernel } from "./resampler-kernel.ts";

function resample(
  input: Float32Array,
  from: number,
  to: number,
  pieces: readonly number[] = [],
): Float32Array {
  const resampler = createResampler(from, to);
  const parts: Float32Array[] = [];
  let at = 0;
  for (const piece of [...pieces, input.length]) {
    parts.push(resampler.push(input.subarray(at, Math.min(input.length, at + piece))).slice());
    at = Math.min(input.length, at + piece);
  }
  parts.push(resampler.finish().slice());
  const joined = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let filled = 0;
  for (const part of parts) {
    joined.set(part, filled);
    filled += part.length;
  }
  return joined;
}

const sine = (rate: number, hertz: number, length: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => Math.sin((2 * Math.PI * hertz * i) / rate));

/**
 * Peak of output minus expectation (20 log10), away from the ends where the signal starts and stops abruptly.
 */
function measureErrorDb(output: Float32Array, expected: (i: number) => number, margin: number): number {
  let worst = 0;
  for (let i = margin; i < output.length - margin; i++)
    worst = Math.max(worst, Math.abs(output[i]! - expected(i)));
  return 20 * Math.log10(worst);
}

const ratePairs: readonly (readonly [number, number])[] = [
  [44_100, 16_000],
  [48_000, 16_000],
  [22_050, 16_000],
  [8000, 16_000],
  [8012, 16_000],
  [11_025, 16_000],
  [96_000, 16_000],
  [192_000, 16_000],
  [16_000, 44_100],
  [44_099, 16_000],
];

describe("createResampler", () => {
  it.each(ratePairs)("%i -> %i Hz: pass band exact to -90 dB, without delay", (from, to) => {
    const nyquist = Math.min(from, to) / 2;
    for (const share of [0.01, 0.2, 0.45, 0.7, 0.89]) {
      const hertz = share * nyquist;
      const output = resample(sine(from, hertz, Math.round(from * 0.3)), from, to);
      const margin = Math.round(to * 0.06);
      const errorDb = measureErrorDb(output, (i) => Math.sin((2 * Math.PI * hertz * i) / to), margin);
      expect(errorDb, `${hertz} Hz`).toBeLessThan(-90);
    }
  });

  it.each(ratePairs.filter(([from, to]) => from > to))(
    "%i -> %i Hz: aliases are below -90 dB",
    (from, to) => {
      for (const share of [1.001, 1.1, 1.5, 1.99]) {
        const hertz = share * (to / 2);
        if (hertz >= from / 2) continue;
        const output = resample(sine(from, hertz, Math.round(from * 0.3)), from, to);
        expect(
          measureErrorDb(output, () => 0, Math.round(to * 0.06)),
          `${hertz} Hz`,
        ).toBeLessThan(-90);
      }
    },
  );

  it.each(ratePairs.filter(([from, to]) => from < to))(
    "%i -> %i Hz: no images above the old Nyquist",
    (from, to) => {
      const hertz = 0.85 * (from / 2);
      const output = resample(sine(from, hertz, Math.round(from * 0.3)), from, to);
      const errorDb = measureErrorDb(
        output,
        (i) => Math.sin((2 * Math.PI * hertz * i) / to),
        Math.round(to * 0.06),
      );
      expect(errorDb).toBeLessThan(-90);
    },
  );

  it("gives round(length * outputRate / inputRate) samples, independent of how the input is cut", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 30_000 }),
        fc.constantFrom<readonly [number, number]>(
          [44_100, 16_000],
          [8012, 16_000],
          [48_000, 16_000],
          [192_000, 16_000],
          [1000, 1001],
        ),
        fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 5 }),
        (length, [from, to], pieces) => {
          const input = Float32Array.from({ length }, (_, i) => Math.sin(i * i));
          const whole = resample(input, from, to);
          expect(whole.length).toBe(Math.floor((length * to) / from + 0.5));
          expect(resample(input, from, to, pieces)).toEqual(whole);
        },
      ),
      { numRuns: scaleRuns(40) },
    );
  });

  it("keeps streams with the same rates separate", () => {
    const a = createResampler(44_100, 16_000);
    const b = createResampler(44_100, 16_000);
    const ones = new Float32Array(10_000).fill(1);
    const zeros = new Float32Array(10_000);
    const first = a.push(ones);
    b.push(zeros);
    const second = a.push(ones);
    expect(first.at(-1)).toBeCloseTo(1, 4);
    expect(Math.min(...second)).toBeCloseTo(1, 4);
  });

  it("passes samples unchanged when the rates are equal", () => {
    const input = Float32Array.of(0.1, -2, 3);
    expect(resample(input, 16_000, 16_000)).toEqual(input);
  });
});

describe("createConvolutionKernel", () => {
  it("computes inner products as plain arithmetic does", () => {
    const taps = 48;
    const rows = Float64Array.from({ length: 3 * taps }, (_, i) => Math.cos(i * 1.7));
    const kernel = createConvolutionKernel(rows, taps, 200);
    for (let i = 0; i < 200; i++) kernel.signal[i] = Math.sin(i * 0.3);
    for (const [row, from] of [
      [0, 0],
      [2, 17],
      [1, 152],
    ] as const) {
      let expected = 0;
      for (let i = 0; i < taps; i++) expected += rows[row * taps + i]! * Math.sin((from + i) * 0.3);
      expect(kernel.multiply(row, from)).toBeCloseTo(expected, 5);
    }
  });
});
