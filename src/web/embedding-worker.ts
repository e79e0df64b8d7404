/**
 * The worker of a golem on a page: fetches it, predicts, detects. One golem per worker; recordings are
 * predicted one after the other.
 */

import type { SampleSource } from "../audio/sample-source.ts";
import type { ByteSource } from "../core/byte-source.ts";
import { createBlobSource, createMemorySource } from "../core/byte-source.ts";
import { type ErrorCode, type ErrorRecord, GolemError, throwIfAborted } from "../core/error.ts";
import { createSourceWithTurns } from "../core/turn-taking.ts";
import { createdBy } from "../core/version.ts";
import type { CallContext } from "../core/worker-calls.ts";
import type { LoadedEncoderSet } from "../embed/embed-source.ts";
import type { GolemDocument } from "../golem/golem-document.ts";
import { parseGolemDocument } from "../golem/golem-document.ts";
import type { GolemModel } from "../golem/golem-model.ts";
import { decodeGolemModel, golemFileLimits, golemFiles } from "../golem/golem-model.ts";
import { type AudioPrediction, findPipelineWarning } from "../golem/predict-embedded.ts";
import { createGivenSamples, predict } from "../workflow/predict.ts";
import { createBrowserDecoders } from "./browser-decoders.ts";
import { letEventsIn } from "./event-turn.ts";
import { fetchBytes } from "./fetch-bytes.ts";
import { detectLive, type LiveInput } from "./live-detection.ts";
import { createPageDecoding } from "./page-decoding.ts";
import { loadWebEncoderSet } from "./web-encoder-set.ts";
import { tryWebGpu, type WebGpuTrial } from "./webgpu-trial.ts";
import { serveWorkerCalls } from "./worker-calls.ts";

/** A recording from the page: `WebAudioInput` on the page's side. */
type WorkerInput = Blob | Uint8Array | Float32Array;

/** Argument of the method `load`. */
export interface LoadArgument {
  /** Absolute address of the golem's folder, with a slash at the end. */
  readonly folder: string;
  readonly weights: string;
  readonly runtimeUrl?: string | undefined;
  readonly threads?: number | undefined;
  readonly keep?: boolean | undefined;
  /** See `servePageDecoding`. */
  readonly decoding: MessagePort;
}

/** Argument of the method `tryWebGpu`. */
export interface TrialArgument {
  readonly runtimeUrl: string;
  readonly software: boolean;
  readonly weights: string;
  readonly keep?: boolean | undefined;
}

interface LoadAnswer {
  readonly document: GolemDocument;
  readonly warning?: ErrorRecord | undefined;
}

/** The methods of this worker. */
export type EmbeddingWorkerCalls = {
  load: { argument: LoadArgument; answer: LoadAnswer };
  predict: { argument: WorkerInput; answer: AudioPrediction };
  listen: { argument: LiveInput; answer: undefined };
  tryWebGpu: { argument: TrialArgument; answer: readonly WebGpuTrial[] };
};

/** Decoders for codecs that are not built in. */
let decoders = createBrowserDecoders();
let loaded: { readonly model: GolemModel; readonly encoderSet: LoadedEncoderSet } | undefined;
let queue: Promise<unknown> = Promise.resolve();

async function load(
  { folder, decoding, ...options }: LoadArgument,
  { signal, onProgress }: CallContext,
): Promise<LoadAnswer> {
  const modules = loadDecoders();
  decoders = createBrowserDecoders(createPageDecoding(decoding));
  const model = await fetchGolemModel(new URL(folder), { signal });
  const encoderSet = await loadWebEncoderSet(model, { ...options, signal, onProgress });
  await modules;
  loaded = { model, encoderSet };
  return { document: model.document, warning: findPipelineWarning(model.document, createdBy) };
}

/** Loads the decoders that a first file would load, so that nothing is fetched later. */
async function loadDecoders(): Promise<void> {
  await Promise.all([
    import("mpg123-decoder"),
    import("../audio/formats/wasm/libflac.js"),
    import("../audio/formats/wasm/libvorbis.js"),
    import("opus-decoder"),
    import("../audio/formats/mediabunny-parts.ts"),
  ]);
}

/** Runs work after all earlier work. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const done = queue.then(work);
  queue = done.catch(() => undefined);
  return done;
}

function getLoaded(): { readonly model: GolemModel; readonly encoderSet: LoadedEncoderSet } {
  if (!loaded) throw new GolemError("unexpected", "The worker was called before its golem was loaded.");
  return loaded;
}

/**
 * Moves encoders to the graphics processor if they give the same embeddings there and are faster; predictions
 * continue meanwhile.
 */
async function tryGraphics(trial: TrialArgument, { signal }: CallContext): Promise<readonly WebGpuTrial[]> {
  const { model, encoderSet } = getLoaded();
  const { encoders, trials } = await tryWebGpu(encoderSet.encoders, { ...trial, signal, inTurn });
  loaded = { model, encoderSet: { ...encoderSet, encoders } };
  return trials;
}

function predictInput(input: WorkerInput, { signal }: CallContext): Promise<AudioPrediction> {
  return inTurn(async () => {
    throwIfAborted(signal);
    const { model, encoderSet } = getLoaded();
    return predict(model, encoderSet, openInput(input), { decoders, signal });
  });
}

function openInput(input: WorkerInput): ByteSource | SampleSource {
  if (input instanceof Float32Array) return createSamplesWithTurns(createGivenSamples(input));
  if (input instanceof Blob) {
    const name = input instanceof File ? input.name : "the given recording";
    return createSourceWithTurns(createBlobSource(input, name), letEventsIn);
  }
  return createSourceWithTurns(createMemorySource(input, "the given bytes"), letEventsIn);
}

/** Wraps samples so that events are handled between their chunks. */
function createSamplesWithTurns(source: SampleSource): SampleSource {
  return {
    ...source,
    async *read() {
      for await (const chunk of source.read()) {
        await letEventsIn();
        yield chunk;
      }
    },
  };
}

async function listen(input: LiveInput, { signal }: CallContext): Promise<undefined> {
  const { model, encoderSet } = getLoaded();
  await detectLive(model, encoderSet, input, signal);
}

serveWorkerCalls<EmbeddingWorkerCalls>({ load, predict: predictInput, listen, tryWebGpu: tryGraphics }, [
  "load",
  "predict",
  "listen",
  "tryWebGpu",
]);

/**
 * Fetches the files of a golem that prediction needs. `folder`: address of its folder, with a slash at its
 * end. training.json, the source of durations for detection, may be missing. Rejects with `golem-not-found`,
 * `golem-damaged`, `golem-version`, `fetch-failed` or `aborted`.
 */
async function fetchGolemModel(
  folder: URL,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<GolemModel> {
  const load = (part: keyof typeof golemFileLimits, missing: ErrorCode = "golem-damaged") =>
    fetchBytes(new URL(golemFiles[part], folder), {
      ...{ maximumBytes: golemFileLimits[part], tooLarge: "golem-damaged", missing, signal: options.signal },
    });
  const [document, tensors, training] = await Promise.all([
    load("document", "golem-not-found"),
    load("tensors"),
    load("training", "golem-not-found").catch(forgiveMissing),
  ]);
  const { views } = parseGolemDocument(new TextDecoder().decode(document));
  const needsText = views.some(({ layer }) => layer === "transcript");
  return decodeGolemModel({
    document,
    tensors,
    training,
    ...(needsText ? { text: await load("text") } : {}),
  });
}

function forgiveMissing(error: unknown): undefined {
  if (!(error instanceof GolemError) || error.code !== "golem-not-found") throw error;
}
