/**
 * Classifies sounds that belong to no class of a golem, so that thresholds can guarantee a rate of false
 * alarms: recordings of classes that were left out of a fit, pieces of them, and noise.
 *
 * Not its concern: how the sounds are made (augment/variation.ts) and embedded, thresholds
 * (detect/false-alarms.ts).
 *
 * The classes are left out in three parts. The scores for recordings of a class that was left out represent
 * the scores for other words. No training recording is noise alone, so noise is scored by the golem itself.
 */
import type { Classifier } from "../classifier/classifier.ts";
import type { FitProblem } from "../classifier/fold-runner.ts";
import { createFamiliarityScore, type Familiarity } from "../classifier/novelty/familiarity.ts";
import { type LeftOutAnswer, type LeftOutTask, listJudged } from "../classifier/novelty/left-out-classes.ts";
import { type JudgedSound, summariseFalseAlarms } from "../detect/false-alarms.ts";
import { isBackground } from "../detect/training-statistics.ts";
import { type ComparedFamiliarity, getMinimumLogprob, scoreSound } from "../detect/window-judge.ts";
import type { Embedding } from "../embed/embedded-recording.ts";
import type { FalseAlarmAccount } from "../golem/golem-document.ts";
import type { Matrix } from "../math/matrix.ts";

/** Pieces of one training recording, and equally loud noise. */
export interface Negatives {
  /** Row of the recording. */
  readonly row: number;
  readonly pieces: readonly Embedding[];
  readonly noise: readonly Embedding[];
}

/** The parts of a golem during training, and the sounds that it is measured on. */
interface FalseAlarmInput {
  readonly problem: FitProblem;
  readonly labels: readonly string[];
  readonly classifier: Classifier;
  readonly familiarity: Familiarity | undefined;
  readonly negatives: readonly Negatives[];
  /** Classes left out of a fit, and the predictions for their sounds. */
  readonly leftOut: readonly { readonly task: LeftOutTask; readonly answer: LeftOutAnswer }[];
  /** Probabilities [rows, classes] of held-out recordings, and their rows. */
  readonly heldOut?: { readonly rows: readonly number[]; readonly probabilities: Matrix } | undefined;
}

/** Number of parts in which the classes are left out. */
const parts = 3;
/** Maximum number of recordings to fit to, drawn evenly from the classes. */
export const maximumMeasured = 160;

/** Measures false alarms; undefined if there are too few sounds. */
export function measureFalseAlarms(input: FalseAlarmInput): FalseAlarmAccount | undefined {
  const { problem, labels, classifier, familiarity, negatives, leftOut, heldOut } = input;
  const { embeddings, encoderSet } = problem;
  const all = labels.map((_, c) => c);
  const rate = familiarity && createFamiliarityScore(familiarity, encoderSet);
  const noise = negatives.flatMap((one) => one.noise);
  const noiseAnswer: LeftOutAnswer = {
    probabilities: classifier.computeProbabilities(noise),
    missing: rate?.(noise).map((score) => familiarity!.threshold - score),
    encoders: classifier.fitted.map(({ view }) => view.encoder),
  };
  const answers = [noiseAnswer, ...leftOut.map(({ answer }) => answer)];
  const threshold = familiarity?.threshold ?? 0;
  const getMedian = (missing: readonly number[]) =>
    familiarity && missing.length > 0 ? threshold - computeMedian(missing) : undefined;
  const others = getMedian(answers.flatMap(({ missing = [] }) => missing));
  const leftOutSounds: JudgedSound[] = [];
  const pieces: JudgedSound[] = [];
  for (const { task, answer } of leftOut) {
    const sounds = listJudged(problem, task);
    // Familiarity has another scale in each fit.
    const own = getMedian(answer.missing ?? []);
    const judged = judgeSounds(input, task.classes, sounds, answer, { threshold, others: own });
    const count = sounds.length - task.pieces.length;
    leftOutSounds.push(...judged.slice(0, count));
    pieces.push(...judged.slice(count));
  }
  // Held-out recordings were not compared with a fit without them, so familiarity changes nothing here.
  const known = heldOut
    ? judgeSounds(
        input,
        all,
        heldOut.rows.map((row) => embeddings[row]!),
        { probabilities: heldOut.probabilities, missing: undefined, encoders: noiseAnswer.encoders },
        { threshold },
      )
    : [];
  return summariseFalseAlarms({
    labels,
    sounds: {
      others: leftOutSounds,
      pieces,
      noise: judgeSounds(input, all, noise, noiseAnswer, { threshold, others }),
    },
    familiarity: others,
    heldOut: known.map((sound, i) => ({ ...sound, truth: problem.labels[heldOut!.rows[i]!]! })),
  });
}

const computeMedian = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** Draws rows evenly from the classes, at most {@link maximumMeasured}. */
export function pickMeasuredRows(labels: readonly number[]): number[] {
  const turns = new Map<number, number>();
  const places = labels.map((label, row) => {
    const turn = turns.get(label) ?? 0;
    turns.set(label, turn + 1);
    return { row, turn };
  });
  return places
    .sort((a, b) => a.turn - b.turn || a.row - b.row)
    .slice(0, maximumMeasured)
    .map(({ row }) => row)
    .sort((a, b) => a - b);
}

/**
 * Plans fits without a part of the classes, for each part; with two classes or fewer, none can be left out.
 * Classes for unknown sounds are never left out. `copies` are the indices of the copies that familiarity is
 * fitted to.
 */
export function planLeftOut(
  { labels }: Pick<FitProblem, "labels">,
  names: readonly string[],
  negatives: readonly Negatives[],
  { seed, copies }: Pick<LeftOutTask, "seed" | "copies">,
): LeftOutTask[] {
  const named = names.flatMap((name, c) => (isBackground(name) ? [] : [c]));
  if (named.length < 3) return [];
  const picked = pickMeasuredRows(labels);
  return Array.from({ length: parts }, (_, part): LeftOutTask => {
    const out = new Set(named.filter((_, i) => i % parts === part));
    const kept = picked.filter((row) => !out.has(labels[row]!));
    const classes = [...new Set(kept.map((row) => labels[row]!))].sort((a, b) => a - b);
    const judged = picked.filter((row) => out.has(labels[row]!));
    const isJudged = new Set(judged);
    return {
      ...{ kept, classes, names: classes.map((c) => names[c]!), judged, copies, seed },
      pieces: negatives.flatMap(({ row, pieces }) => (isJudged.has(row) ? pieces : [])),
    };
  }).filter(({ classes }) => classes.length > 1);
}

/** Computes scores as in detection (detect/window-judge.ts); `classes`: the classifier's indices. */
function judgeSounds(
  { problem, labels }: Pick<FalseAlarmInput, "problem" | "labels">,
  classes: readonly number[],
  sounds: readonly Embedding[],
  { probabilities, missing, encoders }: LeftOutAnswer,
  { threshold, others }: Omit<ComparedFamiliarity, "familiarity">,
): JudgedSound[] {
  const { encoderSet, embeddings } = problem;
  const usesWords = encoderSet.transcriber && encoders.includes(encoderSet.transcriber.id);
  const minimumLogprob = usesWords
    ? getMinimumLogprob(embeddings.flatMap(({ logprob }) => (logprob === undefined ? [] : [logprob])))
    : Number.NEGATIVE_INFINITY;
  return sounds.map(({ logprob }, i) => {
    const own = classes.map((_, k) => probabilities.data[i * classes.length + k]!);
    const compared = missing && { familiarity: threshold - missing[i]!, threshold, others };
    const judged = scoreSound(own, compared, minimumLogprob - (logprob ?? minimumLogprob));
    const scores = labels.map(() => Number.NaN);
    for (const [k, c] of classes.entries()) scores[c] = judged.known * judged.scores[k]!;
    return { scores };
  });
}
