/**
 * Numbers for pages: those of core/format.ts, with no line break between a number and its unit.
 *
 * Not its concern: where they are shown.
 */
import { formatPercent } from "../core/format.ts";

/** Replaces the spaces before percent signs with no-break spaces. */
export function keepPercents(text: string): string {
  return text.replace(/(\d) %/g, "$1\u00a0%");
}

/** A share from 0 to 1 as a percentage with `digits` decimals and a no-break space. */
export function formatShare(share: number, digits: 0 | 1 = 0): string {
  return keepPercents(formatPercent(share, digits));
}

/** A name at most `maximum` characters long, with an ellipsis in the middle where it is cut: its end often tells most. */
export function shortenName(name: string, maximum = 30): string {
  const signs = [...name];
  if (signs.length <= maximum) return name;
  const tail = Math.floor(maximum / 3);
  return `${signs
    .slice(0, maximum - 1 - tail)
    .join("")
    .trimEnd()}…${signs.slice(-tail).join("").trimStart()}`;
}
