/**
 * The mark of a class in every picture: its number in its colour; colours repeat after nine classes.
 *
 * The colours are in look.css (Tol 2021, "muted", lighter on a dark background).
 */

const colourCount = 9;

/** The style sheet's class for the colour of a class; that of the first if `index` is -1. */
export function getColourClass(index: number): string {
  return `k${Math.max(0, index) % colourCount}`;
}

/** The number of a class in its colour; `index` from 0. */
export function ClassMark({ index }: { readonly index: number }) {
  return (
    <span class={`mark ${getColourClass(index)}`} aria-hidden="true">
      {index + 1}
    </span>
  );
}
