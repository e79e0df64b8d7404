/**
 * Whether the window is as narrow as a phone: pictures are then drawn narrower instead of scaled down, so
 * that their text stays legible.
 *
 * Not its concern: pictures.
 */
import { signal } from "@preact/signals";

const query = matchMedia("(max-width: 600px)");

/** Whether the window is at most 600 px wide. */
export const isNarrow = signal(query.matches);

query.addEventListener("change", ({ matches }) => {
  isNarrow.value = matches;
});
