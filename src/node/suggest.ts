/**
 * What to label next, in Node: hears a pool of recordings and has a golem choose from it.
 *
 * What is heard stays in the store, so that training on what was chosen does not run those networks again.
 * Not its concern: how is chosen, the terminal.
 */
import { GolemError } from "../core/error.ts";
import type { WorkOptions } from "../core/progress.ts";
import type { SkippedRecording } from "../dataset/dataset.ts";
import { findDuplicates } from "../dataset/duplicates.ts";
import { welcomesSilence } from "../embed/embedded-recording.ts";
import { getAudioOf } from "../golem/predict-embedded.ts";
import { type Suggestion, suggestRecordings } from "../workflow/suggest-recordings.ts";
import { openPool } from "./data/recording-pool.ts";
import { getCacheFolder } from "./disk/cache-folder.ts";
import { openEmbeddingStore } from "./disk/lmdb-store.ts";
import { embedRecordings } from "./embed-recordings.ts";
import type { EnvironmentOptions } from "./environment.ts";
import type { Golem } from "./golem.ts";

/** Options of {@link suggest}. */
export interface SuggestOptions extends EnvironmentOptions, WorkOptions {
  /** Recordings wanted, default 10. */
  readonly count?: number;
  /** Default 0. */
  readonly seed?: number;
}

/** What to label next, and what was not to be chosen from. */
export interface Suggestions {
  /** Recordings that were chosen from. */
  readonly pool: number;
  /** In the order in which they are best labelled; `file` is a path that can be opened. */
  readonly suggestions: readonly (Suggestion & { readonly file: string })[];
  /** Files of the pool that the golem was trained on. */
  readonly labelled: readonly string[];
  /** Files of the pool that hold the same audio as one before them. */
  readonly duplicates: readonly string[];
  readonly skipped: readonly SkippedRecording[];
}

/**
 * Chooses which recordings of a pool to label next. `pool`: folders of any depth, data sets in any form (labels are of no account),
 * files. Rejects with the errors of `loadDataset`, and `no-recordings` when nothing is left to choose from.
 */
export async function suggest(
  { model, encoderSet }: Pick<Golem, "model" | "encoderSet">,
  pool: string | readonly string[],
  { count = 10, seed = 0, ...options }: SuggestOptions = {},
): Promise<Suggestions> {
  const { signal, onProgress, onWarning, cache = getCacheFolder() } = options;
  const { document, training } = model;
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new GolemError("invalid-option", `count is ${count}; a whole number from 1 was expected.`);
  }
  // A golem that knows silence may want more of it: that label lets it pass.
  const label = document.labels.find((name) => welcomesSilence([name])) ?? "";
  const specs = typeof pool === "string" ? [pool] : pool;
  const { recordings, skipped } = await openPool(specs, label, options);
  const audio = getAudioOf(document);
  const store = await openEmbeddingStore(cache.embeddings, { onWarning });
  try {
    const heard = await embedRecordings(recordings, {
      ...encoderSet,
      audio,
      store,
      cache,
      signal,
      onProgress,
    });
    for (const warning of heard.warnings) onWarning?.(warning);
    const known = new Set(training.recordings.flatMap(({ fileHash, audioHash }) => [fileHash, audioHash]));
    const isKnown = (row: (typeof heard.embedded)[number]): boolean =>
      known.has(row.fileHash) || known.has(row.facts.audioHash);
    const labelled = heard.embedded.filter(isKnown).map(({ file }) => file);
    const others = heard.embedded.filter((row) => !isKnown(row));
    const repeats = findDuplicates(others.map((row) => ({ ...row, audioHash: row.facts.audioHash })));
    const duplicates = repeats.duplicates.map(({ file }) => file);
    const repeated = new Set(duplicates);
    const candidates = others.filter(({ file }) => !repeated.has(file));
    const allSkipped = [...skipped, ...heard.skipped];
    if (candidates.length === 0) throw createNothingError(heard.embedded.length, labelled.length, allSkipped);
    const suggestions = suggestRecordings(model, candidates, { count, seed });
    return {
      pool: candidates.length,
      suggestions: suggestions.map(({ row, ...suggestion }) => ({
        file: candidates[row]!.file,
        ...suggestion,
      })),
      ...{ labelled, duplicates, skipped: allSkipped },
    };
  } finally {
    await store.close();
  }
}

function createNothingError(
  usable: number,
  labelled: number,
  skipped: readonly SkippedRecording[],
): GolemError {
  const found =
    usable === 0
      ? `none of the ${skipped.length} recordings can be used`
      : `the golem was trained on all ${labelled} usable recordings`;
  return new GolemError("no-recordings", `Nothing is left to suggest: ${found}; new ones were expected.`, {
    hint: skipped[0] ? `The first reason: ${skipped[0].message}` : "Name a pool of other recordings.",
  });
}
