/**
 * Trains a golem on embedded recordings, and scores it on recordings it was not fitted on.
 *
 * Everything chosen on data (the layer, a head's penalty, its early stopping) is chosen by `fitClassifier`,
 * which uses training rows only and runs again inside every fold; the golem itself is the same function on
 * all rows.
 * Not its concern: files, how encoders work, the terminal.
 */

import type { AudioSettings } from "../audio/audio.ts";
import type { AudioDescription } from "../audio/audio-description.ts";
import type { Variation } from "../augment/variation.ts";
import type { Classifier, ClassifierOptions } from "../classifier/classifier.ts";
import { evaluateClassifier } from "../classifier/evaluate-classifier.ts";
import { createFitProblem } from "../classifier/fit-problem.ts";
import { createInlineRunner, type FitProblem, type FoldRunner } from "../classifier/fold-runner.ts";
import { getRepeats } from "../classifier/labelled-rows.ts";
import { fitFamiliarity } from "../classifier/novelty/fit-familiarity.ts";
import { judgeLeftOut } from "../classifier/novelty/left-out-classes.ts";
import { createScoredFolds } from "../classifier/scored-folds.ts";
import { type ErrorRecord, throwIfAborted } from "../core/error.ts";
import type { WorkOptions } from "../core/progress.ts";
import { checkTrainable } from "../dataset/classes.ts";
import type { SkippedRecording } from "../dataset/dataset.ts";
import { packHashes } from "../embed/audio-hashes.ts";
import type { EmbeddedRecording } from "../embed/embedded-recording.ts";
import type { EncoderInfo } from "../encoder/encoder.ts";
import type { TranscriberInfo } from "../encoder/transcriber.ts";
import { createLabelCalibration, type LabelCalibration } from "../evaluate/conformal.ts";
import { type CrossValidation, crossValidate } from "../evaluate/cross-validate.ts";
import { computeEvaluation } from "../evaluate/evaluate.ts";
import type { Evaluation } from "../evaluate/evaluation.ts";
import { getPredictions, measureCorrectness } from "../evaluate/metrics.ts";
import { type AugmentAccount, createGolemModel, type GolemModel } from "../golem/golem-model.ts";
import { createTrainingAccount, type StoredFinding } from "../golem/training-account.ts";
import type { UnlistedResult } from "./environment.ts";
import { measureFalseAlarms, type Negatives, planLeftOut } from "./measure-false-alarms.ts";
import { describeValidation } from "./validation-standing.ts";

/** The recordings to train on, and details for the golem's record. */
export interface TrainingInput {
  /** Name of the data set, for the record. */
  readonly name: string;
  /** Names of the data sets it was joined from, if it was. */
  readonly places?: readonly string[] | undefined;
  /** Whether it is publicly available under that name. */
  readonly isPublic?: boolean | undefined;
  /** Recordings to fit to; their order affects only ties. */
  readonly recordings: readonly EmbeddedRecording[];
  /** Recordings held out by the user; the score is then computed on these. */
  readonly test?: readonly EmbeddedRecording[] | undefined;
  /** Recordings that were left out before training, for the record. */
  readonly skipped?: readonly SkippedRecording[];
  /** The encoders they were embedded with; `vectors` are in this order. */
  readonly encoders: readonly EncoderInfo[];
  /** The transcriber that gave `text` and `decoded`. */
  readonly transcriber?: TranscriberInfo | undefined;
  /** The varied copies that recordings have. */
  readonly variations?: readonly Variation[] | undefined;
  /** Pieces of recordings and noise, from which false alarms are measured; not measured without them. */
  readonly negatives?: readonly Negatives[] | undefined;
  /** Additional recordings to fit to; they are neither scored nor listed. */
  readonly unlisted?: UnlistedResult | undefined;
  readonly audio: AudioSettings;
  /** The pipeline that made the embeddings, from `describeAudio`. */
  readonly pipeline: AudioDescription;
  /** Written into golem.json as `createdBy`. */
  readonly createdBy: string;
  /** The options as flags of the command line, for the record. */
  readonly asked?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** Finds faults of the recordings, most harmful first; called while workers for folds start. */
  readonly examine?: (() => readonly StoredFinding[]) | undefined;
}

/** Options of {@link trainGolem}; every field but the seed has a default. */
export interface TrainingOptions extends ClassifierOptions, WorkOptions {
  /** Repeats of cross-validation; 1 with more than 2,000 recordings, whose interval is narrow anyway. */
  readonly repeats?: number;
  /** Called with faults that do not stop the work, such as a class with one recording. */
  readonly onWarning?: ((warning: ErrorRecord) => void) | undefined;
  /** Runs the folds; on this thread unless given. */
  readonly createFoldRunner?: (problem: FitProblem) => FoldRunner | Promise<FoldRunner>;
}

/**
 * Trains a golem. Rejects with `too-few-classes`, `too-few-recordings` (no test set, and fewer than two
 * classes with two recordings), `invalid-layer`, `aborted`.
 */
export async function trainGolem(input: TrainingInput, options: TrainingOptions): Promise<GolemModel> {
  const { recordings, test, encoders, transcriber } = input;
  const alone = checkTrainable(recordings, { tested: test !== undefined });
  for (const warning of alone) options.onWarning?.(warning);
  const { problem: listed, labels } = createFitProblem(recordings, { encoders, transcriber }, options);
  const { unlisted } = input;
  const problem = unlisted ? { ...listed, more: unlisted.createRows(labels) } : listed;
  const { embeddings, labels: truth } = problem;
  const copies = placeCopies(input.variations);
  const { seed } = options;
  const tasks = input.negatives ? planLeftOut(problem, labels, input.negatives, { seed, copies }) : [];
  const runner = await (options.createFoldRunner ?? createInlineRunner)(problem);
  const run = async () => {
    // The longest tasks start first; those still running after the folds are awaited at the end.
    const judging = Promise.all(tasks.map(async (task) => ({ task, answer: await runner.judge?.(task) })));
    judging.catch(() => {});
    const findings = input.examine?.();
    const fits = await runFits(runner, labels, test === undefined || alone.length === 0, options, problem);
    return { findings, ...fits, judged: await judging };
  };
  const { findings, validation, scored, classifier, judged } = await run().finally(() => runner.close());
  const scoredTruth = scored.map((row) => truth[row]!);
  const trainPredictions = getPredictions(classifier.computeProbabilities(embeddings));
  const trainAccuracy = trainPredictions.filter((label, row) => label === truth[row]).length / truth.length;
  const skipped = [...(input.skipped ?? [])];
  const evaluation = test
    ? evaluateClassifier(classifier, labels, test, { recordings, trainAccuracy }, skipped)
    : validation &&
      evaluateFolds({ problem, labels, recordings, validation, scored, seed, trainAccuracy, skipped });
  const account = createTrainingAccount({
    ...{
      classifier,
      labels,
      recordings,
      test,
      outOfFold: validation && { rows: scored, probabilities: validation.probabilities },
    },
    encoderSet: problem.encoderSet,
  });
  const familiarity = fitFamiliarity(
    problem,
    labels,
    problem.encoderSet,
    classifier.fitted.map(({ view }) => view),
    { seed, copies },
  );
  const { negatives } = input;
  const heldOut = validation && { rows: scored, probabilities: validation.probabilities[0]! };
  return createGolemModel({
    falseAlarms:
      negatives &&
      measureFalseAlarms({
        ...{ problem, labels, classifier, familiarity, negatives, heldOut },
        leftOut: judged.map(({ task, answer = judgeLeftOut(problem, task) }) => ({ task, answer })),
      }),
    classifier,
    labels,
    encoderSet: problem.encoderSet,
    audio: input.audio,
    pipeline: input.pipeline,
    createdBy: input.createdBy,
    name: input.name,
    places: input.places,
    isPublic: input.isPublic,
    recordings,
    trainAccuracy,
    evaluation: evaluation ?? null,
    unlisted: unlisted?.perClass,
    account: {
      ...account,
      ...(unlisted
        ? {
            unlisted: {
              recordings: unlisted.audioHashes.length,
              audioHashes: packHashes(unlisted.audioHashes),
            },
          }
        : {}),
      ...(input.asked ? { asked: input.asked } : {}),
      ...(findings ? { findings } : {}),
    },
    augment: describeCopies(classifier, input.variations),
    seed: options.seed,
    judgement: {
      familiarity,
      calibration: validation && roundScores(createLabelCalibration(validation.probabilities, scoredTruth)),
    },
  });
}

/** Computes the score on the recordings that the folds left out. */
function evaluateFolds({
  problem,
  labels,
  recordings,
  validation,
  scored,
  seed,
  trainAccuracy,
  skipped,
}: {
  readonly problem: FitProblem;
  readonly labels: readonly string[];
  readonly recordings: readonly EmbeddedRecording[];
  readonly validation: CrossValidation;
  readonly scored: readonly number[];
  readonly seed: number;
  readonly trainAccuracy: number;
  readonly skipped: readonly SkippedRecording[];
}): Evaluation {
  const truth = scored.map((row) => problem.labels[row]!);
  return computeEvaluation({
    protocol: "cross-validation",
    labels,
    truth,
    probabilities: validation.probabilities,
    groups: scored.map((row) => problem.groups[row]),
    unscoredLabels: labels.filter((_, label) => !truth.includes(label)),
    k: validation.k,
    sampledFrom: problem.more && scored.length + problem.more.count,
    growth: validation.growth,
    ...describeValidation({
      ...{ validation, recordings, scored, labels, seed },
      correctness: measureCorrectness(validation.probabilities, truth),
    }),
    trainLabels: problem.labels,
    trainAccuracy,
    isSynthetic: scored.every((row) => problem.synthetic?.[row]),
    skipped,
  });
}

/** Indices of copies that familiarity is fitted to, best first; changes of speed have no benefit. */
export function placeCopies(variations: readonly Variation[] = []): number[] {
  return (["noise", "cut", "room"] as const)
    .map((wanted) => variations.findIndex(({ kind }) => kind === wanted))
    .filter((place) => place >= 0);
}

/** Describes the varied copies, and the weight in the fusion of heads that were fitted to them too. */
function describeCopies(
  { variedShare = 0 }: Classifier,
  variations: readonly Variation[] = [],
): AugmentAccount | undefined {
  if (variations.length === 0 || variedShare === 0) return undefined;
  const kinds = [...new Set(variations.map(({ kind }) => kind))];
  return { copies: variations.length, kinds, share: variedShare };
}

/**
 * Cross-validates the recordings in `scored` of {@link createScoredFolds}, then fits to all recordings. The
 * others are in every training set and are not tested.
 */
async function runFits(
  runner: FoldRunner,
  labels: readonly string[],
  divisible: boolean,
  { seed, repeats, signal, onProgress }: TrainingOptions,
  problem: FitProblem,
): Promise<{ validation: CrossValidation | undefined; scored: readonly number[]; classifier: Classifier }> {
  const { scored, ...folds } = createScoredFolds(problem, runner);
  const validation = divisible
    ? await crossValidate(
        {
          ...folds,
          classes: labels,
          seed,
          repeats: getRepeats(problem, repeats),
          others: problem.more?.count,
        },
        { signal, onProgress },
      )
    : undefined;
  throwIfAborted(signal);
  return { validation, scored, classifier: await runner.fit() };
}

/** Rounds scores as they are saved, so that predictions are the same before and after saving. */
function roundScores({ scores, ...rest }: LabelCalibration): LabelCalibration {
  return { ...rest, scores: scores.map(Math.fround) };
}
