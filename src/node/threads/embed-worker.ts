/**
 * The body of an embedding worker: loads a listener once, then hears one file after another.
 *
 * Must not know: threads, pools.
 */

import { hearFile } from "../decode/hear-file.ts";
import { loadListener, selectParts } from "../models/load-listener.ts";
import type { EmbedSettings, EmbedTask } from "./embedding-pool.ts";
import { serveTasks } from "./worker-service.ts";

await serveTasks(async ({ listener: resolved, audio, identify, cache }: EmbedSettings) => {
  const listener = await loadListener(resolved, { threads: 1, cache });
  return {
    work: ({ path, name, parts }: EmbedTask, signal) =>
      hearFile(path, name, parts ? selectParts(listener, parts) : listener, { audio, identify, signal }),
    dispose: () => listener.dispose(),
  };
});
