/** ONNX models and descriptors of others: checked, edited, and loaded by ONNX Runtime; they are not run. */
import { createDescribedEncoder } from "../../src/encoder/described/described-encoder.ts";
import { type EncoderDescriptor, parseDescriptor } from "../../src/encoder/described/encoder-descriptor.ts";
import { createNodeOnnxRuntime } from "../../src/node/models/onnx-runtime-node.ts";
import { createConvModel, createPatchModel } from "../../test/support/tiny-onnx.ts";
import type { FuzzArea } from "../area.ts";

const conv = {
  format: "golem-encoder",
  formatVersion: 1,
  sampleRate: 16_000,
  input: { name: "wave", kind: "samples", axes: ["batch", "samples"] },
  output: { layers: ["frames", "logits"], axes: ["batch", "time", "features"], dimensions: 3 },
  minimumSamples: 8,
};
const text = JSON.stringify(conv);
const getInfo = ({ output, sampleRate }: EncoderDescriptor) => ({
  ...{ id: "fuzz", revision: "1", sha256: {}, sampleRate, layers: output.layers.length },
  ...{ dimensions: output.dimensions, precision: "fp32", recipe: "" },
});

/** The area. */
export const area: FuzzArea = {
  createCorpus: async () => ({
    "conv-11.onnx": createConvModel(11),
    "conv-17.onnx": createConvModel(17),
    "conv-21.onnx": createConvModel(21),
    "patches.onnx": createPatchModel(4, 8),
    "descriptor.json": new TextEncoder().encode(text),
  }),
  async open() {
    const runtime = createNodeOnnxRuntime({ threads: 1 });
    return {
      async parse(bytes, name) {
        const isModel = name.endsWith(".onnx");
        const descriptor = parseDescriptor(isModel ? text : new TextDecoder().decode(bytes));
        const model = isModel ? bytes : createConvModel(17);
        const encoder = await createDescribedEncoder(runtime, model, descriptor, getInfo(descriptor));
        await encoder.dispose();
      },
    };
  },
};
