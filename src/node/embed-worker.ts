/**
 * The body of an embedding worker: loads the encoder once, then embeds one file after another.
 *
 * Must not know: threads, pools.
 */
import { embedFile } from "./embed-file.ts";
import type { EmbedSettings, EmbedTask } from "./embedding-pool.ts";
import { loadEncoder } from "./load-encoder.ts";
import { serveTasks } from "./worker-service.ts";

await serveTasks(async ({ encoder: id, audio, cache }: EmbedSettings) => {
  const encoder = await loadEncoder(id, { threads: 1, cache });
  return {
    work: ({ path, name }: EmbedTask, signal) => embedFile(path, name, encoder, { audio, signal }),
    dispose: () => encoder.dispose(),
  };
});
