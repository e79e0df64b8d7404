/** ONNX models of a few bytes for tests, written field by field. */
import { joinBytes } from "../../src/core/join-arrays.ts";
import { createModel, createNode, createTensorPrefix, createValueInfo } from "../../src/onnx/proto.ts";

/** One constant tensor as a graph field of its own. */
export function createTensorField(name: string, shape: readonly number[], values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return joinBytes([createTensorPrefix(name, "float32", shape, bytes.length), bytes]);
}

/** Weights of {@link createConvModel}: [3 channels, 1, 4 samples]. */
const convWeights = Float32Array.of(0.25, 0.25, 0.25, 0.25, 1, -1, 1, -1, 0.5, 0, 0, -0.5);

/**
 * Input `wave` [1, samples]; a convolution over 4 samples, every 4 samples, gives `channels` [1, 3, frames]; its transpose
 * is `frames` [1, frames, 3]; `logits` [1, frames, 3] are ten times that.
 */
export function createConvModel(opset: number): Uint8Array {
  const model = createModel(
    {
      nodes: [
        createNode("Reshape", ["wave", "shape"], ["row"]),
        createNode("Conv", ["row", "weights"], ["channels"], { strides: [4], kernel_shape: [4] }),
        createNode("Transpose", ["channels"], ["frames"], { perm: [0, 2, 1] }),
        createNode("Add", ["frames", "frames"], ["logits"]),
      ],
      inputs: [createValueInfo("wave", "float32", [1, "samples"])],
      outputs: [createValueInfo("logits", "float32", [1, "frames", 3])],
    },
    opset,
  );
  const shape = new Uint8Array(BigInt64Array.of(1n, 1n, -1n).buffer);
  return joinBytes([
    model,
    createTensorField("weights", [3, 1, 4], convWeights),
    createTensorPrefix("shape", "int64", [3], shape.length),
    shape,
  ]);
}

/** The frames [count, 3] of {@link createConvModel}, computed here. */
export function computeConvFrames(samples: Float32Array): Float32Array {
  const count = Math.floor(samples.length / 4);
  return Float32Array.from({ length: count * 3 }, (_, i) => {
    let sum = 0;
    for (let k = 0; k < 4; k++) sum += samples[Math.floor(i / 3) * 4 + k]! * convWeights[(i % 3) * 4 + k]!;
    return sum;
  });
}

/** Input `mel` [patches, frames, bands]; output `scores` [patches, bands], its mean over the frames. */
export function createPatchModel(frames: number, bands: number): Uint8Array {
  return createModel(
    {
      nodes: [createNode("ReduceMean", ["mel"], ["scores"], { axes: [1], keepdims: 0 })],
      inputs: [createValueInfo("mel", "float32", ["patches", frames, bands])],
      outputs: [createValueInfo("scores", "float32", ["patches", bands])],
    },
    17,
  );
}
