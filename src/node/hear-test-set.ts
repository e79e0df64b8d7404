/**
 * Hears a test set as a golem does: its test rows, with embeddings from the store.
 *
 * Must not know: scores, the terminal.
 */
import type { Dataset } from "../dataset/dataset.ts";
import { limitRecordings } from "../dataset/selection.ts";
import type { GolemModel } from "../golem/golem-model.ts";
import { getAudioOf } from "../golem/predict-heard.ts";
import { getCacheFolder } from "./cache-folder.ts";
import { embedDataset } from "./embed-dataset.ts";
import type { ResolvedListener } from "./encoder-source.ts";
import type { EnvironmentOptions } from "./environment.ts";
import { openEmbeddingStore } from "./lmdb-store.ts";
import { openDataset, selectTestRows } from "./open-dataset.ts";

/** Hears the rows with split test where there are any, else all; `skipped` holds everything that was left out. */
export async function hearTestSet(
  model: GolemModel,
  listener: ResolvedListener,
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
      ...{ ...listener, audio: getAudioOf(model.document), ...work },
    });
    return { name: dataset.name, rows, embedded, skipped: [...dataset.skipped, ...skipped] };
  } finally {
    await store.close();
  }
}
