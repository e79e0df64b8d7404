/**
 * Selects and embeds the rows of a data set that are used for training, as the problem that folds share.
 *
 * Rows with split test are not used.
 */

import { createFitProblem } from "../classifier/fit-problem.ts";
import type { FitProblem } from "../classifier/fold-runner.ts";
import { resolveLayer } from "../classifier/view.ts";
import { defaultRecipe } from "../core/default-recipe.ts";
import type { ErrorRecord } from "../core/error.ts";
import { checkTrainable } from "../dataset/classes.ts";
import type { Dataset, Recording, SkippedRecording } from "../dataset/dataset.ts";
import { createConflictError, findDuplicates } from "../dataset/duplicates.ts";
import { drawShots, limitRecordings } from "../dataset/selection.ts";
import type { EmbeddedRecording } from "../embed/embedded-recording.ts";
import { findSources } from "../embed/sources.ts";
import type { ResolvedEncoderSet } from "../encoder/resolved-encoder.ts";
import { getEncoderSetInfo } from "./encoder-set-info.ts";
import type { EmbeddingEnvironment, EmbedOptions, EncoderChoice } from "./environment.ts";
import { checkTrainOptions, type MeasureOptions, planVariations } from "./training-options.ts";

/**
 * Opens a data set and selects rows by `limit` and `shots`; rows with split test are included. Of a run of
 * shards, `maximumListed` are listed.
 */
export async function openRows(
  { openDataset }: Pick<EmbeddingEnvironment, "openDataset">,
  data: string | Dataset,
  { limit, shots, seed = defaultRecipe.seed, ...options }: MeasureOptions,
  maximumListed?: number,
): Promise<{ readonly dataset: Dataset; readonly rows: readonly Recording[] }> {
  const dataset = await openDataset(data, options, limit, maximumListed);
  let rows = [...dataset.recordings];
  if (limit !== undefined) rows = limitRecordings(rows, limit);
  if (shots !== undefined) rows = drawShots(rows, shots, seed);
  return { dataset, rows };
}

/**
 * Embeds recordings for training or scoring, and gives warnings about their faults. The same audio with the
 * same label is counted once, with a warning; the same audio with two labels is the error
 * `conflicting-labels`.
 */
export async function embedDistinct(
  { embed }: Pick<EmbeddingEnvironment, "embed">,
  recordings: readonly Recording[],
  encoderSet: ResolvedEncoderSet,
  options: EmbedOptions,
): Promise<{ embedded: EmbeddedRecording[]; skipped: SkippedRecording[] }> {
  const { onWarning } = options;
  const { embedded, skipped, warnings } = await embed(recordings, encoderSet, options);
  for (const warning of warnings) onWarning?.(warning);
  return { embedded: keepDistinct(embedded, onWarning), skipped };
}

/** The problem that folds share, and what was left out of it. */
export interface EmbeddedRows {
  readonly problem: FitProblem;
  /** Names of the classes, in their order. */
  readonly labels: readonly string[];
  /** The recordings of the rows, with their metadata. */
  readonly recordings: readonly EmbeddedRecording[];
  readonly files: readonly string[];
  readonly skipped: readonly SkippedRecording[];
  /** Number of recordings with split test, which are not used. */
  readonly testRecordings: number;
}

/**
 * Embeds the training rows. `choice` names the encoders if `options` do not; copies are then made for any
 * head and layer. Errors: those of `train`; `too-few-recordings` for a class with one recording.
 */
export async function embedTrainingRows(
  environment: EmbeddingEnvironment,
  data: string | Dataset,
  options: MeasureOptions,
  choice: EncoderChoice = options,
): Promise<EmbeddedRows> {
  checkTrainOptions(data, options);
  const { signal, onProgress, onWarning, seed = defaultRecipe.seed, audio, layer } = options;
  const { dataset, rows } = await openRows(environment, data, options);
  const encoderSet = await environment.resolveEncoderSet(choice, { signal, onProgress, onWarning });
  const info = getEncoderSetInfo(encoderSet);
  if (layer !== undefined && layer !== "auto") resolveLayer(info.encoders[0]!, layer);
  const trainRows = rows.filter((row) => row.split !== "test");
  const { embedded, ...rest } = await embedDistinct(environment, trainRows, encoderSet, {
    ...{ audio, signal, onProgress, onWarning, noise: options.noise, rooms: options.rooms },
    variations: planVariations(options, trainRows.length, choice !== options || undefined),
  });
  const skipped = [...dataset.skipped, ...rest.skipped];
  try {
    checkTrainable(embedded, { tested: false });
  } catch (error) {
    // There may be too few recordings because some were left out.
    for (const record of skipped) onWarning?.(record);
    throw error;
  }
  const testRecordings = rows.filter(({ split }) => split === "test").length;
  const files = embedded.map(({ file }) => file);
  const recordings = findSources(embedded);
  return {
    ...createFitProblem(recordings, info, { ...options, seed }),
    ...{ recordings, files, skipped, testRecordings },
  };
}

/**
 * Leaves out recordings with the same audio as an earlier one of the same label, with a warning for each.
 * Throws `conflicting-labels` for the same audio with two labels.
 */
function keepDistinct(
  recordings: readonly EmbeddedRecording[],
  onWarning?: (warning: ErrorRecord & { readonly file: string }) => void,
): EmbeddedRecording[] {
  const { duplicates, conflicts } = findDuplicates(
    recordings.map(({ file, label, fileHash, facts }) => ({
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
      message: `${file} has the same audio as ${keptFile}; it is counted once.`,
      hint: "Delete one of them.",
      file,
    });
  }
  const dropped = new Set(duplicates.map((duplicate) => duplicate.file));
  return recordings.filter((recording) => !dropped.has(recording.file));
}
