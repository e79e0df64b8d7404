/**
 * The body of an embedding worker: loads a listener once, then hears one file after another.
 *
 * Must not know: threads, pools.
 */
import type { EmbedSettings, EmbedTask } from "./embedding-pool.ts";
import { hearFile } from "./hear-file.ts";
import { loadListener, selectParts } from "./load-listener.ts";
import { serveTasks } from "./worker-service.ts";

await serveTasks(async ({ listener: resolved, audio, identify, cache }: EmbedSettings) => {
  const listener = await loadListener(resolved, { threads: 1, cache });
  return {
    work: ({ path, name, parts }: EmbedTask, signal) =>
      hearFile(path, name, parts ? selectParts(listener, parts) : listener, { audio, identify, signal }),
    dispose: () => listener.dispose(),
  };
});
