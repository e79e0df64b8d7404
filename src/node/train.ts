/**
 * Training in Node: from the name of a data set to a golem, with embeddings from the store.
 *
 * Must not know: how heads work, the terminal.
 */
import type { AudioSettings } from "../audio/audio.ts";
import { describeAudio } from "../audio/describe-audio.ts";
import type { Dataset } from "../dataset/dataset.ts";
import { drawShots, limitRecordings } from "../dataset/selection.ts";
import type { ClassifierOptions } from "../golem/classifier.ts";
import { getAudioSettings } from "../golem/embed-source.ts";
import { trainGolem } from "../golem/train-golem.ts";
import { resolveLayer } from "../golem/view.ts";
import { getCacheFolder } from "./cache-folder.ts";
import { embedDataset } from "./embed-dataset.ts";
import type { EnvironmentOptions } from "./environment.ts";
import { createFoldRunner } from "./fold-runner-node.ts";
import { createGolem, type Golem } from "./golem.ts";
import { openEmbeddingStore } from "./lmdb-store.ts";
import { openDataset, selectTestRows } from "./open-dataset.ts";
import { resolveEncoder } from "./resolve-encoder.ts";
import { checkTrainOptions } from "./train-options.ts";
import { createdBy } from "./version.ts";

/** Options of {@link train}; all have defaults. */
export interface TrainOptions extends Partial<ClassifierOptions>, EnvironmentOptions {
  /** Built-in name (`auto` is moonshine-tiny), OWNER/NAME[@REVISION] on the Hugging Face Hub, or a path. */
  readonly encoder?: string;
  /** Arithmetic of its weights, for encoders that come in several: int8 (their default) or fp32. */
  readonly precision?: string;
  readonly audio?: Partial<Omit<AudioSettings, "sampleRate">>;
  /** Take this many recordings a class, drawn with the seed. */
  readonly shots?: number;
  /** Take the first rows only. */
  readonly limit?: number;
  /** Data set to test on; without it, rows with split `test` are, and without those cross-validation scores. */
  readonly test?: string | Dataset;
  /** Repeats of cross-validation, default 10. */
  readonly repeats?: number;
}

/**
 * Trains a golem on a data set: a folder a class, a folder with metadata, a manifest, or a `Dataset`.
 * With `signal` and `onProgress`; errors are GolemErrors whose codes are listed in core/error.ts.
 */
export async function train(data: string | Dataset, options: TrainOptions = {}): Promise<Golem> {
  checkTrainOptions(data, options);
  const { signal, onProgress, onWarning, cache = getCacheFolder(), seed = 0, audio } = options;
  const dataset = await openDataset(data, options, options.limit);
  const { precision, layer } = options;
  const encoder = await resolveEncoder(options.encoder, {
    ...{ precision, layer: typeof layer === "number" ? layer : undefined },
    ...{ signal, onProgress, onWarning, cache },
  });
  const { info } = encoder;
  if (layer !== undefined && layer !== "auto") resolveLayer(info, layer);
  let rows = [...dataset.recordings];
  if (options.limit !== undefined) rows = limitRecordings(rows, options.limit);
  if (options.shots !== undefined) rows = drawShots(rows, options.shots, seed);
  const trainRows = rows.filter((row) => row.split !== "test");
  const testset = options.test === undefined ? undefined : await openDataset(options.test, options);
  const testRows = testset ? selectTestRows(testset) : rows.filter((row) => row.split === "test");

  const store = await openEmbeddingStore(cache.embeddings, { onWarning });
  try {
    const embedOptions = { encoder, audio, store, cache, signal, onProgress, onWarning };
    const training = await embedDataset(trainRows, embedOptions);
    const testing = await embedDataset(testRows, { ...embedOptions, stage: "embedding the test set" });
    const skipped = [
      ...dataset.skipped,
      ...(testset?.skipped ?? []),
      ...training.skipped,
      ...testing.skipped,
    ];
    const settings = getAudioSettings(info.sampleRate, audio);
    const model = await trainGolem(
      {
        name: dataset.name,
        recordings: training.embedded,
        ...(testRows.length > 0 ? { test: testing.embedded } : {}),
        skipped,
        encoder: info,
        audio: settings,
        pipeline: describeAudio(settings),
        createdBy,
      },
      { ...options, seed, createFoldRunner: (problem) => createFoldRunner(problem, signal) },
    ).catch((error: unknown) => {
      // What is too few may be too few because of what was left out.
      for (const record of skipped) onWarning?.(record);
      throw error;
    });
    return createGolem(model, encoder, { cache, onWarning });
  } finally {
    await store.close();
  }
}
