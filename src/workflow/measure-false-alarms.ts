/**
 * Classifies sounds that are of no class of a golem, so that thresholds can promise a rate of false alarms:
 * recordings of classes that were left out of a fit, pieces of them, and noise.
 *
 * Not its concern: how the sounds are made (augment/variation.ts) and embedded, thresholds (detect/false-alarms.ts).
 *
 * The classes are left out in three parts. What a golem that never had a class makes of its recordings is what a
 * golem makes of other words. Noise is in no training recording by itself, so the golem classifies it.
 */
import { type Classifier, fitClassifier } from "../classifier/classifier.ts";
import type { FitProblem } from "../classifier/fold-runner.ts";
import { pickLabelledRows } from "../classifier/labelled-rows.ts";
import { createFamiliarityScore, type Familiarity } from "../classifier/novelty/familiarity.ts";
import { fitFamiliarity } from "../classifier/novelty/fit-familiarity.ts";
import { type JudgedSound, summariseFalseAlarms } from "../detect/false-alarms.ts";
import { isBackground } from "../detect/training-statistics.ts";
import { computeKnown, getMinimumLogprob } from "../detect/window-judge.ts";
import type { Embedding } from "../embed/embedded-recording.ts";
import type { FalseAlarmAccount } from "../golem/golem-document.ts";
import type { Matrix } from "../math/matrix.ts";

/** Pieces of one training recording, and noise as loud. */
export interface Negatives {
  /** Row of the recording. */
  readonly row: number;
  readonly pieces: readonly Embedding[];
  readonly noise: readonly Embedding[];
}

/** A golem in the making, and what it is measured on. */
interface FalseAlarmInput {
  readonly problem: FitProblem;
  readonly labels: readonly string[];
  readonly classifier: Classifier;
  readonly familiarity: Familiarity | undefined;
  readonly negatives: readonly Negatives[];
  /** Probabilities [rows, classes] of recordings when they were held out, and their rows. */
  readonly heldOut?: { readonly rows: readonly number[]; readonly probabilities: Matrix } | undefined;
  /** Place of the copies in noise, if there are any. */
  readonly copy?: number | undefined;
  readonly seed: number;
}

/** Parts in which the classes are left out. */
const parts = 3;
/** Maximum number of recordings that are fitted to, drawn evenly from the classes. */
export const maximumMeasured = 160;

/** Measures; undefined if there are too few sounds. */
export function measureFalseAlarms(input: FalseAlarmInput): FalseAlarmAccount | undefined {
  const { problem, labels, classifier, familiarity, negatives, heldOut } = input;
  const { embeddings } = problem;
  const judge = createJudge(
    classifier,
    familiarity,
    input,
    labels.map((_, c) => c),
  );
  const rows = heldOut?.rows ?? [];
  const known = judge(rows.map((row) => embeddings[row]!)).map((one) => one.known);
  const others: JudgedSound[] = [];
  const pieces: JudgedSound[] = [];
  for (const part of leaveOutClasses(input)) {
    others.push(
      ...part.judge(part.rows.flatMap((row) => [embeddings[row]!, ...(problem.copies?.[row] ?? [])])),
    );
    const out = new Set(part.rows);
    pieces.push(...part.judge(negatives.flatMap(({ row, pieces }) => (out.has(row) ? pieces : []))));
  }
  return summariseFalseAlarms({
    labels,
    sounds: { others, pieces, noise: judge(negatives.flatMap(({ noise }) => noise)) },
    heldOut: rows.map((row, i) => ({
      truth: problem.labels[row]!,
      scores: labels.map((_, c) => known[i]! * heldOut!.probabilities.data[i * labels.length + c]!),
    })),
  });
}

/** Rows drawn evenly from the classes, at most {@link maximumMeasured}. */
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

type Judge = (embeddings: readonly Embedding[]) => (JudgedSound & { readonly known: number })[];

/**
 * Fits without a part of the classes, for each part; of two classes and fewer none can be left out. Classes for
 * what is unknown are always fitted to.
 */
function* leaveOutClasses({
  problem,
  labels,
  copy,
  seed,
}: FalseAlarmInput): Generator<{ readonly judge: Judge; readonly rows: readonly number[] }> {
  const { encoderSet, options } = problem;
  const named = labels.flatMap((label, c) => (isBackground(label) ? [] : [c]));
  if (named.length < 3) return;
  const picked = pickMeasuredRows(problem.labels);
  for (let part = 0; part < parts; part++) {
    const out = new Set(named.filter((_, i) => i % parts === part));
    const kept = picked.filter((row) => !out.has(problem.labels[row]!));
    const classes = [...new Set(kept.map((row) => problem.labels[row]!))].sort((a, b) => a - b);
    if (classes.length < 2) continue;
    const rows = {
      ...pickLabelledRows(problem, kept),
      labels: kept.map((row) => classes.indexOf(problem.labels[row]!)),
      classes: classes.length,
    };
    const classifier = fitClassifier(rows, encoderSet, options);
    const views = classifier.fitted.map(({ view }) => view);
    const names = classes.map((c) => labels[c]!);
    const familiarity = fitFamiliarity(rows, names, encoderSet, views, { seed, copy });
    yield {
      judge: createJudge(classifier, familiarity, { problem, labels }, classes),
      rows: picked.filter((row) => out.has(problem.labels[row]!)),
    };
  }
}

/** Scores as in detection (detect/window-judge.ts); `classes` are the places of the classifier's classes. */
function createJudge(
  classifier: Classifier,
  familiarity: Familiarity | undefined,
  { problem, labels }: Pick<FalseAlarmInput, "problem" | "labels">,
  classes: readonly number[],
): Judge {
  const { encoderSet, embeddings } = problem;
  const scoreFamiliarity = familiarity && createFamiliarityScore(familiarity, encoderSet);
  const usesWords = classifier.fitted.some(({ view }) => view.encoder === encoderSet.transcriber?.id);
  const minimumLogprob = usesWords
    ? getMinimumLogprob(embeddings.flatMap(({ logprob }) => (logprob === undefined ? [] : [logprob])))
    : Number.NEGATIVE_INFINITY;
  return (sounds) => {
    if (sounds.length === 0) return [];
    const { data } = classifier.computeProbabilities(sounds);
    const familiar = scoreFamiliarity?.(sounds);
    return sounds.map(({ logprob }, i) => {
      const missing = familiar && familiarity!.threshold - familiar[i]!;
      const known = computeKnown(missing, minimumLogprob - (logprob ?? minimumLogprob));
      const scores = labels.map(() => Number.NaN);
      for (const [k, c] of classes.entries()) scores[c] = known * data[i * classes.length + k]!;
      return { scores, known };
    });
  };
}
