/**
 * The answers of a golem to recordings that were held out, and what a threshold on their probability makes of
 * them.
 *
 * Not its concern: how recordings were held out, how it is shown.
 */
import type { TrainingDocument } from "../../golem/training-document.ts";

/** The answer to one recording. */
export interface HeldOutAnswer {
  readonly confidence: number;
  readonly isRight: boolean;
}

/** The answers to the test set where there is one, else those of cross-validation. */
export function listHeldOut(
  { recordings, test = [] }: TrainingDocument,
  labels: readonly string[],
): HeldOutAnswer[] {
  return (test.length > 0 ? test : recordings).flatMap(({ label, outOfFold }) => {
    if (!outOfFold) return [];
    const confidence = Math.max(...outOfFold);
    return [{ confidence, isRight: labels[outOfFold.indexOf(confidence)] === label }];
  });
}

/** Shares of recordings with a right, a wrong and, below `threshold`, no answer. */
export function countAnswers(
  answers: readonly HeldOutAnswer[],
  threshold: number,
): Readonly<Record<"right" | "wrong" | "none", number>> {
  const given = answers.filter(({ confidence }) => confidence >= threshold);
  const right = given.filter(({ isRight }) => isRight).length / answers.length;
  const wrong = given.length / answers.length - right;
  return { right, wrong, none: 1 - given.length / answers.length };
}
