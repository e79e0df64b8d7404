/**
 * How a class is told from the others: by a number, and by a colour that comes again after nine classes.
 *
 * Not its concern: recordings.
 */
import { getColourClass } from "../../view/class-marks.ts";

/** The number of a class in its colour; `index` from 0. */
export function ClassMark({ index }: { readonly index: number }) {
  return (
    <span class={`mark ${getColourClass(Math.max(0, index))}`} aria-hidden="true">
      {index + 1}
    </span>
  );
}
