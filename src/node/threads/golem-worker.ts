/**
 * The body of a worker that answers for golems: holds those it was given, with networks that they share, predicts recordings in memory,
 * and finds what long ones and live streams hold.
 *
 * Not its concern: threads, pools, where recordings come from.
 */
import { on } from "node:events";
import { availableParallelism } from "node:os";
import type { MessagePort } from "node:worker_threads";
import { canArrive, createArrivingSource } from "../../audio/arriving-source.ts";
import { identifyContent } from "../../audio/formats/content.ts";
import type { ByteSource } from "../../core/byte-source.ts";
import { blockBytes, createCachedSource, createMemorySource } from "../../core/byte-source.ts";
import { throwIfAborted } from "../../core/error.ts";
import { resolveDetectSettings } from "../../detect/detect-settings.ts";
import { detectSource } from "../../detect/detect-source.ts";
import { createDetector } from "../../detect/detector.ts";
import { createPcmReader } from "../../detect/pcm-reader.ts";
import { createWindowClassifier } from "../../detect/window-classifier.ts";
import { embedSource, type LoadedEncoderSet } from "../../embed/embed-source.ts";
import { decodeGolemModel, type GolemModel } from "../../golem/golem-model.ts";
import { type AudioPrediction, getAudioOf, predictEmbedded } from "../../golem/predict-embedded.ts";
import { createFfmpegDecoder } from "../decode/ffmpeg-decoder.ts";
import { createTurns } from "../decode/turns.ts";
import type { GolemFiles } from "../disk/golem-folder.ts";
import { prepareEncoderSet } from "../models/load-encoder-set.ts";
import { resolveGolemEncoderSet } from "../models/resolve-encoder-set.ts";
import { createSharedNetworks } from "../models/shared-networks.ts";
import type {
  ExaminedGolem,
  GolemTask,
  GolemWorkerSettings,
  LoadableGolem,
  StreamReport,
} from "./golem-pool.ts";
import { serveTasks } from "./worker-service.ts";

interface LoadedGolem {
  readonly model: GolemModel;
  readonly encoderSet: LoadedEncoderSet;
}

await serveTasks(({ cache, busy }: GolemWorkerSettings, place) => {
  const cores = process.env.GOLEM_EXP ? 1 : availableParallelism();
  const hasSpareCore = (): boolean => 2 * Atomics.load(busy, 0) <= cores;
  // Those further back are given work only where there is no core to spare.
  const mayFindOne = 2 * (place + 1) <= cores;
  const store = createSharedNetworks({ threads: 1, cache, ...(mayFindOne ? { hasSpareCore } : {}) });
  const golems = new Map<string, Promise<LoadedGolem>>();
  const decoders = [createFfmpegDecoder()];

  const load = (golem: LoadableGolem): Promise<LoadedGolem> => {
    let loaded = golems.get(golem.version);
    if (!loaded) {
      const model = decode(golem.files);
      loaded = store.acquire(golem.encoderSet).then((encoderSet) => ({ model, encoderSet }));
      loaded.catch(() => golems.delete(golem.version));
      golems.set(golem.version, loaded);
    }
    return loaded;
  };

  const forget = async (version: string): Promise<void> => {
    const loaded = await golems.get(version)?.catch(() => undefined);
    golems.delete(version);
    await loaded?.encoderSet.dispose();
  };

  const examine = async (
    { files, encoder, progress }: Extract<GolemTask, { kind: "examine" }>,
    signal: AbortSignal,
  ): Promise<ExaminedGolem> => {
    const model = decode(files);
    const options = { cache, signal, onProgress: (report: unknown) => progress.postMessage(report) };
    try {
      const encoderSet = await resolveGolemEncoderSet(model, { ...options, encoder });
      await prepareEncoderSet(encoderSet, options);
      return { document: model.document, encoderSet };
    } finally {
      progress.close();
    }
  };

  const predict = async (
    { golem, bytes, name }: Extract<GolemTask, { kind: "predict" }>,
    signal: AbortSignal,
  ): Promise<AudioPrediction> => {
    const { model, encoderSet } = await load(golem);
    throwIfAborted(signal);
    const source = createTurns(createMemorySource(bytes, name));
    const audio = getAudioOf(model.document);
    return predictEmbedded(
      model,
      await embedSource(source, encoderSet, { audio, decoders, signal, identify: false }),
      name,
    );
  };

  const detect = async (
    { golem, name, options, maximumSeconds, port }: Extract<GolemTask, { kind: "detect" }>,
    signal: AbortSignal,
  ): Promise<void> => {
    const say = (report: StreamReport): void => port.postMessage(report);
    try {
      const { model, encoderSet } = await load(golem);
      const classifier = createWindowClassifier(model, encoderSet);
      const source = await receiveSource(readPort(port, signal), name, say);
      const events = detectSource(createTurns(source), classifier, {
        settings: resolveDetectSettings(model, options),
        ...{ decoders, maximumSeconds, signal },
        onWarning: (warning) => say({ warning }),
        onProgress: ({ completed }) => say({ seconds: completed }),
      });
      for await (const event of events) say({ event });
    } finally {
      port.close();
    }
  };

  const listen = async (
    { golem, format, options, port }: Extract<GolemTask, { kind: "listen" }>,
    signal: AbortSignal,
  ): Promise<void> => {
    const say = (report: StreamReport): void => port.postMessage(report);
    try {
      const { model, encoderSet } = await load(golem);
      const { sampleRate, maximumLagSeconds, ...rest } = options;
      const detector = createDetector(createWindowClassifier(model, encoderSet), {
        settings: resolveDetectSettings(model, rest),
        ...{ sampleRate, maximumLagSeconds, signal },
        onWarning: (warning) => say({ warning }),
      });
      const reader = createPcmReader(format);
      for await (const bytes of readPort(port, signal)) {
        for (const event of await detector.push(reader.push(bytes))) say({ event });
        say({ taken: bytes.length });
      }
      for (const event of await detector.finish()) say({ event });
      say({ seconds: detector.getState().time });
    } finally {
      port.close();
    }
  };

  return {
    async work(task: GolemTask, signal): Promise<unknown> {
      switch (task.kind) {
        case "examine":
          return examine(task, signal);
        case "load":
          await load(task.golem);
          return undefined;
        case "forget":
          return forget(task.version);
        case "predict":
          return predict(task, signal);
        case "detect":
          return detect(task, signal);
        case "listen":
          return listen(task, signal);
      }
    },
    async dispose() {
      for (const version of [...golems.keys()]) await forget(version);
    },
  };
});

/** A recording that arrives: as a stream where it can be decoded as one, otherwise when it is there as a whole. */
async function receiveSource(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  say: (report: StreamReport) => void,
): Promise<ByteSource> {
  const take = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      say({ taken: chunk.length });
      yield chunk;
    }
  };
  const arriving = createArrivingSource(take(), name);
  const small = await arriving.collect(blockBytes);
  if (small) return createMemorySource(small, name);
  const { container } = await identifyContent(createCachedSource(arriving));
  if (canArrive(container)) return arriving;
  say({ isHeld: true });
  const bytes = await arriving.collect(Number.POSITIVE_INFINITY);
  return bytes ? createMemorySource(bytes, name) : arriving;
}

/** What comes through a port until "end". Rejects with `aborted`. */
async function* readPort(port: MessagePort, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    for await (const [message] of on(port, "message", { signal })) {
      if (message === "end") return;
      yield message as Uint8Array;
    }
  } catch (error) {
    throwIfAborted(signal);
    throw error;
  }
}

/** Files arrive in memory that all workers share, which decoders of text do not take. */
function decode({ document, tensors, training, text }: GolemFiles): GolemModel {
  return decodeGolemModel({
    document: document.slice(),
    tensors: tensors.slice(),
    training: training.slice(),
    ...(text ? { text: text.slice() } : {}),
  });
}
