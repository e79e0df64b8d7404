/**
 * The edits of moonshine's graph: pooling equals that in JavaScript, results are close to the published
 * graph, and insensitive to the rounding of floats.
 */
import { describe, expect, it } from "vitest";
import { createRandom } from "../core/random.ts";
import { loadWeights } from "../node/models/encoder-weights.ts";
import { loadEncoder } from "../node/models/load-encoder.ts";
import { createNodeOnnxRuntime } from "../node/models/onnx-runtime-node.ts";
import { createValueInfo, extendModel } from "../onnx/proto.ts";
import { getModelBytes, type OnnxModel } from "../onnx/runtime.ts";
import { createMoonshine } from "./moonshine.ts";
import { getMoonshineWidth, moonshineSizes } from "./moonshine-sizes.ts";
import { computeAmplitudeWeights, poolFrames } from "./pooling.ts";
import { createWeightReader, getEncoderDefinition } from "./registry.ts";

const random = createRandom(0);
const samples = Float32Array.from(
  { length: 24_000 },
  // Louder and quieter in turn, so that frames count differently.
  (_, i) => Math.sin(i / 4000) ** 2 * (0.2 * Math.sin(i / 9) + 0.05 * random.normal()),
);

const frameSpan = { window: 895, hop: 384 };

/** Norm of the difference, relative to the norm of `expected`. */
function getDistance(found: Float32Array, expected: Float32Array): number {
  const square = (value: number) => value * value;
  const difference = expected.reduce((sum, value, i) => sum + square(value - found[i]!), 0);
  return Math.sqrt(difference / expected.reduce((sum, value) => sum + square(value), 0));
}

describe.each(Object.values(moonshineSizes))("$id", (size) => {
  const { blocks } = size;
  const width = getMoonshineWidth(size);
  it("equals the published graph except for the rounding of its activations", async () => {
    const files = await loadWeights(getEncoderDefinition(size.id));
    const names = ["/Transpose_output_0", "/layers.0/Add_1_output_0", `/layers.${blocks - 2}/Add_1_output_0`];
    const plain = await createNodeOnnxRuntime({ threads: 1 }).createSession(
      extendModel(files["encoder_model.onnx"]!, {
        outputs: names.map((name) => createValueInfo(name, "float32", [1, "frames", width])),
      }),
    );
    const frames = await plain.run({ input_values: { dims: [1, samples.length], data: samples } });
    const encoder = await loadEncoder(size.id);
    const pooled = await encoder.encode(samples, { keepFrames: true });
    for (const [name, layer, tolerance] of [
      [names[0]!, 0, 1e-4],
      [names[1]!, 1, 0.02],
      [names[2]!, blocks - 1, 0.06],
      ["last_hidden_state", blocks, 0.06],
    ] as const) {
      const tensor = frames[name]!;
      expect(tensor.dims[2]).toBe(width);
      expect(tensor.dims[1]).toBe(pooled.frames);
      // Layers before the middle block are pooled evenly.
      const weights =
        layer < blocks / 2 ? undefined : computeAmplitudeWeights(samples, pooled.frames, frameSpan);
      const expected = poolFrames(tensor.data as Float32Array, width, weights).vector;
      const layerVector = pooled.vector.subarray(layer * 2 * width, (layer + 1) * 2 * width);
      expect(getDistance(layerVector, expected)).toBeLessThan(tolerance);
    }
    const weights = computeAmplitudeWeights(samples, pooled.frames, frameSpan);
    const last = poolFrames(pooled.lastLayer!, width, weights).vector;
    expect(pooled.vector.subarray(blocks * 2 * width)).toBeAllclose(last, { rtol: 1e-3, atol: 1e-4 });
    // As in golems of earlier versions.
    const runtime = createNodeOnnxRuntime({ threads: 1 });
    const earlier = await createMoonshine(size, runtime, createWeightReader(files), "even");
    const even = await earlier.encode(samples, { keepFrames: true });
    expect(even.vector.subarray(blocks * 2 * width)).toBeAllclose(poolFrames(even.lastLayer!, width).vector, {
      ...{ rtol: 1e-3, atol: 1e-4 },
    });
    expect(getDistance(even.vector, pooled.vector)).toBeGreaterThan(0.01);
    await earlier.dispose();
    await plain.release();
    await encoder.dispose();
  });

  it.each([false, true])(
    "has operators of ONNX Runtime unless the runtime excludes them: %s",
    async (isPortableOnly) => {
      const files = await loadWeights(getEncoderDefinition(size.id));
      let text = "";
      const createSession = async (model: OnnxModel) => {
        text = Buffer.from(await getModelBytes(model)).toString("latin1");
        return createNodeOnnxRuntime({ threads: 1 }).createSession(model);
      };
      await (
        await createMoonshine(size, { createSession, isPortableOnly }, createWeightReader(files))
      ).dispose();
      expect(text.includes("com.microsoft")).toBe(!isPortableOnly);
      expect(text.includes("MultiHeadAttention")).toBe(!isPortableOnly);
    },
  );

  it("hardly changes with the last bits of the input", async () => {
    const encoder = await loadEncoder(size.id);
    const { vector } = await encoder.encode(samples);
    const nudged = samples.map((value) => value * (1 + 1e-6 * random.normal()));
    const { vector: other } = await encoder.encode(nudged);
    for (let layer = 0; layer <= blocks; layer++) {
      const part = [layer * 2 * width, (layer + 1) * 2 * width] as const;
      // With integer products the difference was 1 %.
      expect(getDistance(other.subarray(...part), vector.subarray(...part))).toBeLessThan(1e-4);
    }
    await encoder.dispose();
  });
});
