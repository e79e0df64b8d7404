/**
 * Choices that are remembered for the next visit. Private windows may keep nothing: a choice then lasts until
 * the page is closed.
 */

/** Names of the choices in the browser's storage. */
type ChoiceName = "language" | "microphone" | "theme";

const getKey = (name: ChoiceName): string => `golem-studio-${name}`;

/** Reads a choice; undefined if there is none. */
export function readChoice(name: ChoiceName): string | undefined {
  try {
    return localStorage.getItem(getKey(name)) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Remembers a choice; an empty one is forgotten. */
export function keepChoice(name: ChoiceName, value: string): void {
  try {
    if (value) localStorage.setItem(getKey(name), value);
    else localStorage.removeItem(getKey(name));
  } catch {
    // Nothing is kept.
  }
}
