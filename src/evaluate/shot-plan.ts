/**
 * Smaller training sides for the folds of a cross-validation: 1, 2, 3, 5, 8 ... recordings per class, nested.
 *
 * Not its concern: the classifier, its scores.
 *
 * The test recordings are those of the fold, so speakers that folds keep apart stay apart here. Within a fold
 * the smaller sides are parts of the larger ones (so sizes differ by added recordings, not by exchanged
 * ones), drawn anew in each fold.
 */
import { createRandom, shuffle } from "../core/random.ts";
import type { Fold } from "./folds.ts";
import { groupRows } from "./group-folds.ts";

/** Input of {@link createShotPlan}. */
export interface ShotPlanInput {
  /** Class number of each recording. */
  readonly labels: readonly number[];
  /** k x repeats folds, repeat by repeat. */
  readonly folds: readonly Fold[];
  readonly k: number;
  readonly repeats: number;
  readonly seed: number;
  /** Maximum number of trainings; at least one repeat of one level is run. */
  readonly maximumEvaluations: number;
  /** Maximum number of recordings on a training side of a smaller level but the first; default: no limit. */
  readonly maximumTrained?: number | undefined;
  /** Whether the predictions of the whole training sides exist already. */
  readonly wholeIsKnown: boolean;
}

/** Training sides of one size. */
interface ShotLevel {
  /** Number of recordings drawn per class; of classes with fewer, all are used. */
  readonly shots: number;
  /** Harmonic mean over classes of recordings trained on, mean over folds; `shots` if all are equal. */
  readonly recordingsPerClass: number;
  /** Folds with smaller training sides; for the last level the original folds. */
  readonly folds: readonly Fold[];
}

/** Levels in ascending size; the last one has the whole training sides. */
export interface ShotPlan {
  readonly levels: readonly ShotLevel[];
  /** Repeats that each level is run for (the last one too, unless it is known). */
  readonly repeats: number;
  /** Number of trainings to run. */
  readonly evaluations: number;
  /** Whether levels with more than `maximumTrained` recordings on a training side were left out. */
  readonly isLimited: boolean;
}

/** Levels closer than this factor are left out. */
const minimumGrowth = 1.1;

/** Draws the training sides. */
export function createShotPlan(input: ShotPlanInput): ShotPlan {
  const { labels, folds, k, maximumEvaluations, maximumTrained = Number.POSITIVE_INFINITY } = input;
  const { wholeIsKnown } = input;
  const orders = folds.map((fold, index) => {
    const random = createRandom(input.seed, fold.repeat, index);
    const byClass = groupRows(fold.train.map((row) => labels[row]!));
    return [...byClass.values()].map((places) =>
      shuffle(
        places.map((place) => fold.train[place]!),
        random,
      ),
    );
  });
  const cut = (shots: number): ShotLevel => {
    let sum = 0;
    for (const order of orders) sum += computeHarmonicMean(order.map((rows) => Math.min(rows.length, shots)));
    return {
      shots,
      recordingsPerClass: sum / orders.length,
      folds: folds.map((fold, f) => ({
        ...fold,
        train: orders[f]!.flatMap((rows) => rows.slice(0, shots)).sort((a, b) => a - b),
      })),
    };
  };
  const most = Math.max(...orders.flatMap((order) => order.map((rows) => rows.length)));
  const whole = cut(most);
  let smaller: ShotLevel[] = [];
  let isLimited = false;
  for (let [shots, next] = [1, 2]; shots < most; [shots, next] = [next, shots + next]) {
    const level = cut(shots);
    if (smaller.length > 0 && level.folds.some(({ train }) => train.length > maximumTrained)) {
      isLimited = true;
      break;
    }
    const before = smaller.at(-1)?.recordingsPerClass ?? 0;
    const { recordingsPerClass } = level;
    if (
      recordingsPerClass >= minimumGrowth * before &&
      whole.recordingsPerClass >= minimumGrowth * recordingsPerClass
    ) {
      smaller.push(level);
    }
  }
  const countLevels = (): number => smaller.length + Number(!wholeIsKnown);
  while (smaller.length > 1 && k * countLevels() > maximumEvaluations) {
    smaller = smaller.filter((_, i) => i % 2 === 0);
  }
  const affordable = Math.floor(maximumEvaluations / (k * Math.max(1, countLevels())));
  const repeats = Math.max(1, Math.min(input.repeats, affordable));
  const trim = (level: ShotLevel): ShotLevel => ({
    ...level,
    folds: level.folds.filter((fold) => fold.repeat < repeats),
  });
  return {
    levels: [...smaller.map(trim), wholeIsKnown ? whole : trim(whole)],
    repeats,
    evaluations: k * repeats * countLevels(),
    isLimited,
  };
}

/**
 * Computes the harmonic mean of class sizes: the size that governs a balanced score if a class's error falls
 * as one over its size.
 */
export function computeHarmonicMean(sizes: readonly number[]): number {
  return sizes.length / sizes.reduce((sum, size) => sum + 1 / size, 0);
}
