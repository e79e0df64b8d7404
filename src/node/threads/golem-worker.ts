/**
 * The body of a worker that runs golems: keeps the loaded golems, with shared networks, predicts recordings
 * in memory, and finds the events in long recordings and live streams.
 */
import { availableParallelism } from "node:os";
import { setImmediate } from "node:timers/promises";
import { identifyContent } from "../../audio/formats/content.ts";
import { canStream, createStreamedSource } from "../../audio/streamed-source.ts";
import type { ByteSource } from "../../core/byte-source.ts";
import { blockBytes, createCachedSource, createMemorySource } from "../../core/byte-source.ts";
import { type ErrorRecord, throwIfAborted } from "../../core/error.ts";
import { createFairTurns, type Turn } from "../../core/fair-turns.ts";
import { createPacedTurn, createSourceWithTurns } from "../../core/turn-taking.ts";
import type { CallContext, CallMethods } from "../../core/worker-calls.ts";
import type { ClipKeeping, KeepSettings } from "../../detect/clip-cutter.ts";
import { resolveDetectSettings } from "../../detect/detect-settings.ts";
import { detectSource } from "../../detect/detect-source.ts";
import { createDetector } from "../../detect/detector.ts";
import { createPcmReader } from "../../detect/pcm-reader.ts";
import { createWindowClassifier } from "../../detect/window-classifier.ts";
import { type EncoderSet, embedSource, type LoadedEncoderSet } from "../../embed/embed-source.ts";
import { decodeGolemModel, type GolemModel } from "../../golem/golem-model.ts";
import { getAudioOf, predictEmbedded } from "../../golem/predict-embedded.ts";
import { systemDecoders } from "../decode/system-decoders.ts";
import type { GolemFiles } from "../disk/golem-folder.ts";
import { chooseDevice } from "../models/device-trial.ts";
import { prepareEncoderSet } from "../models/load-encoder-set.ts";
import { resolveGolemEncoderSet } from "../models/resolve-encoder-set.ts";
import { createSharedNetworks } from "../models/shared-networks.ts";
import {
  concurrentCalls,
  type GolemCalls,
  type GolemWorkerSettings,
  type LoadableGolem,
  type StreamReport,
} from "./golem-calls.ts";
import { cutPrediction } from "./kept-prediction.ts";
import { serveWorker, type WorkerService } from "./worker-service.ts";

interface LoadedGolem {
  readonly model: GolemModel;
  readonly encoderSet: LoadedEncoderSet;
}

/** Maximum delay of the worker's other calls by decoding, in milliseconds, if reads are frequent enough. */
const turnMilliseconds = 8;

/** Assumed samples per second of a long recording, all channels together. */
const streamSamplesPerSecond = 192_000;

const getTime = (): number => performance.now();

/** Wraps a source so that the work of other clients can run between its reads. */
function takeTurns(source: ByteSource, turn: Turn): ByteSource {
  return createSourceWithTurns(source, createPacedTurn(turn.pass, turnMilliseconds, getTime));
}

/** Wraps the encoders so that the work of other clients can run before each run, in turns. */
function passBeforeRuns(encoderSet: EncoderSet, turn: Turn): EncoderSet {
  return {
    ...encoderSet,
    encoders: encoderSet.encoders.map((encoder) => ({
      ...encoder,
      async encode(samples, options) {
        await turn.pass();
        return encoder.encode(samples, options);
      },
    })),
  };
}

/** Yields chunks, and allows other work between them. */
async function* receive(chunks: AsyncIterable<Uint8Array>, turn: Turn): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  for (;;) {
    const next = await turn.wait(() => iterator.next());
    if (next.done) return;
    yield next.value;
  }
}

serveWorker<GolemWorkerSettings, GolemCalls>(startService, { concurrent: concurrentCalls });

function startService(
  { cache, busy, worked, maximumSamples, device: requested }: GolemWorkerSettings,
  place: number,
): WorkerService<GolemCalls> {
  const turns = createFairTurns({
    getTime,
    takeTurn: () => setImmediate(),
    onUsed: (milliseconds) => void Atomics.add(worked, 0, BigInt(Math.round(1000 * milliseconds))),
  });
  const cores = availableParallelism();
  const hasSpareCore = (): boolean => 2 * Atomics.load(busy, 0) <= cores;
  // Workers with higher numbers get work only if no core is free.
  const mayFindOne = 2 * (place + 1) <= cores;
  const store = createSharedNetworks({ threads: 1, cache, ...(mayFindOne ? { hasSpareCore } : {}) });
  const golems = new Map<string, Promise<LoadedGolem>>();

  const load = (golem: LoadableGolem): Promise<LoadedGolem> => {
    let loaded = golems.get(golem.version);
    if (!loaded) {
      const model = decode(golem.files);
      loaded = store.acquire(golem.encoderSet, golem.device).then((encoderSet) => ({ model, encoderSet }));
      loaded.catch(() => golems.delete(golem.version));
      golems.set(golem.version, loaded);
    }
    return loaded;
  };

  const forget = async (version: string): Promise<undefined> => {
    const loaded = await golems.get(version)?.catch(() => undefined);
    golems.delete(version);
    await loaded?.encoderSet.dispose();
  };

  const methods: CallMethods<GolemCalls> = {
    async examine({ files, encoder }, { signal, onProgress }) {
      const model = decode(files);
      const options = { cache, signal, onProgress };
      const encoderSet = await resolveGolemEncoderSet(model, { ...options, encoder });
      await prepareEncoderSet(encoderSet, options);
      const warnings: ErrorRecord[] = [];
      const onWarning = (warning: ErrorRecord): void => void warnings.push(warning);
      const device = await chooseDevice(requested, encoderSet, { ...options, onWarning });
      return { document: model.document, encoderSet, device, warnings };
    },
    async load(golem) {
      await load(golem);
      return undefined;
    },
    forget,
    async predict({ golem, client, bytes, name, keep }, { signal, report }) {
      const { model, encoderSet } = await load(golem);
      const audio = getAudioOf(model.document);
      return turns.hold(client, async (turn) => {
        throwIfAborted(signal);
        const source = takeTurns(createMemorySource(bytes, name), turn);
        const options = { audio, decoders: systemDecoders, signal, maximumSamples, identify: false };
        const embedded = await embedSource(source, passBeforeRuns(encoderSet, turn), options);
        const prediction = predictEmbedded(model, embedded, name);
        if (keep) {
          const clip = await cutPrediction(source, prediction, { ...options, model, keep });
          if (clip) report({ clip });
        }
        return prediction;
      });
    },
    detect: async ({ golem, client, ...argument }, context) => {
      const loaded = await load(golem);
      return turns.hold(client, (turn) => detect(loaded, argument, context, turn));
    },
    listen: async ({ golem, client, ...argument }, context) => {
      const loaded = await load(golem);
      return turns.hold(client, (turn) => listen(loaded, argument, context, turn));
    },
  };

  return {
    methods,
    async dispose() {
      for (const version of [...golems.keys()]) await forget(version);
    },
  };
}

/** Finds the events in a recording that arrives as chunks. */
async function detect(
  { model, encoderSet }: LoadedGolem,
  { name, options, maximumSeconds, keep }: Omit<GolemCalls["detect"]["argument"], "golem" | "client">,
  { signal, report, chunks }: CallContext<GolemCalls["detect"]>,
  turn: Turn,
): Promise<undefined> {
  const classifier = createWindowClassifier(model, passBeforeRuns(encoderSet, turn));
  const source = await receiveSource(receive(chunks, turn), name, report);
  const events = detectSource(takeTurns(source, turn), classifier, {
    settings: resolveDetectSettings(model, options),
    ...{ decoders: systemDecoders, maximumSeconds, signal, keep: toKeeping(keep, report) },
    maximumSamples: maximumSeconds * streamSamplesPerSecond,
    onWarning: (warning) => report({ warning }),
    onProgress: ({ completed }) => report({ seconds: completed, worked: turn.getUsed() / 1000 }),
  });
  for await (const event of events) report({ event });
}

/** Finds the events in a live stream of samples. */
async function listen(
  { model, encoderSet }: LoadedGolem,
  { format, options }: Omit<GolemCalls["listen"]["argument"], "golem" | "client">,
  { signal, report, chunks }: CallContext<GolemCalls["listen"]>,
  turn: Turn,
): Promise<undefined> {
  const { sampleRate, maximumLagSeconds, keep, ...rest } = options;
  const detector = createDetector(createWindowClassifier(model, passBeforeRuns(encoderSet, turn)), {
    settings: resolveDetectSettings(model, rest),
    ...{ sampleRate, maximumLagSeconds, signal, keep: toKeeping(keep, report) },
    onWarning: (warning) => report({ warning }),
  });
  const reader = createPcmReader(format);
  for await (const bytes of receive(chunks, turn)) {
    for (const event of await detector.push(reader.push(bytes))) report({ event });
    report({ taken: bytes.length });
  }
  for (const event of await detector.finish()) report({ event });
  report({ seconds: detector.getState().time, worked: turn.getUsed() / 1000 });
}

/** Clips are only reported; the thread that owns the worker writes them. */
const toKeeping = (
  keep: KeepSettings | undefined,
  report: (report: StreamReport) => void,
): ClipKeeping | undefined => keep && { ...keep, onClip: (clip) => report({ clip }) };

/**
 * Opens a recording that arrives as chunks: at once if it can be decoded as a stream, otherwise when all of
 * it has arrived.
 */
async function receiveSource(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  report: (report: StreamReport) => void,
): Promise<ByteSource> {
  const take = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      report({ taken: chunk.length });
      yield chunk;
    }
  };
  const arriving = createStreamedSource(take(), name);
  const small = await arriving.collect(blockBytes);
  if (small) return createMemorySource(small, name);
  const { container } = await identifyContent(createCachedSource(arriving));
  if (canStream(container)) return arriving;
  report({ isHeld: true });
  const bytes = await arriving.collect(Number.POSITIVE_INFINITY);
  return bytes ? createMemorySource(bytes, name) : arriving;
}

/** Decodes files in shared memory, from which text cannot be decoded directly. */
function decode({ document, tensors, training, text }: GolemFiles): GolemModel {
  return decodeGolemModel({
    document: document.slice(),
    tensors: tensors.slice(),
    training: training?.slice(),
    text: text?.slice(),
  });
}
