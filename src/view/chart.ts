/**
 * What all pictures of the report share: numbers as words, places on an axis, text in SVG, one drawing for wide and one for narrow screens.
 *
 * Not its concern: what is shown.
 */
import { type Content, html, type Markup } from "./markup.ts";

/** Width of a drawing on a wide and on a narrow screen, in CSS pixels. */
const drawingWidths = { wide: 1000, narrow: 344 } as const;

/** A share as a percentage with one decimal, or none where `digits` is 0. */
export function formatPercent(share: number, digits: 0 | 1 = 1): string {
  return `${(100 * share).toFixed(digits)}\u00a0%`;
}

/** A mean count: whole where it is, else with one decimal. */
export function formatCount(count: number): string {
  return Number.isInteger(count) || count >= 10 ? String(Math.round(count)) : count.toFixed(1);
}

/** A duration in words. */
export function formatDuration(seconds: number): string {
  if (seconds < 100) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  return seconds < 6000 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** "1 recording", "2 recordings". */
export function formatNumberOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** A coordinate, to a tenth of a pixel. */
export function at(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Text in SVG; `kind` is a class of the style sheet. */
export function drawText(
  x: number,
  y: number,
  text: Content,
  {
    anchor = "start",
    kind = "",
  }: { readonly anchor?: "start" | "middle" | "end"; readonly kind?: string } = {},
): Markup {
  return html`<text x="${at(x)}" y="${at(y)}" text-anchor="${anchor}" class="${kind}">${text}</text>`;
}

/** A picture that is read out as `label`. */
export function drawPicture(width: number, height: number, label: string, content: Content): Markup {
  return html`<svg viewBox="0 0 ${at(width)} ${at(height)}" width="${at(width)}" height="${at(height)}" role="img" aria-label="${label}">${content}</svg>`;
}

/** The same drawing for both widths of screen; the style sheet shows one of them. */
export function drawBoth(
  draw: (width: number, isNarrow: boolean) => Content,
  widths: { readonly wide: number; readonly narrow: number } = drawingWidths,
): Markup {
  return html`<div class="wide">${draw(widths.wide, false)}</div><div class="narrow">${draw(widths.narrow, true)}</div>`;
}

/** A section of the page: what it shows, what it says in one sentence, and the picture. */
export function writeSection(id: string, title: string, sentence: Content, content: Content): Markup {
  return html`
<section id="${id}" aria-labelledby="${id}-title">
<header><h2 id="${id}-title">${title}</h2><p class="lead">${sentence}</p></header>
${content}
</section>`;
}
