/**
 * ONNX models by descriptor: tiny models, run in ONNX Runtime, compared with the same computation in
 * JavaScript.
 */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import {
  computeConvFrames,
  createConvModel,
  createPatchModel,
  createTensorField,
} from "../../../test/support/tiny-onnx.ts";
import { joinBytes } from "../../core/join-arrays.ts";
import { createRandom } from "../../core/random.ts";
import { createNodeOnnxRuntime } from "../../node/models/onnx-runtime-node.ts";
import { readModelFacts, removeOutputs } from "../../onnx/model-reader.ts";
import { createBytesField, createModel, createNode, createValueInfo } from "../../onnx/proto.ts";
import type { Encoder, EncoderInfo } from "../encoder.ts";
import { createLogMel } from "../log-mel.ts";
import { poolFrames } from "../pooling.ts";
import { createDescribedEncoder } from "./described-encoder.ts";
import { type EncoderDescriptor, parseDescriptor } from "./encoder-descriptor.ts";

const runtime = createNodeOnnxRuntime({ threads: 1 });
const random = createRandom(5);
const signal = Float32Array.from({ length: 4001 }, (_, i) => 0.3 * Math.sin(i / 7) + 0.1 * random.normal());

const conv = {
  format: "golem-encoder",
  formatVersion: 1,
  sampleRate: 16_000,
  input: { name: "wave", kind: "samples", axes: ["batch", "samples"] },
  output: { layers: ["frames", "logits"], axes: ["batch", "time", "features"], dimensions: 3 },
  minimumSamples: 8,
};

const parse = (value: unknown): EncoderDescriptor => parseDescriptor(JSON.stringify(value));

const makeInfo = ({ output, sampleRate }: EncoderDescriptor): EncoderInfo => ({
  id: "tiny",
  revision: "1",
  sha256: {},
  sampleRate,
  layers: output.layers.length,
  dimensions: output.dimensions,
  precision: "fp32",
  recipe: "",
});

async function load(model: Uint8Array, value: unknown, changes: Partial<EncoderInfo> = {}): Promise<Encoder> {
  const descriptor = parse(value);
  return createDescribedEncoder(runtime, model, descriptor, { ...makeInfo(descriptor), ...changes });
}

describe("described encoder", () => {
  it.each([11, 13, 17, 18, 21])("pools layers of a model of operator set %i", async (opset) => {
    const encoder = await load(createConvModel(opset), conv);
    const { frames, vector } = await encoder.encode(signal);
    const expected = poolFrames(computeConvFrames(signal), 3).vector;
    expect(frames).toBe(1000);
    expect(vector.subarray(0, 6)).toBeAllclose(expected, { rtol: 1e-4, atol: 1e-6 });
    expect(vector.subarray(6)).toBeAllclose(
      expected.map((x) => 2 * x),
      { rtol: 1e-4, atol: 1e-6 },
    );
    await encoder.dispose();
  });

  it.each([11, 18])(
    "takes layers with features before time, and vectors without time (set %i)",
    async (opset) => {
      const output = { layers: ["channels"], axes: ["batch", "features", "time"], dimensions: 3 };
      const turned = await load(createConvModel(opset), { ...conv, output });
      const expected = poolFrames(computeConvFrames(signal), 3).vector;
      expect((await turned.encode(signal)).vector).toBeAllclose(expected, { rtol: 1e-4, atol: 1e-6 });
      await turned.dispose();
      const single = createModel(
        {
          nodes: [createNode("Add", ["x", "x"], ["y"])],
          inputs: [createValueInfo("x", "float32", [4])],
          outputs: [createValueInfo("y", "float32", [4])],
        },
        opset,
      );
      const vectors = await load(single, {
        ...conv,
        minimumSamples: 4,
        input: { name: "x", kind: "samples", axes: ["samples"] },
        output: { layers: ["y"], axes: ["features"], dimensions: 4 },
      });
      const { frames, vector } = await vectors.encode(Float32Array.of(1, 2, 3, 4));
      expect([frames, ...vector]).toEqual([1, 2, 4, 6, 8, 0, 0, 0, 0]);
      await vectors.dispose();
    },
  );

  it("normalises, scales and reflects as the descriptor states", async () => {
    const samples = Float32Array.of(0.5, -0.25, 0.125, 0, 0.3);
    const plain = await load(createConvModel(17), { ...conv, minimumSamples: 8 });
    const reflected = Float32Array.of(0.5, -0.25, 0.125, 0, 0.3, 0, 0.125, -0.25);
    const poolExpected = (input: Float32Array) => poolFrames(computeConvFrames(input), 3).vector;
    expect((await plain.encode(samples)).vector.subarray(0, 6)).toBeAllclose(poolExpected(reflected), {
      atol: 1e-6,
    });
    await plain.dispose();
    const input = { ...conv.input, normalise: "zero-mean-unit-variance", gain: 100 };
    const scaled = await load(createConvModel(17), { ...conv, input });
    const mean = reflected.reduce((sum, x) => sum + x, 0) / 8;
    const variance = reflected.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 8;
    const normal = reflected.map((x) => ((x - mean) / Math.sqrt(variance)) * 100);
    expect((await scaled.encode(samples)).vector.subarray(0, 6)).toBeAllclose(poolExpected(normal), {
      rtol: 1e-4,
      atol: 1e-3,
    });
    await scaled.dispose();
  });

  it("passes patches of log-mel frames", async () => {
    const input = {
      ...{ name: "mel", kind: "log-mel", axes: ["patches", "frames", "bands"] },
      ...{ window: 400, hop: 160, transformSize: 512, bands: 8, low: 125, high: 7500 },
      ...{ power: 1, offset: 0.001, straightOver: "mel", patches: { length: 4, hop: 2 } },
    };
    const descriptor = {
      ...conv,
      input,
      output: { layers: ["scores"], axes: ["time", "features"], dimensions: 8 },
    };
    const encoder = await load(createPatchModel(4, 8), descriptor);
    const { frames, vector } = await encoder.encode(signal);
    const parsed = parse(descriptor).input;
    if (parsed.kind !== "log-mel") throw new Error("not log-mel");
    const mel = createLogMel({ ...parsed, sampleRate: 16_000 }).compute(signal);
    expect(mel.length / 8).toBe(23);
    expect(frames).toBe(10);
    const patches = Float32Array.from({ length: 80 }, (_, i) => {
      const [patch, band] = [Math.floor(i / 8), i % 8];
      return [0, 1, 2, 3].reduce((sum, f) => sum + mel[(2 * patch + f) * 8 + band]! / 4, 0);
    });
    expect(vector).toBeAllclose(poolFrames(patches, 8).vector, { rtol: 1e-4, atol: 1e-5 });
    expect((await encoder.encode(signal.subarray(0, 320))).frames).toBe(1);
    await encoder.dispose();
  });

  it("returns only the requested layers and computes nothing above them", async () => {
    const encoder = await load(createConvModel(17), conv, { layers: 1 });
    expect((await encoder.encode(signal)).vector).toHaveLength(6);
    await encoder.dispose();
    expect(readModelFacts(removeOutputs(createConvModel(17))).outputs).toEqual([]);
  });

  it("names what does not fit", async () => {
    const output = (changes: object) => ({ ...conv, output: { ...conv.output, ...changes } });
    const model = createConvModel(17);
    await expect(load(model, output({ layers: ["hidden"] }))).rejects.toThrow(
      'no tensor "hidden"; its outputs are logits',
    );
    await expect(load(model, { ...conv, input: { ...conv.input, name: "x" } })).rejects.toThrow(
      "its inputs are wave",
    );
    const encoder = await load(model, output({ dimensions: 5 }));
    await expect(encoder.encode(signal)).rejects.toThrow("its descriptor states [1, frames, 5]");
    await encoder.dispose();
  });
});

describe("ONNX reader", () => {
  it("reads the facts that an edit needs", () => {
    const { opset, inputs, outputs, tensors } = readModelFacts(createConvModel(18));
    expect({ opset, inputs, outputs, tensors: [...tensors] }).toEqual({
      ...{ opset: 18, inputs: ["wave"], outputs: ["logits"] },
      tensors: ["row", "channels", "frames", "logits"],
    });
  });

  it("rejects numbers that protobuf parsers read differently", () => {
    // Tags of 2^32 + 106 and 2^32 + 112: a parser that keeps 32 bits reads the fields 13 and 14.
    const entry = joinBytes([createBytesField(1, "location"), createBytesField(2, "secret.bin")]);
    const wide = joinBytes([
      Uint8Array.of(0xea, 0x80, 0x80, 0x80, 0x10, entry.length),
      entry,
      Uint8Array.of(0xf0, 0x80, 0x80, 0x80, 0x10, 0x01),
    ]);
    const fields = {
      "a tag over 32 bits": [wide, "tag or length"],
      "a padded tag": [Uint8Array.of(0xf0, 0x00, 0x01), "longer than necessary"],
      "a padded value": [Uint8Array.of(0x08, 0x81, 0x80, 0x00), "longer than necessary"],
      "a value over 64 bits": [Uint8Array.of(0x08, ...Array<number>(9).fill(0xff), 0x02), "over 64 bits"],
      "a length over 31 bits": [Uint8Array.of(0x4a, 0x80, 0x80, 0x80, 0x80, 0x08), "tag or length"],
      "a group": [Uint8Array.of((13 << 3) | 3, (13 << 3) | 4), "unknown wire type 3"],
      "a location of 2^32 + 1": [Uint8Array.of(0x70, 0x81, 0x80, 0x80, 0x80, 0x10), "another file"],
    } as const;
    for (const [tensor, message] of Object.values(fields)) {
      const hidden = createBytesField(7, createBytesField(5, tensor));
      expect(() => readModelFacts(joinBytes([createConvModel(17), hidden]))).toThrow(message);
    }
    // A negative number takes ten bytes.
    const negative = createBytesField(
      7,
      createBytesField(5, Uint8Array.of(0x08, ...Array<number>(9).fill(0xff), 1)),
    );
    expect(() => readModelFacts(joinBytes([createConvModel(17), negative]))).not.toThrow();
  });

  it("rejects a message written as a number, and ONNX Runtime's own format", () => {
    const model = createConvModel(17);
    expect(() => readModelFacts(joinBytes([model, Uint8Array.of(7 << 3, 1)]))).toThrow("expected a message");
    const own = joinBytes([createBytesField(2, "\0\0ORTM"), model]);
    expect(() => readModelFacts(own)).toThrow("ONNX Runtime's own format");
  });

  it("rejects references to other files anywhere in a model", () => {
    // TensorProto: external_data (13) { key, value }, or data_location (14) = EXTERNAL.
    const entry = joinBytes([createBytesField(1, "location"), createBytesField(2, "../../secret")]);
    const tensors = [createBytesField(13, entry), Uint8Array.of((14 << 3) | 0, 1)];
    for (const tensor of tensors) {
      const attribute = createBytesField(5, tensor);
      const subgraph = createBytesField(6, createBytesField(5, tensor));
      const hidden = [
        createBytesField(7, createBytesField(5, tensor)),
        createBytesField(7, createBytesField(15, createBytesField(1, tensor))),
        createBytesField(7, createBytesField(1, createBytesField(5, attribute))),
        createBytesField(7, createBytesField(1, createBytesField(5, subgraph))),
        createBytesField(25, createBytesField(7, createBytesField(5, attribute))),
        createBytesField(20, createBytesField(1, createBytesField(5, tensor))),
      ];
      for (const field of hidden) {
        expect(() => readModelFacts(joinBytes([createConvModel(17), field]))).toThrow("another file");
      }
    }
    const weights = createTensorField("more", [1], Float32Array.of(1));
    expect(() => readModelFacts(joinBytes([createConvModel(17), weights]))).not.toThrow();
  });

  it("rejects graphs that are nested too deeply", () => {
    let graph: Uint8Array = new Uint8Array(0);
    for (let depth = 0; depth < 100; depth++)
      graph = createBytesField(1, createBytesField(5, createBytesField(6, graph)));
    expect(() => readModelFacts(createBytesField(7, graph))).toThrow("nested");
  });

  const model = createConvModel(17);
  test.prop([fc.nat({ max: model.length - 1 }), fc.nat({ max: 255 }), fc.boolean()])(
    "returns facts or throws a GolemError for damaged bytes",
    (position, value, cut) => {
      const damaged = cut ? model.slice(0, position) : model.slice();
      if (!cut) damaged[position] = value;
      try {
        readModelFacts(damaged);
        removeOutputs(damaged);
      } catch (error) {
        expect(error).toMatchObject({ code: "weights-damaged" });
      }
    },
  );
});
