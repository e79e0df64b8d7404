/** The library in browsers: a golem from static files, run in a worker. */
import { type ErrorRecord, GolemError, throwIfAborted } from "../core/error.ts";
import type { WorkOptions } from "../core/progress.ts";
import type { Caller } from "../core/worker-calls.ts";
import type { DetectOptions } from "../detect/detect-settings.ts";
import type { DetectedEvent, LiveState } from "../detect/detector.ts";
import type { Evaluation } from "../evaluate/evaluation.ts";
import { checkLabels } from "../golem/expected-labels.ts";
import type { GolemDocument } from "../golem/golem-document.ts";
import type { AudioPrediction } from "../golem/predict-embedded.ts";
import type { EmbeddingWorkerCalls, LoadArgument, TrialArgument } from "./embedding-worker.ts";
import type { LiveInput, LiveMessage } from "./live-detection.ts";
import { type Capture, captureStream } from "./microphone.ts";
import { servePageDecoding } from "./page-decoding.ts";
import type { WebGpuOptions, WebGpuTrial } from "./webgpu-trial.ts";
import { createWorkerCaller } from "./worker-calls.ts";

/** Input of predictions: a file (a Blob is read piece by piece), its bytes, or samples at 16 kHz. */
export type WebAudioInput = Blob | Uint8Array | Float32Array;

/** A golem on a page. `Label`: its labels, if they are known when the program is written. */
export interface WebGolem<Label extends string = string> {
  readonly document: GolemDocument;
  readonly labels: readonly Label[];
  /** Its held-out score; null if none could be measured. */
  readonly evaluation: Evaluation | null;
  /** Results of trying WebGPU, one per encoder; empty without the option `webgpu`. Rejects with `aborted`. */
  readonly webgpu: Promise<readonly WebGpuTrial[]>;
  /** Predicts one recording in a worker. Rejects as the audio stage, or `silent`, `too-short`, `aborted`. */
  predict(
    input: WebAudioInput,
    options?: { signal?: AbortSignal | undefined },
  ): Promise<AudioPrediction<Label>>;
  /**
   * Detects events in a stream, for example of a microphone, until it is stopped; events are reported as soon
   * as they are certain. Must be called after a click or key press. Rejects with `unreadable` or
   * `invalid-option`.
   */
  listen(stream: MediaStream, options?: ListenOptions<Label>): Promise<Listening>;
  /** Ends its worker; pending calls reject with `aborted`. */
  dispose(): void;
}

/** Options of {@link WebGolem.listen}: those of detection, and callbacks. */
export interface ListenOptions<Label extends string = string> extends DetectOptions {
  readonly onEvent?: ((event: DetectedEvent<Label>) => void) | undefined;
  /** Called about 50 times per second. */
  readonly onState?: ((state: LiveState) => void) | undefined;
  readonly onWarning?: ((warning: ErrorRecord) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Detection in a stream. */
export interface Listening {
  /** Resolves when detection has been stopped and all events are reported; rejects if it failed. */
  readonly done: Promise<void>;
  /** Stops after reporting the current events. The stream's tracks keep running. */
  stop(): Promise<void>;
}

/** Options of {@link loadGolem}. */
export interface LoadWebGolemOptions<Label extends string = string> extends WorkOptions {
  /** The labels that the golem must have, in any order; they become the label type of its predictions. */
  readonly labels?: readonly Label[] | undefined;
  /**
   * Folder of the networks' weights, relative to the page: file F of encoder E is at `weights/E/F`. Default:
   * `weights/` in the golem's folder.
   */
  readonly weights?: string | URL | undefined;
  /** Whether to keep weights in Cache Storage; default true. */
  readonly keep?: boolean | undefined;
  /** Number of threads if the page is cross-origin isolated; default: one per core, at most 4. */
  readonly threads?: number | undefined;
  /** Folder of ONNX Runtime's two files; default: next to this module. */
  readonly runtimeUrl?: string | URL | undefined;
  /**
   * Tries the encoders on the graphics processor after the golem is loaded, and moves those that give the
   * same embeddings in less time.
   */
  readonly webgpu?: WebGpuOptions | undefined;
  /** Creates the worker from the module `golem-audio/web/embedding-worker`, for bundlers that cannot. */
  readonly createWorker?: (() => Worker) | undefined;
  /** Called with warnings about the golem. */
  readonly onWarning?: ((warning: ErrorRecord) => void) | undefined;
}

/**
 * Loads a golem and everything that it needs; nothing is fetched later. `url`: its folder, relative to the
 * page. With `labels`, its predictions have their type. Rejects with `invalid-option` if it has other labels,
 * and with `golem-not-found`, `golem-damaged`, `golem-version`, `unknown-encoder`, `weights-missing`,
 * `weights-damaged`, `fetch-failed`, `encoder-failed` or `aborted`.
 */
export async function loadGolem<const Label extends string = string>(
  url: string | URL,
  options: LoadWebGolemOptions<Label> = {},
): Promise<WebGolem<Label>> {
  const { signal, onProgress, weights = "weights/", keep, threads, runtimeUrl, onWarning } = options;
  const page = globalThis.document?.baseURI ?? globalThis.location?.href;
  const folder = resolveFolderUrl(url, page);
  const worker = (options.createWorker ?? createEmbeddingWorker)();
  const caller = createWorkerCaller<EmbeddingWorkerCalls>(worker, describeDeath);
  const decoding = servePageDecoding();
  const argument: LoadArgument = {
    decoding,
    folder: folder.href,
    weights: new URL(weights, options.weights === undefined ? folder : page).href,
    keep,
    threads,
    ...(runtimeUrl === undefined ? {} : { runtimeUrl: new URL(runtimeUrl, page).href }),
  };
  const dispose = (): void => {
    worker.terminate();
    caller.fail(new GolemError("aborted", "The golem was disposed of before the call was complete."));
  };
  try {
    const { document, warning } = await caller.call("load", argument, {
      ...{ signal, onProgress },
      transfer: [decoding],
    });
    checkLabels(document.labels, options.labels);
    if (warning) onWarning?.(warning);
    const tryGraphics = ({ runtimeUrl, software = false }: WebGpuOptions) => {
      const trial: TrialArgument = {
        ...{ runtimeUrl: new URL(runtimeUrl, page).href, software, keep },
        weights: argument.weights,
      };
      return caller.call("tryWebGpu", trial, { signal });
    };
    const tried = options.webgpu ? tryGraphics(options.webgpu) : Promise.resolve([]);
    tried.catch(() => undefined);
    return {
      document,
      labels: document.labels as readonly string[] as readonly Label[],
      evaluation: document.evaluation as Evaluation | null,
      webgpu: tried,
      predict: (input, { signal } = {}) =>
        caller.call("predict", input, { signal }) as Promise<AudioPrediction<Label>>,
      listen: (stream, options) => listen(caller, stream, options as ListenOptions | undefined),
      dispose,
    };
  } catch (error) {
    dispose();
    throw error;
  }
}

async function listen(
  caller: Caller<EmbeddingWorkerCalls>,
  stream: MediaStream,
  { onEvent, onState, onWarning, signal, ...settings }: ListenOptions = {},
): Promise<Listening> {
  throwIfAborted(signal);
  const capture = await openCapture(stream);
  const { port1: told, port2: tell } = new MessageChannel();
  told.onmessage = ({ data }: MessageEvent<LiveMessage>) => {
    if ("warning" in data) {
      onWarning?.(data.warning);
      return;
    }
    for (const event of data.events) onEvent?.(event);
    onState?.(data.state);
  };
  const { sampleRate, samples } = capture;
  const input: LiveInput = { sampleRate, samples, told: tell, settings };
  const work = caller.call("listen", input, { signal, transfer: [samples, tell] });
  const done = work
    .then(() => undefined)
    .finally(async () => {
      await capture.stop();
      told.close();
    });
  done.catch(() => undefined);
  return {
    done,
    async stop() {
      capture.finish();
      await done;
    },
  };
}

/** Captures a stream; rejects with `unreadable`. */
async function openCapture(stream: MediaStream): Promise<Capture> {
  if (stream.getAudioTracks().length === 0) {
    throw new GolemError("unreadable", "The stream has no audio; expected the stream of a microphone.", {
      hint: "Request it with getUserMedia({ audio: true }).",
    });
  }
  try {
    return await captureStream(stream, new URL("./capture-worklet.js", import.meta.url));
  } catch (cause) {
    throw new GolemError("unreadable", `The stream cannot be captured: ${String(cause)}.`, {
      hint: "capture-worklet.js must be next to the module, and the page at a secure address (https or localhost).",
      cause,
    });
  }
}

function describeDeath(message: string): GolemError {
  return new GolemError(
    "encoder-failed",
    `The golem's worker stopped: ${message || "it could not be loaded"}.`,
    {
      hint: "embedding-worker.js must be next to the module, and the page's policy must allow workers from there.",
    },
  );
}

function createEmbeddingWorker(): Worker {
  return new Worker(new URL("./embedding-worker.js", import.meta.url), { type: "module", name: "golem" });
}

/** Resolves the address of a golem's folder; throws `invalid-option` if it is invalid. */
function resolveFolderUrl(url: string | URL, base: string | undefined): URL {
  try {
    const folder = new URL(url, base);
    folder.search = "";
    folder.hash = "";
    folder.pathname = folder.pathname.replace(/(golem\.json|\/)?$/, "/").replace(/\/+$/, "/");
    return folder;
  } catch (cause) {
    throw new GolemError("invalid-option", `'${url}' is not the address of a golem's folder.`, {
      hint: "Give the address of the folder that contains golem.json.",
      cause,
    });
  }
}
