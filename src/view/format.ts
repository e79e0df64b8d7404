/** Formats numbers for pages as core/format.ts does, without a line break between a number and its unit. */
import { formatPercent } from "../core/format.ts";

/** Replaces the spaces before percent signs with no-break spaces. */
export function keepPercents(text: string): string {
  return text.replace(/(\d) %/g, "$1\u00a0%");
}

/** Formats a share from 0 to 1 as a percentage with `digits` decimals and a no-break space. */
export function formatShare(share: number, digits: 0 | 1 = 0): string {
  return keepPercents(formatPercent(share, digits));
}

/**
 * Shortens a name to at most `maximum` characters, with an ellipsis in the middle, since the end is often the
 * most informative part.
 */
export function shortenName(name: string, maximum = 30): string {
  const signs = [...name];
  if (signs.length <= maximum) return name;
  const tail = Math.floor(maximum / 3);
  return `${signs
    .slice(0, maximum - 1 - tail)
    .join("")
    .trimEnd()}…${signs.slice(-tail).join("").trimStart()}`;
}
