/**
 * Whether the screen is a phone's: pictures are then drawn narrower instead of smaller, so that their words can be read.
 *
 * Not its concern: pictures.
 */
import { signal } from "@preact/signals";

const query = matchMedia("(max-width: 600px)");

/** Whether it is. */
export const isNarrow = signal(query.matches);

query.addEventListener("change", ({ matches }) => {
  isNarrow.value = matches;
});
