/** Samples of a stream have the same embedding as a recording with the same samples. */
import { describe, expect, it } from "vitest";
import { encodeWav } from "../audio/wav-writer.ts";
import { createMemorySource } from "../core/byte-source.ts";
import { createRandom } from "../core/random.ts";
import { embedSource } from "../embed/embed-source.ts";
import { loadEncoder } from "../node/models/load-encoder.ts";
import { embedSamples } from "./window-classifier.ts";

const rate = 16_000;

/** Noise in [from, to) of `length` samples, silence around it. */
function createBurst(length: number, from: number, to: number): Float32Array {
  const random = createRandom(7);
  return Float32Array.from({ length }, (_, i) => (i >= from && i < to ? 0.2 * random.normal() : 0));
}

describe("embedding samples", () => {
  it("gives the embedding of a recording of them, trimmed and in windows", async () => {
    const encoderSet = { encoders: [await loadEncoder("mfcc")] };
    for (const samples of [
      createBurst(3 * rate, rate, 2 * rate),
      createBurst(8 * rate, 0, 8 * rate),
      createBurst(2000, 500, 1200),
    ]) {
      for (const audio of [{}, { trim: false }, { windowSeconds: 1.5 }]) {
        const source = createMemorySource(encodeWav(samples, rate, "float32"), "samples");
        const recording = await embedSource(source, encoderSet, { audio });
        const embedded = await embedSamples(samples, encoderSet, { audio });
        expect(embedded?.embeddings).toEqual(recording.embeddings);
      }
    }
  });

  it("gives undefined for silence and for less than 20 ms", async () => {
    const encoderSet = { encoders: [await loadEncoder("mfcc")] };
    expect(await embedSamples(new Float32Array(rate), encoderSet)).toBeUndefined();
    expect(await embedSamples(createBurst(100, 0, 100), encoderSet)).toBeUndefined();
    expect(await embedSamples(new Float32Array(0), encoderSet)).toBeUndefined();
    await expect(embedSamples(new Float32Array(rate), { encoders: [] })).rejects.toMatchObject({
      code: "invalid-option",
    });
  });
});
