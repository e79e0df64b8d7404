/**
 * Training rows beyond those that are held in memory: the class and the group of each are kept, and its
 * vectors are read when heads are fitted.
 */
import type { Matrix } from "../math/matrix.ts";
import type { VectorView } from "./view.ts";

/** Some of the rows, in the order of all. */
export interface RowPiece {
  /** [rows of the piece, features] */
  readonly features: Matrix;
  /** Class of each row. */
  readonly labels: ArrayLike<number>;
  /** Place of each row's group in `groups`; -1 if it shares none with a row in memory. */
  readonly groups: ArrayLike<number>;
}

/** Rows that are trained on and never scored. */
export interface MoreRows {
  readonly count: number;
  /** Groups that these rows share with the rows in memory. */
  readonly groups: readonly string[];
  /** Reads the first `columns` numbers of a view of all rows, in pieces. */
  read(view: VectorView, columns: number): Iterable<RowPiece>;
}
