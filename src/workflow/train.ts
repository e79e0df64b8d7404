/**
 * Training: from a data set to a golem.
 *
 * Not its concern: what is fitted and how it is scored (see `train-golem.ts`), where recordings are.
 */
import { describeAudio } from "../audio/audio-description.ts";
import { listNegatives, type Variation } from "../augment/variation.ts";
import { isFused } from "../classifier/classifier.ts";
import { resolveLayer } from "../classifier/view.ts";
import { defaultAmounts, defaultRecipe } from "../core/default-recipe.ts";
import { formatNumberOf } from "../core/format.ts";
import { createdBy } from "../core/version.ts";
import { checkAlikeLabels } from "../dataset/alike-labels.ts";
import type { Dataset, Recording, SkippedRecording } from "../dataset/dataset.ts";
import { getAudioSettings } from "../embed/embed-source.ts";
import type { EmbeddedRecording } from "../embed/embedded-recording.ts";
import { findSources } from "../embed/sources.ts";
import type { ResolvedEncoderSet } from "../encoder/resolved-encoder.ts";
import type { GolemModel } from "../golem/golem-model.ts";
import { clipFindings } from "../golem/training-account.ts";
import { getEncoderSetInfo, narrowEncoderSet } from "./encoder-set-info.ts";
import type { EmbeddingEnvironment, Environment, UnlistedResult } from "./environment.ts";
import { selectTestRows } from "./evaluate.ts";
import { examineRecordings, maximumExamined } from "./examine-recordings.ts";
import { type Negatives, pickMeasuredRows } from "./measure-false-alarms.ts";
import { type TrainingInput, trainGolem } from "./train-golem.ts";
import { checkTrainOptions, type MeasureOptions, planVariations } from "./training-options.ts";
import { embedDistinct, openRows } from "./training-rows.ts";

/** Options of {@link train}; all have defaults. */
export interface TrainingChoices extends MeasureOptions {
  /** Data set to test on. Default: rows with split `test`, and without those cross-validation. */
  readonly test?: string | Dataset;
  /** Repeats of cross-validation; default: 10, or 3 with varied copies. */
  readonly repeats?: number;
  /** Pieces, and noises, per recording for measuring false alarms; default 1; 0: no measurement. */
  readonly negatives?: number;
}

/** A golem, and its training data. */
export interface TrainedGolem {
  readonly model: GolemModel;
  /** The encoders and the transcriber that it uses. */
  readonly encoderSet: ResolvedEncoderSet;
  readonly trainRows: readonly Recording[];
  readonly testRows: readonly Recording[];
}

/** The data that training reads before fitting. */
interface TrainingMaterial extends Pick<TrainedGolem, "trainRows" | "testRows" | "encoderSet"> {
  readonly dataset: Dataset;
  readonly variations: readonly Variation[];
  readonly learned: readonly EmbeddedRecording[];
  readonly tested: readonly EmbeddedRecording[];
  readonly negatives: readonly Negatives[] | undefined;
  readonly skipped: readonly SkippedRecording[];
  readonly unlisted: UnlistedResult | undefined;
}

/**
 * Maximum number of training recordings that are kept in memory and scored. Of a larger run, this many are
 * sampled; the others are read while heads are fitted to them.
 */
const maximumListed = 20_000;

/**
 * Opens and embeds the data for training: training rows with their copies, the test set, and sounds
 * of no class. Rejects with the errors of opening data sets, of resolving encoders, `conflicting-labels` and
 * `invalid-option`.
 */
export async function gatherMaterial(
  environment: EmbeddingEnvironment,
  data: string | Dataset,
  options: TrainingChoices,
): Promise<TrainingMaterial> {
  checkTrainOptions(data, options);
  const { signal, onProgress, onWarning, audio, layer } = options;
  const { dataset, rows } = await openRows(
    environment,
    data,
    options,
    mayLeaveUnlisted(environment, options),
  );
  const encoderSet = await environment.resolveEncoderSet(options, { signal, onProgress, onWarning });
  const [first] = getEncoderSetInfo(encoderSet).encoders;
  if (layer !== undefined && layer !== "auto") resolveLayer(first!, layer);
  const trainRows = rows.filter((row) => row.split !== "test");
  const testset =
    options.test === undefined ? undefined : await environment.openDataset(options.test, options);
  const testRows = testset ? selectTestRows(testset) : rows.filter((row) => row.split === "test");

  const embedOptions = { audio, signal, onProgress, onWarning };
  const variations = planVariations(options, trainRows.length);
  const training = await embedDistinct(environment, trainRows, encoderSet, {
    ...{ ...embedOptions, variations, noise: options.noise, rooms: options.rooms },
  });
  const testing = await embedDistinct(environment, testRows, encoderSet, {
    ...embedOptions,
    stage: "embedding the test set",
  });
  const recordings = findSources(testset ? training.embedded : [...training.embedded, ...testing.embedded]);
  const found = recordings.slice(0, training.embedded.length);
  const tested = testset ? findSources(testing.embedded) : recordings.slice(training.embedded.length);
  const unlisted =
    dataset.unlisted &&
    (await environment.readUnlisted?.(dataset.unlisted, { listed: found, tested }, encoderSet, embedOptions));
  const learned = unlisted?.listed ?? found;
  if (unlisted && unlisted.copies > 0) {
    onWarning?.({
      code: "duplicate-recording",
      message: `${formatNumberOf(unlisted.copies, "recording")} have the same audio as others; each is counted once.`,
      hint: "Delete them.",
    });
  }
  for (const warning of checkAlikeLabels([...learned, ...tested].map(({ label }) => label)))
    onWarning?.(warning);
  const negatives = await embedNegatives(environment, trainRows, learned, encoderSet, options);
  const skipped = [...dataset.skipped, ...(testset?.skipped ?? []), ...training.skipped, ...testing.skipped];
  if (unlisted && unlisted.leftOut > 0) {
    const file = formatNumberOf(unlisted.leftOut, "other recording");
    const message = `${file} could not be embedded, are silent, or are too long.`;
    skipped.push({ file, code: "unreadable", message, hint: "The shards list the reasons." });
  }
  return {
    dataset,
    trainRows,
    testRows,
    encoderSet,
    variations,
    learned,
    tested,
    negatives,
    skipped,
    unlisted,
  };
}

/** The number of recordings to list; undefined for options that need all of them. */
function mayLeaveUnlisted(environment: EmbeddingEnvironment, options: TrainingChoices): number | undefined {
  const { limit, shots } = options;
  const isWhole = limit === undefined && shots === undefined && environment.readUnlisted !== undefined;
  return isWhole && isFused(options) && planVariations(options, maximumListed).length === 0
    ? maximumListed
    : undefined;
}

/**
 * Trains a golem on a data set. `asked` is recorded as the flags of the command line. Rejects with the errors
 * of `gatherMaterial` and of `trainGolem`.
 */
export async function train(
  environment: Environment,
  data: string | Dataset,
  { asked, ...options }: TrainingChoices & Pick<TrainingInput, "asked">,
): Promise<TrainedGolem> {
  const { dataset, trainRows, testRows, encoderSet, learned, tested, skipped, ...extras } =
    await gatherMaterial(environment, data, options);
  const { signal, onWarning, seed = defaultRecipe.seed, audio } = options;
  const info = getEncoderSetInfo(encoderSet);
  const settings = getAudioSettings(info.encoders[0]!.sampleRate, audio);
  const all = [...learned, ...tested.map((row) => ({ ...row, split: "test" as const }))];
  const examine =
    all.length <= maximumExamined
      ? () => clipFindings(examineRecordings(all, skipped, info, seed))
      : undefined;
  const model = await trainGolem(
    {
      name: dataset.name,
      places: dataset.places,
      isPublic: dataset.isPublic,
      recordings: learned,
      ...(testRows.length > 0 ? { test: tested } : {}),
      ...{ skipped, ...info, audio: settings, pipeline: describeAudio(settings), createdBy, asked, examine },
      ...extras,
    },
    {
      ...options,
      seed,
      createFoldRunner: (problem) => environment.createFoldRunner(problem, signal),
    },
  ).catch((error: unknown) => {
    // There may be too few recordings because some were left out.
    for (const record of skipped) onWarning?.(record);
    throw error;
  });
  return { model, encoderSet: narrowEncoderSet(encoderSet, model), trainRows, testRows };
}

/** If `negatives` is not given, every third recording is cut into pieces. */
const defaultStep = 3;

/** Embeds pieces of some of the recordings, and noise; undefined if `negatives` is 0. */
async function embedNegatives(
  environment: EmbeddingEnvironment,
  rows: readonly Recording[],
  learned: readonly EmbeddedRecording[],
  encoderSet: ResolvedEncoderSet,
  { negatives, audio, signal, onProgress, noise }: TrainingChoices,
): Promise<Negatives[] | undefined> {
  const count = negatives ?? defaultAmounts.negatives;
  if (count === 0) return undefined;
  const variations = listNegatives(count);
  const classes = new Map([...new Set(learned.map(({ label }) => label))].map((label, c) => [label, c]));
  const measured = pickMeasuredRows(learned.map(({ label }) => classes.get(label)!));
  // Embedding takes most of the time; most of the sounds measured are recordings of the classes left out,
  // which are embedded already.
  const picked = negatives === undefined ? measured.filter((_, i) => i % defaultStep === 0) : measured;
  const files = new Map(picked.map((row) => [learned[row]!.file, row]));
  const { embedded } = await environment.embed(
    rows.filter(({ file }) => files.has(file)),
    encoderSet,
    { ...{ audio, signal, onProgress, noise, variations }, stage: "embedding sounds of no class" },
  );
  return embedded.map(({ file, copies = [] }) => {
    const pick = (kind: Variation["kind"]) => copies.filter((_, place) => variations[place]!.kind === kind);
    return { row: files.get(file)!, pieces: pick("fragment"), noise: pick("burst") };
  });
}
