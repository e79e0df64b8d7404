/**
 * Foreign models in a separate process, which can be ended at any time: encoders that are not built in, and
 * graphs that contain them.
 *
 * A model is a program: its time and memory can only be determined by running it. The processor time of each
 * call is limited according to the model's size and the sound's length, the memory of the process according
 * to the model's size.
 * Not its concern: what runs in the process (threads/model-process.ts).
 */
import type { ChildProcess } from "node:child_process";
import { stat } from "node:fs/promises";
import { totalmem } from "node:os";
import type { Provider } from "../../core/device.ts";
import { GolemError, throwIfAborted } from "../../core/error.ts";
import { type Caller, createCaller } from "../../core/worker-calls.ts";
import type { Encoder, EncoderInfo, Pooled } from "../../encoder/encoder.ts";
import type { ResolvedEncoder, ResolvedTranscriber } from "../../encoder/resolved-encoder.ts";
import type { Transcriber, Transcript } from "../../encoder/transcriber.ts";
import { getModelBytes, type OnnxRuntime, type OnnxTensor } from "../../onnx/runtime.ts";
import type { CacheFolder } from "../disk/cache-folder.ts";
import { startProcess, toPort } from "../threads/child-process.ts";

/** Limit on the processor time of one call, after which the process ends. */
interface Limited {
  readonly limitSeconds: number;
}

type Tensors = Readonly<Record<string, OnnxTensor>>;

/** The methods of the process; one call at a time. */
export type ModelCalls = {
  loadEncoder: {
    argument: Limited & {
      readonly encoder: ResolvedEncoder;
      readonly threads: number;
      readonly device?: Provider | undefined;
      readonly cache: CacheFolder | undefined;
    };
    answer: EncoderInfo;
  };
  encode: { argument: Limited & { readonly samples: Float32Array }; answer: Pooled };
  loadTranscriber: {
    argument: Limited & {
      readonly transcriber: ResolvedTranscriber;
      readonly threads: number;
      readonly cache: CacheFolder | undefined;
    };
    answer: undefined;
  };
  transcribe: { argument: Limited & { readonly samples: Float32Array }; answer: Transcript };
  loadGraph: { argument: Limited & { readonly bytes: Uint8Array }; answer: undefined };
  run: {
    argument: Limited & { readonly feeds: Tensors; readonly outputs: readonly string[] | undefined };
    answer: Tensors;
  };
};

/** The message of the process before it ends, with the reason. */
export interface ModelMessage {
  readonly fatal: string;
}

/** Limit on processor seconds of one thread for any call, and per second of sound. */
const graceSeconds = 5;
const secondsPerSecond = 5;
/** Size of a model, in bytes, per additional second of the limit, for loading and per second of sound. */
const bytesPerSecond = 20e6;
/** Memory limit for small models in bytes; else a multiple of the size, and a share of memory. */
const smallModelBytes = 4 * 2 ** 30;
const memoryFactor = 8;
const machineShare = 0.75;
/** Milliseconds after which the process of an aborted call is ended. */
const abortMilliseconds = 300;
/** Number of consecutive unexpected ends, without an answer in between, after which no process is started. */
const maximumDeaths = 3;

interface ModelProcess {
  readonly child: ChildProcess;
  readonly caller: Caller<ModelCalls>;
}

type Call = <Name extends keyof ModelCalls>(
  method: Name,
  argument: ModelCalls[Name]["argument"],
  signal?: AbortSignal,
) => Promise<ModelCalls[Name]["answer"]>;

/**
 * Runs calls in a process that is started on demand; `load` prepares it for other calls. Calls reject with
 * the model's error, with `encoder-failed` if the process ended, or with `aborted`.
 */
function createModelProcess(id: string, modelBytes: number, load: (call: Call) => Promise<unknown>) {
  const memory = Math.min(
    machineShare * (process.constrainedMemory?.() || totalmem()),
    Math.max(smallModelBytes, memoryFactor * modelBytes),
  );
  let current: ModelProcess | undefined;
  let deaths = 0;
  let failure: GolemError | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const start = (): ModelProcess => {
    const child = startProcess("model-process", { args: [String(Math.floor(memory))] });
    const own: ModelProcess = { child, caller: createCaller<ModelCalls>(toPort(child)) };
    let reason: string | undefined;
    child.on("message", (message: Partial<ModelMessage>) => {
      reason ??= message.fatal;
    });
    const fail = (found: string): void => {
      if (current === own) current = undefined;
      deaths++;
      failure = new GolemError("encoder-failed", `${id} was stopped: ${reason ?? found}.`, {
        hint: "If you trust the model, give it shorter recordings (--max-seconds) or a machine with more memory.",
      });
      own.caller.fail(failure);
    };
    child.on("error", (error) => fail(error.message));
    child.on("exit", (code, signal) => fail(`its process ended with ${signal ?? `code ${code}`}`));
    return own;
  };

  const callIn = async (
    own: ModelProcess,
    ...[method, argument, signal]: Parameters<Call>
  ): Promise<never> => {
    throwIfAborted(signal);
    let timer: NodeJS.Timeout | undefined;
    const abort = (): void => {
      timer = setTimeout(() => end(own), abortMilliseconds);
    };
    signal?.addEventListener("abort", abort, { once: true });
    own.child.ref();
    own.child.channel?.ref();
    try {
      const answer = (await own.caller.call(method, argument as never)) as never;
      if (!method.startsWith("load")) deaths = 0;
      return answer;
    } catch (error) {
      throwIfAborted(signal);
      throw error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      own.child.unref();
      own.child.channel?.unref();
    }
  };

  const end = ({ child }: ModelProcess): void => void child.kill("SIGKILL");

  const ready = async (signal?: AbortSignal): Promise<ModelProcess> => {
    if (current) return current;
    if (failure && deaths >= maximumDeaths) throw failure;
    const own = start();
    try {
      await load(((method, argument) => callIn(own, method, argument, signal)) as Call);
    } catch (error) {
      end(own);
      throw error;
    }
    current = own;
    return own;
  };

  /** Runs one call after the other, since the process measures the time of one call. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };

  return {
    ready: (signal?: AbortSignal) => inTurn(() => ready(signal)),
    call: ((method, argument, signal) =>
      inTurn(async () => callIn(await ready(signal), method, argument, signal))) as Call,
    async dispose(): Promise<void> {
      await last;
      if (current) end(current);
      current = undefined;
    },
  };
}

/** Loads a foreign encoder in a separate process; a described model is also tested on a second of noise. */
export async function loadIsolatedEncoder(
  encoder: ResolvedEncoder,
  {
    threads,
    device,
    cache,
    signal,
  }: {
    threads: number;
    device?: Provider | undefined;
    cache?: CacheFolder | undefined;
    signal?: AbortSignal | undefined;
  },
): Promise<Encoder> {
  const { source, info } = encoder;
  const bytes = source.kind === "described" ? (await stat(source.model)).size : totalmem();
  const limit = (seconds: number): Limited => ({ limitSeconds: threads * (graceSeconds + seconds) });
  const sizeSeconds = bytes / bytesPerSecond;
  const encode = async (call: Call, samples: Float32Array, own?: AbortSignal): Promise<Pooled> =>
    call(
      "encode",
      { ...limit((secondsPerSecond + sizeSeconds) * Math.max(1, samples.length / info.sampleRate)), samples },
      own,
    );
  const model = createModelProcess(info.id, bytes, async (call) => {
    loaded = await call("loadEncoder", { ...limit(sizeSeconds), encoder, threads, device, cache });
    if (source.kind === "described") await encode(call, createNoise(info.sampleRate));
  });
  let loaded = info;
  await model.ready(signal).catch(async (error: unknown) => {
    await model.dispose();
    throw error;
  });
  return {
    info: loaded,
    encode: (samples, options) => encode(model.call, samples, options?.signal),
    dispose: model.dispose,
  };
}

/** Loads the transcriber of a checkpoint in a separate process. */
export async function loadIsolatedTranscriber(
  transcriber: ResolvedTranscriber,
  {
    threads,
    cache,
    signal,
  }: { threads: number; cache?: CacheFolder | undefined; signal?: AbortSignal | undefined },
): Promise<Transcriber> {
  const { info } = transcriber;
  const limit = (seconds: number): Limited => ({
    limitSeconds: threads * (graceSeconds + seconds + totalmem() / bytesPerSecond),
  });
  const model = createModelProcess(info.id, totalmem(), (call) =>
    call("loadTranscriber", { ...limit(0), transcriber, threads, cache }),
  );
  await model.ready(signal).catch(async (error: unknown) => {
    await model.dispose();
    throw error;
  });
  return {
    info,
    transcribe: (samples) => model.call("transcribe", { ...limit(secondsPerRun), samples }),
    dispose: model.dispose,
  };
}

/** Creates a runtime with one thread, whose session is in a separate process; `name` is that of the model. */
export function createIsolatedRuntime(name: string, signal?: AbortSignal): OnnxRuntime {
  return {
    async createSession(graph) {
      const bytes = await getModelBytes(graph);
      const limit = (seconds: number): Limited => ({ limitSeconds: graceSeconds + seconds });
      const model = createModelProcess(name, bytes.length, (call) =>
        call("loadGraph", { ...limit(bytes.length / bytesPerSecond), bytes }),
      );
      await model.ready(signal);
      return {
        run: (feeds, outputs) => model.call("run", { ...limit(secondsPerRun), feeds, outputs }, signal),
        release: model.dispose,
      };
    },
  };
}

/** Limit on processor seconds of a run of a graph, besides `graceSeconds`, for up to 30 s of sound. */
const secondsPerRun = 300;

function createNoise(length: number): Float32Array {
  let state = 1;
  return Float32Array.from({ length }, () => {
    state = (48_271 * state) % 2_147_483_647;
    return 0.1 * (state / 1_073_741_823 - 1);
  });
}
