/**
 * Formats numbers as text, the same everywhere: terminal, model card, report, studio, exported page.
 *
 * Not its concern: sentences, languages, markup.
 */

/**
 * A share from 0 to 1 as a percentage, "71.4 %"; with `digits` 0 to the whole percent, "71 %". Only a share
 * of 1 is "100.0 %": 99.97 % is "99.9 %".
 */
export function formatPercent(share: number, digits: 0 | 1 = 1): string {
  const text = (100 * share).toFixed(digits);
  return `${share < 1 && Number(text) === 100 ? (digits === 0 ? "99" : "99.9") : text} %`;
}

/** A mean count in whole numbers; "<1" for one that would be rounded to 0. */
export function formatWhole(count: number): string {
  return count > 0 && count < 0.5 ? "<1" : String(Math.round(count));
}

/** A difference of shares in percentage points, with one decimal and no unit. */
export function formatPoints(share: number): string {
  return (100 * share).toFixed(1);
}

/** A position in a recording as minutes and seconds, "1:02.5"; `mark` is the decimal mark. */
export function formatClock(seconds: number, mark: "." | "," = "."): string {
  // Rounded before it is divided, so that 59.96 s are "1:00.0", not "0:60.0".
  const tenths = Math.round(10 * seconds);
  const rest = ((tenths % 600) / 10).toFixed(1).padStart(4, "0");
  return `${Math.floor(tenths / 600)}:${mark === "." ? rest : rest.replace(".", mark)}`;
}

/** A duration with a unit: "3.2 s", "45 s", "12 min", "1.5 h". */
export function formatDuration(seconds: number): string {
  if (seconds < 100) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  return seconds < 6000 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** "1 recording", "2 recordings". */
export function formatNumberOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
