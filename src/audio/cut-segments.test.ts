/** Stretches cut out of chunks are the samples that slicing gives, whatever the chunks are. */
import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { createChunkCutter } from "./cut-segments.ts";

const rate = 100;
const samples = Float32Array.from({ length: 1000 }, (_, i) => i);
const time = fc.integer({ min: 0, max: 1200 });

test.prop([
  fc.array(fc.tuple(time, time), { maxLength: 8 }),
  fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 }),
])("stretches equal slices", (pairs, sizes) => {
  const stretches = pairs.map(([a, b]) => ({ start: Math.min(a, b) / rate, end: Math.max(a, b) / rate }));
  const cutter = createChunkCutter(stretches, rate);
  const found = new Map<number, Float32Array>();
  const keep = (cut: ReturnType<typeof cutter.end>) => {
    for (const { index, samples: own } of cut) {
      expect(found.has(index)).toBe(false);
      found.set(index, own);
    }
  };
  for (let at = 0, i = 0; at < samples.length; i++) {
    const size = sizes[i % sizes.length]!;
    keep(cutter.push(samples.subarray(at, at + size)));
    at += size;
  }
  keep(cutter.end());
  for (const [index, { start, end }] of stretches.entries()) {
    const expected = samples.slice(Math.round(start * rate), Math.round(end * rate));
    expect(found.get(index)?.length ?? 0).toBe(expected.length);
    if (expected.length > 0) expect(found.get(index)).toEqual(expected);
  }
});
