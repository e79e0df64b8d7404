/**
 * The library in browsers: a golem from static files, with a worker that listens for it.
 *
 * Not its concern: how anything is heard, decided or trained.
 */
import { type ErrorRecord, GolemError, throwIfAborted } from "../core/error.ts";
import type { WorkOptions } from "../core/progress.ts";
import type { DetectOptions } from "../detect/detect-settings.ts";
import type { DetectedEvent, LiveState } from "../detect/detector.ts";
import type { Evaluation } from "../evaluate/evaluate.ts";
import type { GolemDocument } from "../golem/golem-document.ts";
import type { AudioPrediction } from "../golem/predict-embedded.ts";
import type { HearingLoad, HearingLoaded, HearingTrial } from "./hearing-worker.ts";
import type { LiveInput, LiveMessage } from "./live-detection.ts";
import { captureStream } from "./microphone.ts";
import type { WebGpuOptions, WebGpuTrial } from "./webgpu-trial.ts";
import { type Caller, createCaller } from "./worker-calls.ts";

/** What can be predicted: an audio file (a Blob is read piece by piece), its bytes, or mono samples at 16 kHz. */
export type WebAudioInput = Blob | Uint8Array | Float32Array;

/** A golem on a page. */
export interface WebGolem {
  /** Contents of golem.json. */
  readonly document: GolemDocument;
  readonly labels: readonly string[];
  /** Its honest score; null when there was none to be had. */
  readonly evaluation: Evaluation | null;
  /** What came of trying WebGPU, an entry for each encoder; none where it was not asked for. Rejects with `aborted`. */
  readonly webgpu: Promise<readonly WebGpuTrial[]>;
  /** Predicts one recording, in a worker. Rejects with the audio stage's errors, `silent`, `too-short`, `aborted`. */
  predict(input: WebAudioInput, options?: { signal?: AbortSignal | undefined }): Promise<AudioPrediction>;
  /**
   * Listens to a stream, of a microphone for example, until it is stopped; events are told as soon as they are certain. Has to follow a click or a key.
   * Rejects with `unreadable` or `invalid-option`.
   */
  listen(stream: MediaStream, options?: ListenOptions): Promise<Listening>;
  /** Ends its worker; whatever is under way rejects with `aborted`. */
  dispose(): void;
}

/** Options of {@link WebGolem.listen}: what shapes detection, and who is told. */
export interface ListenOptions extends DetectOptions {
  readonly onEvent?: ((event: DetectedEvent) => void) | undefined;
  /** Told about fifty times a second. */
  readonly onState?: ((state: LiveState) => void) | undefined;
  readonly onWarning?: ((warning: ErrorRecord) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A stream that is being listened to. */
export interface Listening {
  /** Resolves when it has been stopped and everything has been told; rejects when it broke off. */
  readonly done: Promise<void>;
  /** Stops; what is under way is told first. The stream's tracks stay as they are. */
  stop(): Promise<void>;
}

/** Options of {@link loadGolem}. */
export interface LoadWebGolemOptions extends WorkOptions {
  /** Folder of the networks' weights, relative to the page: file F of encoder E is at `weights/E/F`. Default: `weights/` in the golem's folder. */
  readonly weights?: string | URL | undefined;
  /** Whether to keep weights in Cache Storage; default true. */
  readonly keep?: boolean | undefined;
  /** Threads, where the page is cross-origin isolated; default as many as there are cores, at most 4. */
  readonly threads?: number | undefined;
  /** Folder of ONNX Runtime's two files; default: beside this module. */
  readonly runtimeUrl?: string | URL | undefined;
  /** Tries the encoders on the graphics processor once the golem is loaded, and moves those that say the same there and are faster. */
  readonly webgpu?: WebGpuOptions | undefined;
  /** Makes the worker, where a bundler cannot: of the module `golem-audio/web/hearing-worker`. */
  readonly createWorker?: (() => Worker) | undefined;
  /** Told what is odd about the golem. */
  readonly onWarning?: ((warning: ErrorRecord) => void) | undefined;
}

/**
 * Loads a golem and everything that it needs to listen; from then on nothing is fetched any more. `url`: its folder, relative to the page.
 * Rejects with `golem-not-found`, `golem-damaged`, `golem-version`, `unknown-encoder`, `weights-missing`, `weights-damaged`,
 * `fetch-failed`, `encoder-failed` or `aborted`.
 */
export async function loadGolem(url: string | URL, options: LoadWebGolemOptions = {}): Promise<WebGolem> {
  const { signal, onProgress, weights = "weights/", keep, threads, runtimeUrl, onWarning } = options;
  const page = globalThis.document?.baseURI ?? globalThis.location?.href;
  const folder = resolveFolderUrl(url, page);
  const worker = (options.createWorker ?? createHearingWorker)();
  const caller = createCaller(worker);
  worker.addEventListener("error", ({ message }) => {
    caller.fail(
      new GolemError(
        "encoder-failed",
        `The golem's worker stopped: ${message || "it could not be loaded"}.`,
        {
          hint: "hearing-worker.js has to lie beside the module, and the page's policy has to allow workers from there.",
        },
      ),
    );
  });
  const argument: HearingLoad = {
    folder: folder.href,
    weights: new URL(weights, options.weights === undefined ? folder : page).href,
    keep,
    threads,
    ...(runtimeUrl === undefined ? {} : { runtimeUrl: new URL(runtimeUrl, page).href }),
  };
  const dispose = (): void => {
    worker.terminate();
    caller.fail(new GolemError("aborted", "The golem was disposed of before it had answered."));
  };
  try {
    const { document, warning } = (await caller.call("load", argument, {
      signal,
      onProgress,
    })) as HearingLoaded;
    if (warning) onWarning?.(warning);
    const tryGraphics = async ({ runtimeUrl, software = false }: WebGpuOptions) => {
      const trial: HearingTrial = {
        ...{ runtimeUrl: new URL(runtimeUrl, page).href, software, keep },
        weights: argument.weights,
      };
      return (await caller.call("tryWebGpu", trial, { signal })) as readonly WebGpuTrial[];
    };
    const tried = options.webgpu ? tryGraphics(options.webgpu) : Promise.resolve([]);
    tried.catch(() => undefined);
    return {
      document,
      labels: document.labels,
      evaluation: document.evaluation as Evaluation | null,
      webgpu: tried,
      predict: (input, { signal } = {}) =>
        caller.call("predict", input, { signal }) as Promise<AudioPrediction>,
      listen: (stream, options) => listen(caller, stream, options),
      dispose,
    };
  } catch (error) {
    dispose();
    throw error;
  }
}

async function listen(
  caller: Caller,
  stream: MediaStream,
  { onEvent, onState, onWarning, signal, ...settings }: ListenOptions = {},
): Promise<Listening> {
  throwIfAborted(signal);
  const capture = await captureStream(stream);
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

function createHearingWorker(): Worker {
  return new Worker(new URL("./hearing-worker.js", import.meta.url), { type: "module", name: "golem" });
}

/** Resolves the address of a golem's folder, as a page gives it; throws `invalid-option` for what is none. */
function resolveFolderUrl(url: string | URL, base: string | undefined): URL {
  try {
    const folder = new URL(url, base);
    folder.search = "";
    folder.hash = "";
    folder.pathname = folder.pathname.replace(/(golem\.json|\/)?$/, "/").replace(/\/+$/, "/");
    return folder;
  } catch (cause) {
    throw new GolemError("invalid-option", `'${url}' is no address of a golem's folder.`, {
      hint: "Give the address of the folder that holds golem.json.",
      cause,
    });
  }
}
