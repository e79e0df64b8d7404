/**
 * Training in Node: from the name of a data set to a golem, with embeddings from the store.
 *
 * Must not know: how heads work, the terminal.
 */
import type { AudioSettings } from "../audio/audio.ts";
import { describeAudio } from "../audio/describe-audio.ts";
import type { Dataset } from "../dataset/dataset.ts";
import { createConflictError, findDuplicates } from "../dataset/duplicates.ts";
import { drawShots, limitRecordings } from "../dataset/selection.ts";
import type { ClassifierOptions } from "../golem/classifier.ts";
import { getAudioSettings } from "../golem/embed-source.ts";
import type { EmbeddedRecording } from "../golem/embedded-recording.ts";
import { trainGolem } from "../golem/train-golem.ts";
import { getCacheFolder } from "./cache-folder.ts";
import { embedRecordings } from "./embed-recordings.ts";
import type { EnvironmentOptions } from "./environment.ts";
import { createFoldPool } from "./fold-pool.ts";
import { createGolem, type Golem } from "./golem.ts";
import { openEmbeddingStore } from "./lmdb-store.ts";
import { openDataset, selectTestRows } from "./open-dataset.ts";
import { resolveEncoder } from "./resolve-encoder.ts";
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
  const { signal, onProgress, onWarning, cache = getCacheFolder(), seed = 0, audio } = options;
  const dataset = await openDataset(data, options, options.limit);
  const { precision, layer } = options;
  const encoder = await resolveEncoder(options.encoder, {
    ...{ precision, layer: typeof layer === "number" ? layer : undefined },
    ...{ signal, onProgress, onWarning, cache },
  });
  const { info } = encoder;
  let rows = [...dataset.recordings];
  if (options.limit !== undefined) rows = limitRecordings(rows, options.limit);
  if (options.shots !== undefined) rows = drawShots(rows, options.shots, seed);
  const trainRows = rows.filter((row) => row.split !== "test");
  const testset = options.test === undefined ? undefined : await openDataset(options.test, options);
  const testRows = testset ? selectTestRows(testset) : rows.filter((row) => row.split === "test");

  const store = await openEmbeddingStore(cache.embeddings, { onWarning });
  try {
    const embedOptions = { encoder, audio, store, cache, signal, onProgress };
    const training = await embedRecordings(trainRows, embedOptions);
    const testing = await embedRecordings(testRows, { ...embedOptions, stage: "embedding the test set" });
    for (const warning of [...training.warnings, ...testing.warnings]) onWarning?.(warning);
    const skipped = [
      ...dataset.skipped,
      ...(testset?.skipped ?? []),
      ...training.skipped,
      ...testing.skipped,
    ];
    const recordings = dropDuplicates(training.embedded, onWarning);
    const settings = getAudioSettings(info.sampleRate, audio);
    const model = await trainGolem(
      {
        name: dataset.name,
        recordings,
        ...(testRows.length > 0 ? { test: testing.embedded } : {}),
        skipped,
        encoder: info,
        audio: settings,
        pipeline: describeAudio(settings),
        createdBy,
      },
      { ...options, seed, createFoldRunner: (problem) => createFoldPool(problem, signal) },
    );
    return createGolem(model, encoder, { cache, onWarning });
  } finally {
    await store.close();
  }
}

/** The same audio twice under one label counts once; under two labels it is `conflicting-labels`. */
function dropDuplicates(
  embedded: readonly EmbeddedRecording[],
  onWarning: EnvironmentOptions["onWarning"],
): EmbeddedRecording[] {
  const { duplicates, conflicts } = findDuplicates(
    embedded.map(({ file, label, fileHash, facts }) => ({
      file,
      label,
      fileHash,
      audioHash: facts.audioHash,
    })),
  );
  if (conflicts.length > 0) throw createConflictError(conflicts);
  for (const { file, keptFile } of duplicates) {
    onWarning?.({
      code: "duplicate-recording",
      message: `${file} holds the same audio as ${keptFile}; it counts once.`,
      hint: "Delete one of them.",
      file,
    });
  }
  const dropped = new Set(duplicates.map((duplicate) => duplicate.file));
  return embedded.filter((recording) => !dropped.has(recording.file));
}
