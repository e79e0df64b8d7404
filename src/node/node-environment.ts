/**
 * The environment of the workflow procedures in Node: data sets from disk or the Hub, embeddings from the
 * store in the cache folder, computed on all cores where they are missing, and folds on all cores.
 *
 * Not its concern: the procedures, the terminal.
 */
import type { EmbeddingStore } from "../embed/store.ts";
import type { Environment } from "../workflow/environment.ts";
import { embedRecordings } from "./data/embed-recordings.ts";
import { openDataset } from "./data/open-dataset.ts";
import { type CacheFolder, getCacheFolder } from "./disk/cache-folder.ts";
import { openEmbeddingStore } from "./disk/file-store.ts";
import { resolveEncoderSet } from "./models/resolve-encoder-set.ts";
import { createCandidateRunner, createFoldRunner } from "./threads/fold-runner-node.ts";

/**
 * Runs a procedure in Node. The store is opened when the first recordings are embedded, and closed when the
 * procedure ends.
 */
export async function runInNode<Result>(
  { cache = getCacheFolder() }: { readonly cache?: CacheFolder | undefined },
  procedure: (environment: Environment) => Promise<Result>,
): Promise<Result> {
  let store: Promise<EmbeddingStore> | undefined;
  const environment: Environment = {
    openDataset: (data, options, limit) => openDataset(data, { ...options, cache }, limit),
    resolveEncoderSet: (choice, { signal, onProgress, onWarning }) =>
      resolveEncoderSet(choice, { signal, onProgress, onWarning, cache }),
    async embed(recordings, encoderSet, { onWarning, ...options }) {
      store ??= openEmbeddingStore(cache.embeddings, { onWarning });
      return embedRecordings(recordings, {
        ...{ ...encoderSet, ...options, cache },
        store: await store,
      });
    },
    createFoldRunner,
    createCandidateRunner,
  };
  try {
    return await procedure(environment);
  } finally {
    await (await store?.catch(() => undefined))?.close();
  }
}
