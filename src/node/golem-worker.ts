/**
 * The body of a worker that answers for golems: holds those it was given, with networks that they share, and predicts recordings
 * in memory.
 *
 * Must not know: threads, pools, where recordings come from.
 */
import { createMemorySource } from "../audio/byte-source.ts";
import { throwIfAborted } from "../core/error.ts";
import { decodeGolemModel, type GolemModel } from "../golem/golem-model.ts";
import { hearSource, type LoadedListener } from "../golem/hear-source.ts";
import { type AudioPrediction, getAudioOf, predictHeard } from "../golem/predict-heard.ts";
import { createFfmpegDecoder } from "./ffmpeg-decoder.ts";
import type { GolemFiles } from "./golem-folder.ts";
import type { ExaminedGolem, GolemTask, GolemWorkerSettings, LoadableGolem } from "./golem-pool.ts";
import { createListenerStore } from "./listener-store.ts";
import { prepareListener } from "./load-listener.ts";
import { resolveGolemListener } from "./resolve-listener.ts";
import { createTurns } from "./turns.ts";
import { serveTasks } from "./worker-service.ts";

interface LoadedGolem {
  readonly model: GolemModel;
  readonly listener: LoadedListener;
}

await serveTasks(({ cache }: GolemWorkerSettings) => {
  const store = createListenerStore({ threads: 1, cache });
  const golems = new Map<string, Promise<LoadedGolem>>();
  const decoders = [createFfmpegDecoder()];

  const load = (golem: LoadableGolem): Promise<LoadedGolem> => {
    let loaded = golems.get(golem.version);
    if (!loaded) {
      const model = decode(golem.files);
      loaded = store.acquire(golem.listener).then((listener) => ({ model, listener }));
      loaded.catch(() => golems.delete(golem.version));
      golems.set(golem.version, loaded);
    }
    return loaded;
  };

  const forget = async (version: string): Promise<void> => {
    const loaded = await golems.get(version)?.catch(() => undefined);
    golems.delete(version);
    await loaded?.listener.dispose();
  };

  const examine = async (
    { files, encoder, progress }: Extract<GolemTask, { kind: "examine" }>,
    signal: AbortSignal,
  ): Promise<ExaminedGolem> => {
    const model = decode(files);
    const options = { cache, signal, onProgress: (report: unknown) => progress.postMessage(report) };
    try {
      const listener = await resolveGolemListener(model, { ...options, encoder });
      await prepareListener(listener, options);
      return { document: model.document, listener };
    } finally {
      progress.close();
    }
  };

  const predict = async (
    { golem, bytes, name }: Extract<GolemTask, { kind: "predict" }>,
    signal: AbortSignal,
  ): Promise<AudioPrediction> => {
    const { model, listener } = await load(golem);
    throwIfAborted(signal);
    const source = createTurns(createMemorySource(bytes, name));
    const audio = getAudioOf(model.document);
    return predictHeard(model, await hearSource(source, listener, { audio, decoders, signal }), name);
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
      }
    },
    async dispose() {
      for (const version of [...golems.keys()]) await forget(version);
    },
  };
});

/** Files arrive in memory that all workers share, which decoders of text do not take. */
function decode({ document, tensors, training, text }: GolemFiles): GolemModel {
  return decodeGolemModel({
    document: document.slice(),
    tensors: tensors.slice(),
    training: training.slice(),
    ...(text ? { text: text.slice() } : {}),
  });
}
