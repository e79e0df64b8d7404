/**
 * Evaluation: a golem's score on recordings it was not trained on.
 *
 * Not its concern: metrics.
 */
import type { Dataset, Recording, SkippedRecording } from "../dataset/dataset.ts";
import { limitRecordings } from "../dataset/selection.ts";
import { listNames } from "../doctor/finding.ts";
import type { EmbeddedRecording } from "../embed/embedded-recording.ts";
import { findSources, matchSources } from "../embed/sources.ts";
import type { ResolvedEncoderSet } from "../encoder/resolved-encoder.ts";
import type { Evaluation } from "../evaluate/evaluation.ts";
import type { GolemModel } from "../golem/golem-model.ts";
import { getAudioOf } from "../golem/predict-embedded.ts";
import type { EmbeddingEnvironment, WorkflowOptions } from "./environment.ts";
import { embedDistinct } from "./training-rows.ts";

/** A golem and its encoders. */
export interface GolemWithEncoders {
  readonly model: GolemModel;
  readonly encoderSet: ResolvedEncoderSet;
}

/** The score, and the recordings on which it was computed. */
interface TestedGolem {
  readonly evaluation: Evaluation;
  readonly name: string;
  /** Rows of the data set that were used. */
  readonly rows: readonly Recording[];
  readonly embedded: readonly EmbeddedRecording[];
  /** All recordings that were left out. */
  readonly skipped: readonly SkippedRecording[];
}

/** Selects the rows to evaluate on: those with split `test` if there are any, else all. */
export function selectTestRows(dataset: Dataset): Dataset["recordings"] {
  const rows = dataset.recordings.filter((row) => row.split === "test");
  return rows.length > 0 ? rows : dataset.recordings;
}

/**
 * Embeds the test rows of a data set with the golem's encoders and audio settings, and scores the golem on
 * them. Rejects with the errors of opening a data set, and with `no-recordings` if no recording is left to
 * score.
 */
export async function evaluate(
  environment: Pick<EmbeddingEnvironment, "openDataset" | "embed">,
  { model, encoderSet }: GolemWithEncoders,
  data: string | Dataset,
  options: WorkflowOptions & { readonly limit?: number | undefined },
): Promise<TestedGolem> {
  const { signal, onProgress, onWarning, limit } = options;
  const dataset = await environment.openDataset(data, options);
  const all = selectTestRows(dataset);
  const rows = limit === undefined ? all : limitRecordings(all, limit);
  const { embedded: distinct, ...rest } = await embedDistinct(environment, rows, encoderSet, {
    ...{ audio: getAudioOf(model.document), signal, onProgress, onWarning },
  });
  const embedded = findSources(distinct);
  const skipped = [...dataset.skipped, ...rest.skipped];
  const evaluation = model.evaluate(embedded, skipped);
  warnOfKnown(model, dataset.name, embedded, evaluation, onWarning);
  return { evaluation, name: dataset.name, rows, embedded, skipped };
}

/** Warns of recordings that the golem was trained on, or that share a source with them. */
function warnOfKnown(
  { training }: GolemModel,
  name: string,
  embedded: readonly EmbeddedRecording[],
  { overlap }: Evaluation,
  onWarning: WorkflowOptions["onWarning"],
): void {
  if (overlap.length > 0) {
    onWarning?.({
      code: "training-recordings",
      message: `${overlap.length} recordings of ${name} are in the golem's training data, so they were left out of the score: ${listNames(overlap)}.`,
      hint: "Evaluate on recordings that the golem has not been trained on.",
    });
  }
  const { trained, tested } = matchSources(training.recordings, embedded);
  const sources = new Set(trained.map(({ source }) => source));
  const pieces = tested
    .filter(({ source, file }) => source !== undefined && sources.has(source) && !overlap.includes(file))
    .map(({ file }) => file);
  if (pieces.length === 0) return;
  onWarning?.({
    code: "training-sources",
    message: `${pieces.length} recordings of ${name} are, by their names, pieces of recordings whose other pieces the golem was trained on, so the score is too high: ${listNames(pieces)}.`,
    hint: "Evaluate on recordings from other sources.",
  });
}
