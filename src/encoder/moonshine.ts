/**
 * moonshine-tiny: the encoder of an English speech recogniser (Jeffries et al. 2024, "Moonshine"), int8, MIT.
 *
 * Raw 16 kHz samples in, 288 numbers per frame of 24 ms out, six blocks; seven layers with the input of the first.
 * Its front end normalises over the whole clip, so gain does not matter and padding would: clips are never padded,
 * those below its receptive field are reflected.
 * Must not know: files, labels, where the weights were found.
 */
import { GolemError } from "../core/error.ts";
import type { Encoder, EncoderInfo, Pooled } from "./encoder.ts";
import { type AddEncoder, addReflection } from "./encoder-graph.ts";
import type { OnnxRuntime } from "./onnx-runtime.ts";
import { addPooledOutputs, framesOutput, getPooledTensor, pooledOutput } from "./pooling-graph.ts";
import { reflectToLength } from "./reflect.ts";

const dimensions = 288;
/** Samples below which the three strided convolutions (127/64, 7/3, 3/2) leave no frame. */
const minimumSamples = 895;

const lastLayer = "last_hidden_state";

/** Tensors [1, frames, 288]: what enters block 1, the outputs of blocks 1 to 5, the output after the last norm. */
const layerTensors = [
  "/Transpose_output_0",
  ...[0, 1, 2, 3, 4].map((block) => `/layers.${block}/Add_1_output_0`),
  lastLayer,
];

/** The weight file and its hash. */
export const moonshineWeights = {
  name: "encoder_model.onnx",
  sha256: "c6fc4b7bc5af75c0591fd157a1f3829b533d18e9769a888fd95a62e470dd4f4a",
} as const;

/** Identity of moonshine-tiny. */
export const moonshineInfo: EncoderInfo = {
  id: "moonshine-tiny",
  revision: "moonshine-js-0.1.29",
  sha256: { [moonshineWeights.name]: moonshineWeights.sha256 },
  sampleRate: 16_000,
  layers: layerTensors.length,
  dimensions,
  precision: "int8",
  recipe: `pool=mean+std;reflect<${minimumSamples}`,
};

/** Loads moonshine-tiny from the bytes of its weight file. */
export async function createMoonshine(runtime: OnnxRuntime, model: Uint8Array): Promise<Encoder> {
  const session = await runtime.createSession(addPooledOutputs(model, layerTensors, dimensions));
  return {
    info: moonshineInfo,
    async encode(samples, { keepFrames } = {}): Promise<Pooled> {
      const input = reflectToLength(samples, minimumSamples);
      const outputs = await session.run({ input_values: { dims: [1, input.length], data: input } }, [
        pooledOutput,
        framesOutput,
        ...(keepFrames ? [lastLayer] : []),
      ]);
      const vector = outputs[pooledOutput]?.data;
      const frames = Number(outputs[framesOutput]?.data[1] ?? 0);
      const expected = layerTensors.length * 2 * dimensions;
      if (!(vector instanceof Float32Array) || vector.length !== expected || frames < 1) {
        throw new GolemError(
          "encoder-failed",
          `moonshine-tiny gave ${vector?.length ?? "no"} numbers of ${frames} frames for ${samples.length} samples; expected ${expected} of at least 1.`,
        );
      }
      const last = outputs[lastLayer]?.data;
      return last instanceof Float32Array ? { frames, vector, lastLayer: last } : { frames, vector };
    },
    dispose: () => session.release(),
  };
}

/** moonshine-tiny as part of a graph, from the bytes of its weight file. */
export function createMoonshineGraph(model: Uint8Array): AddEncoder {
  return (graph, samples, prefix) => {
    const input = addReflection(graph, samples, minimumSamples);
    const pooled = addPooledOutputs(model, layerTensors, dimensions);
    const getName = graph.merge(pooled, { prefix, inputs: { input_values: input } });
    return (layer) => getName(getPooledTensor(layer));
  };
}
