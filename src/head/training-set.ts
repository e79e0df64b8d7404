/**
 * The rows a head is trained on, checked once here and trusted by all later code.
 *
 * Not its concern: kinds of head.
 */
import { GolemError } from "../core/error.ts";
import type { Matrix } from "../math/matrix.ts";
import type { ClassWeight } from "./options.ts";

/** Checked training rows. */
export interface TrainingSet {
  /** Raw embeddings [rows, features]. */
  readonly embeddings: Matrix;
  /** Class of each row, 0 .. classes - 1. */
  readonly labels: Int32Array;
  readonly classes: number;
  /** Number of rows of each class, at least one. */
  readonly counts: Int32Array;
}

/** Throws `invalid-shape` unless the data is rows x features finite numbers, of `features` columns. */
export function checkEmbeddings(embeddings: Matrix, features?: number): void {
  const { rows, columns, data } = embeddings;
  if (data.length !== rows * columns) {
    throw new GolemError(
      "invalid-shape",
      `Embeddings of ${rows} x ${columns} need ${rows * columns} values; got ${data.length}.`,
    );
  }
  if (features !== undefined && columns !== features) {
    throw new GolemError(
      "invalid-shape",
      `The head was trained on ${features} features; these embeddings have ${columns}.`,
      { hint: "Use the encoder, layer and pooling that the head was trained with." },
    );
  }
  const i = findNonFinite(data);
  if (i < 0) return;
  throw new GolemError(
    "invalid-shape",
    `Embeddings must be finite numbers; row ${Math.floor(i / columns)}, feature ${i % columns} is ${data[i]}.`,
    { hint: "Leave that recording out, or embed it again." },
  );
}

/** Place of the first number that is not finite; -1 if there is none. */
function findNonFinite(data: Float32Array): number {
  // The difference of a number that is not finite from itself is not 0.
  for (let i = 0; i < data.length; i++) if (data[i]! - data[i]! !== 0) return i;
  return -1;
}

/** Checks shapes, labels and numbers; throws `invalid-shape`, `too-few-classes` or `too-few-recordings`. */
export function createTrainingSet(
  embeddings: Matrix,
  labels: Int32Array | readonly number[],
  classes: number,
): TrainingSet {
  if (!Number.isInteger(classes) || classes < 2) {
    throw new GolemError("too-few-classes", `A head needs at least 2 classes; got ${classes}.`);
  }
  if (labels.length !== embeddings.rows || embeddings.columns < 1) {
    throw new GolemError(
      "invalid-shape",
      `${embeddings.rows} rows of ${embeddings.columns} features came with ${labels.length} labels; expected one label per row and at least one feature.`,
    );
  }
  checkEmbeddings(embeddings);
  if (classes > labels.length) {
    throw new GolemError(
      "too-few-recordings",
      `${labels.length} training rows cannot cover ${classes} classes; expected at least one row per class.`,
    );
  }
  const counts = new Int32Array(classes);
  for (const [row, label] of labels.entries()) {
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new GolemError(
        "invalid-shape",
        `Row ${row} has label ${label}; expected a whole number from 0 to ${classes - 1}.`,
      );
    }
    counts[label]!++;
  }
  const missing = counts.indexOf(0);
  if (missing !== -1) {
    throw new GolemError(
      "too-few-recordings",
      `Class ${missing} has no training row; expected at least one row for each of ${classes} classes.`,
    );
  }
  return { embeddings, labels: Int32Array.from(labels), classes, counts };
}

/** Throws `invalid-shape` unless a Gram matrix has the size [rows, rows]. */
export function checkGram(gram: Float64Array, rows: number): void {
  if (gram.length === rows * rows) return;
  throw new GolemError(
    "invalid-shape",
    `The Gram matrix of ${rows} rows needs ${rows * rows} values; got ${gram.length}.`,
  );
}

/** Counts the rows of each class. */
export function countClasses(labels: Int32Array, classes: number): Int32Array {
  const counts = new Int32Array(classes);
  for (const label of labels) counts[label]!++;
  return counts;
}

/**
 * Computes the weight of each row. The weights sum to the number of rows; those of rows with a weight of
 * their own are in proportion to it, within the row's class if classes are balanced.
 */
export function computeRowWeights(
  labels: Int32Array,
  counts: Int32Array,
  classWeight: ClassWeight,
  rowWeights?: Float64Array,
): Float64Array {
  if (rowWeights) return weighRows(labels, counts.length, classWeight, rowWeights);
  if (classWeight === "none") return new Float64Array(labels.length).fill(1);
  const present = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  return Float64Array.from(labels, (label) => labels.length / (present * counts[label]!));
}

function weighRows(
  labels: Int32Array,
  classes: number,
  classWeight: ClassWeight,
  rowWeights: Float64Array,
): Float64Array {
  const totals = new Float64Array(classes);
  for (const [row, label] of labels.entries()) totals[label]! += rowWeights[row]!;
  const all = totals.reduce((sum, total) => sum + total, 0);
  const present = totals.reduce((sum, total) => sum + (total > 0 ? 1 : 0), 0);
  return rowWeights.map((weight, row) => {
    const total = classWeight === "none" ? all / present : totals[labels[row]!]!;
    return (weight * labels.length) / (present * total);
  });
}
