/** The body of an embedding worker: loads an encoder set once, then embeds one file after another. */
import { embedFile } from "../decode/embed-file.ts";
import { loadEncoderSet, selectParts } from "../models/load-encoder-set.ts";
import type { EmbedCalls, EmbedSettings } from "./embedding-pool.ts";
import { serveWorker } from "./worker-service.ts";

serveWorker<EmbedSettings, EmbedCalls>(
  async ({ encoderSet: resolved, audio, identify, cache, device }, _place, signal) => {
    const encoderSet = await loadEncoderSet(resolved, { threads: 1, cache, device, signal });
    return {
      methods: {
        embed: ({ path, name, parts, copy }, { signal }) =>
          embedFile(path, name, parts ? selectParts(encoderSet, parts) : encoderSet, {
            ...{ audio, identify, copy, signal },
          }),
      },
      dispose: () => encoderSet.dispose(),
    };
  },
);
