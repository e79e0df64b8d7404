/**
 * Detects numbers that cannot be samples: integers that were stored as floats or read with a float header,
 * NaN throughout.
 *
 * Not its concern: single NaN and infinite values, which are set to zero.
 *
 * Floats range from -1 to 1 and may exceed that: recorders with 32-bit floats reach 30 dB above. 60 dB above
 * is assumed not to be sound. Integers with a float header are huge, NaN (the negative ones), or, if small,
 * below 10^-20; decaying sounds in floats are below 10^-20 without any NaN.
 */
import { GolemError } from "../core/error.ts";
import type { MixCount } from "./mono-stream.ts";

/** Largest magnitude that a sample may have, full scale being 1: 60 dB above full scale. */
export const largestSample = 1000;
/** Magnitude below which a value is not sound in any format: -400 dB. */
export const tinyLevel = 1e-20;
/** Up to this share, values far above full scale are isolated errors among samples. */
const singleShare = 0.01;
/** Maximum share of nonzero values that may be NaN, infinite or tiny. */
const garbageShare = 0.5;
/** Minimum share of NaN and infinite values for tiny values not to be silence. */
const negativeShare = 0.05;

/** Whether a codec is lossless, so that values above full scale were recorded as such. */
export function isLossless(codec: string): boolean {
  return /^(pcm|wavpack)/.test(codec);
}

/** Throws `corrupt-audio` for values far above full scale; lossy codecs may overshoot. */
export function checkMagnitudes(name: string, codec: string, { largest, huge, notZero }: MixCount): void {
  if (huge === 0 || !isLossless(codec)) return;
  const isSingle = huge <= singleShare * notZero;
  throw new GolemError(
    "corrupt-audio",
    `${name} stores samples as floats, which range from -1 to 1, but ${isSingle ? `${huge} of them ${huge === 1 ? "reaches" : "reach"}` : "they reach"} ${formatNumber(largest)}.`,
    {
      hint: isSingle
        ? "Single values are damaged: remove them or set them to 0, or leave the recording out."
        : adviseOn(largest),
    },
  );
}

/** Throws `corrupt-audio` if most values of a recording are NaN, infinite, or below any sound. */
export function checkGarbage(name: string, { notFinite, tiny, notZero, largest }: MixCount): void {
  const values = notZero + notFinite;
  if (notFinite + tiny <= garbageShare * values) return;
  if (notFinite < negativeShare * values && largest >= tinyLevel) return;
  const share = Math.round((100 * (notFinite + tiny)) / values);
  throw new GolemError(
    "corrupt-audio",
    `${name} stores samples as floats, but ${share} % of them are NaN, infinite or smaller than 1e-20; expected numbers from -1 to 1.`,
    { hint: adviseOn(Number.POSITIVE_INFINITY) },
  );
}

function adviseOn(largest: number): string {
  // Integers of 16 and 24 or 32 bits that were converted to floats without scaling.
  const scale = largest <= 32_768 ? 32_768 : largest <= 2_147_483_648 ? 2_147_483_648 : undefined;
  return scale
    ? `If they are integers that were converted without scaling, divide them by ${scale} and write the file again; otherwise leave it out.`
    : "They may be integers with a header for floats: export the recording again, or leave it out.";
}

const formatNumber = (value: number): string =>
  value < 1e6 ? String(Math.round(value)) : value.toExponential(1);
