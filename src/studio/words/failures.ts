/**
 * Errors in the chosen language: what happened, and what to do, by their stable codes. For other codes, the
 * library's own words.
 *
 * Not its concern: where errors come from, where they are shown.
 */
import { type ErrorRecord, GolemError } from "../../core/error.ts";
import { words } from "./language.ts";

/** Codes whose own message names the place, so it is shown too. */
const namesPlace: ReadonlySet<string> = new Set(["invalid-data", "conflicting-labels", "golem-damaged"]);

/** An error in words: what happened, and what to do. */
export function describeError(error: unknown): string {
  if (error instanceof GolemError) return describeRecord(error);
  return error instanceof Error ? error.message : String(error);
}

function describeRecord({ code, message, hint }: Pick<ErrorRecord, "code" | "message" | "hint">): string {
  const known = findWords(code);
  if (!known) return `${message} ${hint}`.trim();
  const [title, advice] = known;
  return namesPlace.has(code) ? `${title} (${message.replace(/\.$/, "")}). ${advice}` : `${title}. ${advice}`;
}

/** What happened in a few words, for a line of a list. */
export function nameError({ code, message }: Pick<ErrorRecord, "code" | "message">): string {
  return findWords(code)?.[0] ?? message;
}

/** What to do about it. */
export function adviseError({ code, hint }: Pick<ErrorRecord, "code" | "hint">): string {
  return findWords(code)?.[1] ?? hint;
}

function findWords(code: string): readonly [title: string, advice: string] | undefined {
  const { codes } = words.value.errors;
  return Object.hasOwn(codes, code) ? codes[code as keyof typeof codes] : undefined;
}
