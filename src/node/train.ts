/**
 * Training in Node: from the name of a data set to a golem, with embeddings from the store.
 *
 * Not its concern: how heads work, the terminal.
 */
import { describeAudio } from "../audio/audio-description.ts";
import { resolveLayer } from "../classifier/view.ts";
import { createdBy } from "../core/version.ts";
import type { Dataset } from "../dataset/dataset.ts";
import { getAudioSettings } from "../embed/embed-source.ts";
import { clipFindings } from "../golem/training-account.ts";
import { examineRecordings, maximumExamined } from "../workflow/examine-recordings.ts";
import { trainGolem } from "../workflow/train-golem.ts";
import { openDataset, selectTestRows } from "./data/open-dataset.ts";
import { locateFiles } from "./data/report-sources.ts";
import { getCacheFolder } from "./disk/cache-folder.ts";
import { openEmbeddingStore } from "./disk/lmdb-store.ts";
import { embedDataset } from "./embed-dataset.ts";
import { type MeasureOptions, openRows } from "./embed-training-rows.ts";
import { createGolem, type Golem } from "./golem.ts";
import { getEncoderSetInfo, narrowEncoderSet, resolveEncoderSet } from "./models/resolve-encoder-set.ts";
import { describeAsked } from "./report/report-commands.ts";
import { createFoldRunner } from "./threads/fold-runner-node.ts";
import { checkTrainOptions } from "./train-options.ts";

/** Options of {@link train}; all have defaults. */
export interface TrainOptions extends MeasureOptions {
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
  const { dataset, rows } = await openRows(data, options);
  const { layer } = options;
  const encoderSet = await resolveEncoderSet(options, { signal, onProgress, onWarning, cache });
  const { encoders, transcriber } = getEncoderSetInfo(encoderSet);
  const [first] = encoders;
  if (layer !== undefined && layer !== "auto") resolveLayer(first!, layer);
  const trainRows = rows.filter((row) => row.split !== "test");
  const testset = options.test === undefined ? undefined : await openDataset(options.test, options);
  const testRows = testset ? selectTestRows(testset) : rows.filter((row) => row.split === "test");

  const store = await openEmbeddingStore(cache.embeddings, { onWarning });
  try {
    const embedOptions = { ...encoderSet, audio, store, cache, signal, onProgress, onWarning };
    const training = await embedDataset(trainRows, embedOptions);
    const testing = await embedDataset(testRows, { ...embedOptions, stage: "embedding the test set" });
    const skipped = [
      ...dataset.skipped,
      ...(testset?.skipped ?? []),
      ...training.skipped,
      ...testing.skipped,
    ];
    const settings = getAudioSettings(first!.sampleRate, audio);
    const heard = [
      ...training.embedded,
      ...testing.embedded.map((row) => ({ ...row, split: "test" as const })),
    ];
    const examine =
      heard.length <= maximumExamined
        ? () => clipFindings(examineRecordings(heard, skipped, { encoders, transcriber }, seed))
        : undefined;
    const model = await trainGolem(
      {
        name: dataset.name,
        isPublic: dataset.isPublic,
        recordings: training.embedded,
        ...(testRows.length > 0 ? { test: testing.embedded } : {}),
        skipped,
        encoders,
        transcriber,
        audio: settings,
        pipeline: describeAudio(settings),
        createdBy,
        ...{ asked: describeAsked(options), examine },
      },
      { ...options, seed, createFoldRunner: (problem) => createFoldRunner(problem, signal) },
    ).catch((error: unknown) => {
      // What is too few may be too few because of what was left out.
      for (const record of skipped) onWarning?.(record);
      throw error;
    });
    const sources = { training: await locateFiles(trainRows), test: await locateFiles(testRows) };
    return createGolem(model, narrowEncoderSet(encoderSet, model), { cache, onWarning }, sources);
  } finally {
    await store.close();
  }
}
