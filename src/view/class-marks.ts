/**
 * How a class is told from the others all over the report: by a number, and by a colour that comes again after nine classes.
 *
 * Not its concern: recordings.
 */
import { html, type Markup } from "./markup.ts";

/** Colours that people with any colour vision tell apart (Tol 2021, "muted"), lighter on dark ground. */
export const classColours: readonly (readonly [light: string, dark: string])[] = [
  ["#332288", "#8e86e8"],
  ["#117733", "#4fc07c"],
  ["#aa4499", "#e08ad3"],
  ["#8a7a10", "#d9c766"],
  ["#1f7fa8", "#88ccee"],
  ["#882255", "#d9729f"],
  ["#1d8a7b", "#5fd0bf"],
  ["#b5485a", "#ec909c"],
  ["#6b6b6b", "#b5b5b5"],
];

/** The name of a class's colour in the style sheet. */
export function getColourClass(index: number): string {
  return `k${index % classColours.length}`;
}

/** The number of a class in its colour; `index` from 0. */
export function writeClassMark(index: number): Markup {
  return html`<span class="mark ${getColourClass(index)}" aria-hidden="true">${index + 1}</span>`;
}
