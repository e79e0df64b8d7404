/**
 * The body of an embedding worker: loads an encoder set once, then embeds one file after another.
 *
 * Not its concern: threads, pools.
 */

import { embedFile } from "../decode/embed-file.ts";
import { loadEncoderSet, selectParts } from "../models/load-encoder-set.ts";
import type { EmbedSettings, EmbedTask } from "./embedding-pool.ts";
import { serveTasks } from "./worker-service.ts";

await serveTasks(async ({ encoderSet: resolved, audio, identify, cache }: EmbedSettings) => {
  const encoderSet = await loadEncoderSet(resolved, { threads: 1, cache });
  return {
    work: ({ path, name, parts }: EmbedTask, signal) =>
      embedFile(path, name, parts ? selectParts(encoderSet, parts) : encoderSet, { audio, identify, signal }),
    dispose: () => encoderSet.dispose(),
  };
});
