/**
 * Light or dark: the system's, or the one chosen.
 *
 * Not its concern: colours.
 */
import { effect, signal } from "@preact/signals";
import { keepChoice, readChoice } from "../data/choice.ts";

function read(): "light" | "dark" {
  const kept = readChoice("theme");
  if (kept === "light" || kept === "dark") return kept;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** The current theme. */
export const theme = signal(read());

effect(() => {
  document.documentElement.dataset.theme = theme.value;
});

/** Switches the theme, and remembers it for the next visit. */
export function toggleTheme(): void {
  theme.value = theme.value === "dark" ? "light" : "dark";
  keepChoice("theme", theme.value);
}
