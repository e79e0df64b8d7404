/**
 * Warnings about one recording: problems that did not prevent decoding.
 *
 * Not its concern: how warnings are shown.
 */
import type { ErrorRecord } from "../core/error.ts";

/** Every warning code and what it means, for the page of errors. */
export const warningReference = {
  truncated: "The recording ends earlier than its header states; the rest was used.",
  damaged: "Parts could not be decoded; the rest was used.",
  "wrong-length":
    "The header does not state the length, as in files written as a stream; the file was read to its end.",
  "bytes-left": "Bytes at the end are not part of the recording and were not used.",
  "header-overruled": "Parts of the header contradict each other; the one that fits the file was used.",
  "wrong-extension": "The extension is that of another format; the file was read by its content.",
  "not-finite": "Samples are NaN or infinite; they were set to 0.",
  silent: "The recording is silent below 8 kHz, or altogether.",
  "channels-cancel":
    "The mean of the channels is almost silent, as with one channel inverted; one channel was used.",
  "above-full-scale": "Samples of a floating-point file exceed full scale; they were used unchanged.",
  "above-8-khz": "Most of the energy is above the 8 kHz that the encoders use.",
  "format-change": "Sample rate or channels change within the file.",
} as const;

/** Codes of warnings. */
type WarningCode = keyof typeof warningReference;

/** Creates the plain record of a warning. `message`: what was found, and what was done about it. */
export function createWarning(code: WarningCode, message: string, hint = ""): ErrorRecord {
  return { code, message, hint };
}
