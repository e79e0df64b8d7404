/**
 * Light or dark: the system's, or the one chosen.
 *
 * Not its concern: colours.
 */
import { effect, signal } from "@preact/signals";

const key = "golem-studio-theme";

function read(): "light" | "dark" {
  try {
    const kept = localStorage.getItem(key);
    if (kept === "light" || kept === "dark") return kept;
  } catch {
    // A private window keeps nothing.
  }
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
  try {
    localStorage.setItem(key, theme.value);
  } catch {
    // It then lasts until the page is closed.
  }
}
