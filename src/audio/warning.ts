/**
 * Warnings about one recording: oddities that did not prevent decoding.
 *
 * Not its concern: who shows them.
 */
import type { ErrorRecord } from "../core/error.ts";

/** What a warning can be about. */
export type WarningCode =
  | "truncated"
  | "damaged"
  | "wrong-length"
  | "wrong-extension"
  | "not-finite"
  | "silent"
  | "format-change";

/** A plain record: what was found, and what was done about it. */
export function createWarning(code: WarningCode, message: string, hint = ""): ErrorRecord {
  return { code, message, hint };
}
