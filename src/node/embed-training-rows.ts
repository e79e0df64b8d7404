/**
 * The rows of a data set that `train` would learn from, heard: for measurements of training that make no golem.
 *
 * Not its concern: what is measured. Rows with split test are left alone.
 */
import type { AudioSettings } from "../audio/audio.ts";
import type { ClassifierOptions } from "../classifier/classifier.ts";
import { createFitProblem } from "../classifier/fit-problem.ts";
import type { FitProblem } from "../classifier/fold-runner.ts";
import { resolveLayer } from "../classifier/view.ts";
import { checkTrainable } from "../dataset/classes.ts";
import type { Dataset, Recording, SkippedRecording } from "../dataset/dataset.ts";
import { drawShots, limitRecordings } from "../dataset/selection.ts";
import { openDataset } from "./data/open-dataset.ts";
import { getCacheFolder } from "./disk/cache-folder.ts";
import { openEmbeddingStore } from "./disk/lmdb-store.ts";
import { embedDataset } from "./embed-dataset.ts";
import type { EnvironmentOptions } from "./environment.ts";
import { type EncoderChoice, getEncoderSetInfo, resolveEncoderSet } from "./models/resolve-encoder-set.ts";
import { checkTrainOptions } from "./train-options.ts";

/** Options that a measurement of training shares with `train`; all have defaults. */
export interface MeasureOptions extends Partial<ClassifierOptions>, EnvironmentOptions {
  /** Built-in name (`auto`: all default ones, pooled), OWNER/NAME[@REVISION] on the Hugging Face Hub, or a path. */
  readonly encoder?: string;
  /** Arithmetic of its weights, for encoders that come in several: int8 (their default) or fp32. */
  readonly precision?: string;
  /** Whether words may count, where nothing is named that leaves them out; default true. */
  readonly transcript?: boolean;
  readonly audio?: Partial<Omit<AudioSettings, "sampleRate">>;
  /** Take this many recordings a class, drawn with the seed. */
  readonly shots?: number;
  /** Take the first rows only. */
  readonly limit?: number;
}

/** Opens a data set and takes the rows that `limit` and `shots` leave of it; those with split test are among them. */
export async function openRows(
  data: string | Dataset,
  { limit, shots, seed = 0, ...options }: MeasureOptions,
): Promise<{ readonly dataset: Dataset; readonly rows: readonly Recording[] }> {
  const dataset = await openDataset(data, options, limit);
  let rows = [...dataset.recordings];
  if (limit !== undefined) rows = limitRecordings(rows, limit);
  if (shots !== undefined) rows = drawShots(rows, shots, seed);
  return { dataset, rows };
}

/** What was heard. */
export interface EmbeddedRows {
  readonly problem: FitProblem;
  /** Names of the classes, in their order. */
  readonly labels: readonly string[];
  readonly skipped: readonly SkippedRecording[];
}

/**
 * Hears the training rows. `listens` says who does, where that is not what `options` name. Errors: those of `train`;
 * `too-few-recordings` for a class with one recording.
 */
export async function embedTrainingRows(
  data: string | Dataset,
  options: MeasureOptions,
  listens: EncoderChoice = options,
): Promise<EmbeddedRows> {
  checkTrainOptions(data, options);
  const { signal, onProgress, onWarning, cache = getCacheFolder(), seed = 0, audio, layer } = options;
  const { dataset, rows } = await openRows(data, options);
  const encoderSet = await resolveEncoderSet(listens, { signal, onProgress, onWarning, cache });
  const info = getEncoderSetInfo(encoderSet);
  if (layer !== undefined && layer !== "auto") resolveLayer(info.encoders[0]!, layer);
  const store = await openEmbeddingStore(cache.embeddings, { onWarning });
  try {
    const { embedded, ...heard } = await embedDataset(
      rows.filter((row) => row.split !== "test"),
      { ...encoderSet, audio, store, cache, signal, onProgress, onWarning },
    );
    const skipped = [...dataset.skipped, ...heard.skipped];
    try {
      checkTrainable(embedded, { tested: false });
    } catch (error) {
      // What is too few may be too few because of what was left out.
      for (const record of skipped) onWarning?.(record);
      throw error;
    }
    return { ...createFitProblem(embedded, info, { ...options, seed }), skipped };
  } finally {
    await store.close();
  }
}
