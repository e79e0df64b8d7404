/**
 * Numbers on pages: those of core/format.ts, kept together with their units where a line breaks.
 *
 * Not its concern: where they stand.
 */
import { formatPercent } from "../core/format.ts";

/** Text in which no number is parted from its percent sign at the end of a line. */
export function keepPercents(text: string): string {
  return text.replace(/(\d) %/g, "$1\u00a0%");
}

/** A share from 0 to 1 as a whole percentage, or with one decimal where `digits` is 1, kept on one line. */
export function formatShare(share: number, digits: 0 | 1 = 0): string {
  return keepPercents(formatPercent(share, digits));
}
