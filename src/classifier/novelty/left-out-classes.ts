/**
 * Predictions of a classifier for sounds of classes that were left out when it was fitted.
 *
 * Not its concern: the choice of classes, the use of the predictions.
 */
import type { Embedding } from "../../embed/embedded-recording.ts";
import type { Matrix } from "../../math/matrix.ts";
import { fitClassifier } from "../classifier.ts";
import type { FitProblem } from "../fold-runner.ts";
import { pickLabelledRows } from "../labelled-rows.ts";
import { createFamiliarityScore } from "./familiarity.ts";
import { fitFamiliarity } from "./fit-familiarity.ts";

/** The rows to fit to, and the sounds to predict; plain data. */
export interface LeftOutTask {
  /** Rows to fit to. */
  readonly kept: readonly number[];
  /** Their classes, ascending. */
  readonly classes: readonly number[];
  /** Names of these classes. */
  readonly names: readonly string[];
  /** Rows to predict, each followed by its copies. */
  readonly judged: readonly number[];
  /** Sounds to predict after them. */
  readonly pieces: readonly Embedding[];
  /** Places of the copies that familiarity is fitted to. */
  readonly copies: readonly number[];
  readonly seed: number;
}

/** The predictions, in the order of the sounds; plain data. */
export interface LeftOutAnswer {
  /** [sounds, kept classes] */
  readonly probabilities: Matrix;
  /** Threshold of familiarity minus the familiarity of each sound; undefined if it could not be fitted. */
  readonly missing: readonly number[] | undefined;
  /** Ids of the encoders, and of the transcriber, that the classifier uses. */
  readonly encoders: readonly string[];
}

/** Lists the sounds that a task predicts. */
export function listJudged(
  { embeddings, copies }: FitProblem,
  { judged, pieces }: Pick<LeftOutTask, "judged" | "pieces">,
): Embedding[] {
  return [...judged.flatMap((row) => [embeddings[row]!, ...(copies?.[row] ?? [])]), ...pieces];
}

/** Fits to the kept rows, and predicts the sounds. */
export function judgeLeftOut(problem: FitProblem, task: LeftOutTask): LeftOutAnswer {
  const { kept, classes, names, copies, seed } = task;
  const { encoderSet, options } = problem;
  const places = new Map(classes.map((label, place) => [label, place]));
  const rows = {
    ...pickLabelledRows(problem, kept),
    labels: kept.map((row) => places.get(problem.labels[row]!)!),
    classes: classes.length,
  };
  const classifier = fitClassifier(rows, encoderSet, options);
  const views = classifier.fitted.map(({ view }) => view);
  const familiarity = fitFamiliarity(rows, names, encoderSet, views, { seed, copies });
  const sounds = listJudged(problem, task);
  return {
    probabilities: classifier.computeProbabilities(sounds),
    missing:
      familiarity &&
      createFamiliarityScore(familiarity, encoderSet)(sounds).map((score) => familiarity.threshold - score),
    encoders: [...new Set(views.map(({ encoder }) => encoder))],
  };
}
