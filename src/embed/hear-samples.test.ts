/** Samples in memory are heard as a recording of the same samples is. */
import { describe, expect, it } from "vitest";
import { encodeFloatWav } from "../audio/float-wav.ts";
import { createMemorySource } from "../core/byte-source.ts";
import { createRandom } from "../core/random.ts";
import { loadEncoder } from "../node/models/load-encoder.ts";
import { hearSamples } from "./hear-samples.ts";
import { hearSource } from "./hear-source.ts";

const rate = 16_000;

/** Noise in [from, to) of `length` samples, silence around it. */
function createBurst(length: number, from: number, to: number): Float32Array {
  const random = createRandom(7);
  return Float32Array.from({ length }, (_, i) => (i >= from && i < to ? 0.2 * random.normal() : 0));
}

describe("hearing samples", () => {
  it("gives what hearing a recording of them gives, trimmed and in windows", async () => {
    const listener = { encoders: [await loadEncoder("mfcc")] };
    for (const samples of [
      createBurst(3 * rate, rate, 2 * rate),
      createBurst(8 * rate, 0, 8 * rate),
      createBurst(2000, 500, 1200),
    ]) {
      for (const audio of [{}, { trim: false }, { windowSeconds: 1.5 }]) {
        const source = createMemorySource(encodeFloatWav(samples, rate), "samples");
        const recording = await hearSource(source, listener, { audio });
        const heard = await hearSamples(samples, listener, { audio });
        expect(heard?.embeddings).toEqual(recording.embeddings);
      }
    }
  });

  it("says when there is nothing to hear", async () => {
    const listener = { encoders: [await loadEncoder("mfcc")] };
    expect(await hearSamples(new Float32Array(rate), listener)).toBeUndefined();
    expect(await hearSamples(createBurst(100, 0, 100), listener)).toBeUndefined();
    expect(await hearSamples(new Float32Array(0), listener)).toBeUndefined();
    await expect(hearSamples(new Float32Array(rate), { encoders: [] })).rejects.toMatchObject({
      code: "invalid-option",
    });
  });
});
