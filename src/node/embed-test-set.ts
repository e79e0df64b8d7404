/**
 * Hears a test set as a golem does: its test rows, with embeddings from the store.
 *
 * Not its concern: scores, the terminal.
 */
import type { Dataset } from "../dataset/dataset.ts";
import { limitRecordings } from "../dataset/selection.ts";
import type { GolemModel } from "../golem/golem-model.ts";
import { getAudioOf } from "../golem/predict-embedded.ts";
import { openDataset, selectTestRows } from "./data/open-dataset.ts";
import { getCacheFolder } from "./disk/cache-folder.ts";
import { openEmbeddingStore } from "./disk/lmdb-store.ts";
import { embedDataset } from "./embed-dataset.ts";
import type { EnvironmentOptions } from "./environment.ts";
import type { ResolvedEncoderSet } from "./models/encoder-source.ts";

/** Hears the rows with split test where there are any, else all; `skipped` holds everything that was left out. */
export async function embedTestSet(
  model: GolemModel,
  encoderSet: ResolvedEncoderSet,
  data: string | Dataset,
  options: EnvironmentOptions & { readonly limit?: number | undefined },
) {
  const { signal, onProgress, onWarning, limit, cache = getCacheFolder() } = options;
  const dataset = await openDataset(data, options);
  const all = selectTestRows(dataset);
  const rows = limit === undefined ? all : limitRecordings(all, limit);
  const store = await openEmbeddingStore(cache.embeddings, { onWarning });
  try {
    const work = { store, cache, signal, onProgress, onWarning };
    const { embedded, skipped } = await embedDataset(rows, {
      ...{ ...encoderSet, audio: getAudioOf(model.document), ...work },
    });
    return { name: dataset.name, rows, embedded, skipped: [...dataset.skipped, ...skipped] };
  } finally {
    await store.close();
  }
}
