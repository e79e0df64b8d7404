/**
 * The voice network silero in Node: its file in the cache folder, fetched from an npm package on first use.
 *
 * Not its concern: what is done with windows without a voice (detect/voice-filter.ts).
 */
import type { WorkOptions } from "../../core/progress.ts";
import { createVoiceNetwork, type VoiceNetwork } from "../../detect/voice-filter.ts";
import type { CacheFolder } from "../disk/cache-folder.ts";
import { loadWeights } from "./encoder-weights.ts";
import { createNodeOnnxRuntime } from "./onnx-runtime-node.ts";

const file = {
  name: "silero_vad_v6.onnx",
  path: "package/dist/silero_vad_v6.onnx",
  sha256: "1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3",
  bytes: 2_327_524,
};

/** Version 6 of the network, by the Silero Team under the MIT licence; the package around it names ISC. */
const definition = {
  info: { id: "silero-vad", revision: "vad-web-0.0.31" },
  weights: { npmPackage: "@ricky0123/vad-web@0.0.31", downloadBytes: 5_471_324, files: [file] },
  command: "golem detect GOLEM FILE --voice",
};

/** Loads the network; a missing file is fetched. Rejects with the errors of `loadWeights`. */
export async function loadVoiceNetwork(
  options: WorkOptions & { readonly cache?: CacheFolder | undefined } = {},
): Promise<VoiceNetwork & { dispose(): Promise<void> }> {
  const files = await loadWeights(definition, options);
  const session = await createNodeOnnxRuntime({ threads: 1 }).createSession(files[file.name]!);
  return { ...createVoiceNetwork(session), dispose: () => session.release() };
}
