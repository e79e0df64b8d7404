/**
 * Warnings about one recording: problems that did not prevent decoding.
 *
 * Not its concern: how warnings are shown.
 */
import type { ErrorRecord } from "../core/error.ts";

/** Codes of warnings. */
type WarningCode =
  | "truncated"
  | "damaged"
  | "wrong-length"
  | "bytes-left"
  | "header-overruled"
  | "wrong-extension"
  | "not-finite"
  | "silent"
  | "channels-cancel"
  | "above-full-scale"
  | "above-8-khz"
  | "format-change";

/** Creates the plain record of a warning. `message`: what was found, and what was done about it. */
export function createWarning(code: WarningCode, message: string, hint = ""): ErrorRecord {
  return { code, message, hint };
}
