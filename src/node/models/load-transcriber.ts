/**
 * Loads a transcriber in Node: its files from the cache folder, its networks in onnxruntime-node.
 *
 * Not its concern: recordings, heads.
 */
import { defaultRecipe } from "../../core/default-recipe.ts";
import { GolemError } from "../../core/error.ts";
import type { WorkOptions } from "../../core/progress.ts";
import type { Encoder } from "../../encoder/encoder.ts";
import { getTranscriberDefinition, transcriberDefinitions } from "../../encoder/registry.ts";
import type { ResolvedTranscriber } from "../../encoder/resolved-encoder.ts";
import type { PooledTranscriber, Transcriber } from "../../encoder/transcriber.ts";
import type { CacheFolder } from "../disk/cache-folder.ts";
import { getReadyFolder, openWeights } from "./encoder-weights.ts";
import { type LoadOptions, loadEncoder } from "./load-encoder.ts";
import { createNodeOnnxRuntime } from "./onnx-runtime-node.ts";

/** Options of {@link loadTranscriber}. */
export interface LoadTranscriberOptions extends WorkOptions {
  readonly cache?: CacheFolder | undefined;
  /** Threads of the runtime, default 1. */
  readonly threads?: number | undefined;
  /** The encoder of this id if already loaded, which `dispose` does not free; else it is loaded. */
  readonly encoder?: Encoder | undefined;
}

/** Loads a transcriber. One that is not built in is built if necessary, and has its own process. */
export async function loadResolvedTranscriber(
  transcriber: ResolvedTranscriber,
  options: LoadTranscriberOptions & Pick<LoadOptions, "onWarning">,
): Promise<Transcriber> {
  if (transcriber.source.kind === "built-in") return loadTranscriber(transcriber.info.id, options);
  const { prepareCheckpointTranscriber } = await import("./checkpoint-transcriber.ts");
  await prepareCheckpointTranscriber(transcriber, options);
  const { loadIsolatedTranscriber } = await import("./isolated-model.ts");
  return loadIsolatedTranscriber(transcriber, { ...options, threads: options.threads ?? 1 });
}

/**
 * Loads the transcriber of the built-in encoder `id`; missing weights are fetched. Rejects with
 * `unknown-encoder` if there is none, and with the errors of `loadWeights`.
 */
export async function loadTranscriber(
  id: string = defaultRecipe.transcriber,
  options: LoadTranscriberOptions = {},
): Promise<PooledTranscriber> {
  const definition = getTranscriberDefinition(id);
  if (!definition) {
    const names = Object.keys(transcriberDefinitions).join(", ");
    throw new GolemError("unknown-encoder", `${id} has no transcriber; expected ${names}.`);
  }
  const encoder = options.encoder ?? (await loadEncoder(id, options));
  try {
    const { threads = 1, cache } = options;
    const runtime = createNodeOnnxRuntime({ threads, readyFolder: getReadyFolder(definition, cache) });
    const transcriber = await definition.create(runtime, openWeights(definition, options), encoder);
    if (options.encoder) return transcriber;
    return {
      ...transcriber,
      async dispose() {
        await transcriber.dispose();
        await encoder.dispose();
      },
    };
  } catch (error) {
    if (!options.encoder) await encoder.dispose();
    throw error;
  }
}
