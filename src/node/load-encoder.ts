/**
 * A built-in encoder ready to run in Node: its weights from the cache folder, its network in onnxruntime-node.
 *
 * Must not know: recordings, heads.
 */
import type { WorkOptions } from "../core/progress.ts";
import type { Encoder } from "../encoder/encoder.ts";
import { getEncoderDefinition } from "../encoder/registry.ts";
import type { CacheFolder } from "./cache-folder.ts";
import { loadWeights } from "./encoder-weights.ts";
import { createNodeOnnxRuntime } from "./onnx-runtime-node.ts";

/** Loads an encoder by id, fetching its weights when they are not there. `threads`: of the runtime, default 1. */
export async function loadEncoder(
  id: string,
  options: WorkOptions & { threads?: number | undefined; cache?: CacheFolder | undefined } = {},
): Promise<Encoder> {
  const definition = getEncoderDefinition(id);
  const files = await loadWeights(definition, options);
  return definition.create(createNodeOnnxRuntime({ threads: options.threads ?? 1 }), files);
}
