/**
 * Errors in the language that is spoken: what was found, and what to do. By their stable codes; codes without words say what the library says.
 *
 * Not its concern: where errors come from, where they are shown.
 */
import { type ErrorRecord, GolemError } from "../../core/error.ts";
import { words } from "./language.ts";

/** Codes whose own message names the place, so that it is told beside the words. */
const tellsPlace: ReadonlySet<string> = new Set(["invalid-data", "conflicting-labels", "golem-damaged"]);

/** An error in words: what happened, and what to do. */
export function describeError(error: unknown): string {
  if (error instanceof DOMException && error.name === "QuotaExceededError")
    return words.value.record.storageFull;
  if (error instanceof GolemError) return describeRecord(error);
  return error instanceof Error ? error.message : String(error);
}

function describeRecord({ code, message, hint }: Pick<ErrorRecord, "code" | "message" | "hint">): string {
  const known = words.value.errors.codes[code];
  if (!known) return `${message} ${hint}`.trim();
  const [title, advice] = known;
  return tellsPlace.has(code) ? `${title} (${message.replace(/\.$/, "")}). ${advice}` : `${title}. ${advice}`;
}

/** The same in a few words, for a line of a list. */
export function nameError({ code, message }: Pick<ErrorRecord, "code" | "message">): string {
  return words.value.errors.codes[code]?.[0] ?? words.value.result.findings[code]?.[0] ?? message;
}
