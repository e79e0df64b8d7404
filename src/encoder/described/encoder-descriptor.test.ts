/** Descriptors: defaults, and every error that a descriptor can contain. */
import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { parseDescriptor } from "./encoder-descriptor.ts";

const valid = {
  format: "golem-encoder",
  formatVersion: 1,
  sampleRate: 16_000,
  input: { name: "wave", kind: "samples", axes: ["batch", "samples"] },
  output: { layers: ["a"], axes: ["batch", "time", "features"], dimensions: 3 },
};
const mel = {
  ...{ name: "mel", kind: "log-mel", axes: ["batch", "bands", "frames"] },
  ...{ window: 400, hop: 160, transformSize: 512, bands: 64, high: 8000 },
};

it("fills in what is left out", () => {
  expect(parseDescriptor(JSON.stringify(valid))).toMatchObject({
    ...{ model: "model.onnx", licence: "unknown", precision: "fp32", minimumSamples: 1 },
    input: { normalise: "none", gain: 1 },
  });
  expect(parseDescriptor(JSON.stringify({ ...valid, input: mel })).input).toMatchObject({
    ...{
      low: 0,
      scale: "htk",
      norm: "none",
      power: 2,
      logarithm: "ln",
      offset: 0,
      floor: 1e-10,
      centred: false,
    },
  });
});

it.each([
  ["another format", { format: "golem" }, "format"],
  ["an unknown field", { colour: "red" }, "colour"],
  ["a rate of zero", { sampleRate: 0 }, "sampleRate"],
  ["a model elsewhere", { model: "../model.onnx" }, "inside its folder"],
  ["a model at the root", { model: "/etc/model.onnx" }, "inside its folder"],
  ["a model path with a dot segment", { model: "a/./b.onnx" }, "inside its folder"],
  ["a model on another drive", { model: "C:model.onnx" }, "inside its folder"],
  ["no samples axis", { input: { ...valid.input, axes: ["batch"] } }, 'lacks "samples"'],
  ["an axis twice", { input: { ...valid.input, axes: ["batch", "batch", "samples"] } }, "twice"],
  ["no features axis", { output: { ...valid.output, axes: ["batch", "time"] } }, 'lacks "features"'],
  ["a layer twice", { output: { ...valid.output, layers: ["a", "a"] } }, "layer is named twice"],
  ["too many dimensions", { output: { ...valid.output, dimensions: 1e9 } }, "output.dimensions"],
  ["a window over the transform", { input: { ...mel, window: 600 } }, "transformSize"],
  ["a transform of another size", { input: { ...mel, transformSize: 400 } }, "transformSize"],
  ["bands over half the rate", { input: { ...mel, high: 9000 } }, "half the sample rate"],
  ["patches without a size", { input: { ...mel, axes: ["patches", "frames", "bands"] } }, "no patches"],
  ["patches without an axis", { input: { ...mel, patches: { length: 9, hop: 9 } } }, 'lacks "patches"'],
])("rejects %s", (_, changes, message) => {
  expect(() => parseDescriptor(JSON.stringify({ ...valid, ...changes }))).toThrow(message);
});

it("accepts the examples of the documentation", async () => {
  const text = await readFile(new URL("../../../docs/encoders.md", import.meta.url), "utf8");
  const examples = [...text.matchAll(/```json\n(.*?)```/gs)].map(([, json]) => parseDescriptor(json!));
  expect(examples.map(({ input }) => input.kind)).toEqual(["samples", "log-mel", "samples"]);
});

it("rejects what is not JSON", () => {
  expect(() => parseDescriptor("{")).toThrow("it is not JSON");
});
