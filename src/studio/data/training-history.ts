/**
 * What a training changed: recordings that came, left or were moved, and the difference of the scores.
 *
 * Not its concern: where the history is kept, how it is shown.
 */
import { GolemError } from "../../core/error.ts";
import type { GolemModel } from "../../golem/golem-model.ts";
import { compareByTraining } from "../../workflow/compare-golems.ts";
import type { TrainingEntry } from "./task.ts";

/** Most trainings that are remembered. */
const maximumEntries = 50;

/** Adds a training to a history; `before` is the golem that the new one replaces. */
export function addTraining(
  history: readonly TrainingEntry[],
  before: GolemModel | undefined,
  now: GolemModel,
  at: number,
): TrainingEntry[] {
  const { data, labels, evaluation } = now.document;
  const entry: TrainingEntry = {
    ...{ at, recordings: data.recordings, classes: labels.length },
    ...(evaluation
      ? { score: evaluation.balancedAccuracy, interval: evaluation.interval as [number, number] }
      : {}),
    ...(before ? { changes: countChanges(before, now), difference: compareScores(before, now) } : {}),
  };
  return [...history, entry].slice(-maximumEntries);
}

function countChanges(before: GolemModel, now: GolemModel): TrainingEntry["changes"] {
  const index = ({ training }: GolemModel) =>
    new Map(training.recordings.map(({ fileHash, label }) => [fileHash, label]));
  const [old, own] = [index(before), index(now)];
  const added = [...own.keys()].filter((hash) => !old.has(hash)).length;
  const removed = [...old.keys()].filter((hash) => !own.has(hash)).length;
  const moved = [...own].filter(([hash, label]) => old.has(hash) && old.get(hash) !== label).length;
  return { added, removed, moved };
}

/** Undefined where no recording was held out of both trainings. */
function compareScores(before: GolemModel, now: GolemModel): TrainingEntry["difference"] {
  try {
    const { difference, interval, recordings } = compareByTraining(before, now);
    return { difference, interval, recordings };
  } catch (error) {
    if (error instanceof GolemError && error.code === "no-recordings") return undefined;
    throw error;
  }
}
