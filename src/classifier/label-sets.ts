/**
 * Sets of labels beside the best guess: those that cannot be ruled out at a stated level (evaluate/conformal.ts), and the tensor
 * that keeps what they are computed from.
 *
 * The model trained on everything stands for those of the folds: nothing but one number a recording and repeat has to be kept.
 * Not its concern: files, views, how probabilities come about.
 */
import { GolemError } from "../core/error.ts";
import {
  computeLabelPValues,
  computeNonconformity,
  type LabelCalibration,
  selectLabels,
} from "../evaluate/conformal.ts";
import type { Tensor } from "../head/head.ts";

/** How often the set is meant to hold the true label, for recordings of known classes. */
export const labelSetLevel = 0.9;

/** The classes of a set, best guess first, for the probabilities of one recording. */
export function computeLabelSet(calibration: LabelCalibration, probabilities: ArrayLike<number>): number[] {
  const strangeness = computeNonconformity(probabilities);
  const best = strangeness.indexOf(Math.min(...strangeness));
  return selectLabels(computeLabelPValues(calibration, [strangeness]), best, 1 - labelSetLevel);
}

/** The probability from which on a class is in the set, beside the best guess, which always is; 0 where no class can be ruled out. */
export function computeLeastProbability({ scores, repeats = 1 }: LabelCalibration): number {
  const recordings = scores.length / repeats;
  const falling = [...scores].sort((a, b) => b - a);
  // A class as strange as the m-th of them has m at least as strange beside it; `computeLabelPValues` says the rest.
  const place = falling.findIndex((_, i) => (1 + (i + 1) / repeats) / (recordings + 1) > 1 - labelSetLevel);
  const isNeverOut = 1 / (recordings + 1) > 1 - labelSetLevel;
  return isNeverOut ? 0 : 1 - falling[place]!;
}

/** What calibrates the sets as a tensor [repeats, recordings]. */
export function packLabelCalibration({ scores, repeats = 1 }: LabelCalibration): Tensor {
  return { shape: [repeats, scores.length / repeats], data: Float32Array.from(scores) };
}

/** The calibration again; `golem-damaged` for anything but numbers from 0 to 1. */
export function unpackLabelCalibration({ shape, data }: Tensor): LabelCalibration {
  const [repeats = 0, recordings = 0] = shape;
  if (
    shape.length !== 2 ||
    repeats < 1 ||
    recordings < 1 ||
    !data.every((score) => score >= 0 && score <= 1)
  ) {
    throw new GolemError(
      "golem-damaged",
      `The golem is damaged: its conformal scores [${shape}] are not repeats x recordings of numbers from 0 to 1.`,
      { hint: "Copy the golem's folder again from where it was made, or train it anew." },
    );
  }
  return { scores: Array.from(data), repeats };
}
