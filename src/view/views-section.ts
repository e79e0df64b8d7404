/**
 * Where the answer lies: the share of each layer of each encoder, and of the words, in the decision.
 *
 * Not its concern: how views are pooled.
 */
import { at, drawBoth, drawPicture, drawText, formatPercent, writeSection } from "./chart.ts";
import { html, type Markup } from "./markup.ts";
import type { ReportData, ReportView } from "./report-data.ts";

interface Group {
  readonly encoder: string;
  readonly isText: boolean;
  readonly layers: number;
  readonly share: number;
  readonly views: readonly ReportView[];
}

/** The section. */
export function writeViews({ views }: ReportData): Markup {
  const groups = groupViews(views);
  const parts = groups.map(({ isText, encoder, share }) =>
    isText
      ? html`<b>${formatPercent(share, 0)}</b> from the words that ${encoder} understood`
      : html`<b>${formatPercent(share, 0)}</b> from how it sounds to ${encoder}`,
  );
  const only = views.length === 1 ? views[0]! : undefined;
  const sentence = only
    ? html`All of it in one place: ${only.layer === "transcript" ? `the words that ${only.encoder} understood` : `layer ${only.layer} of ${only.encoder}`}.`
    : html`${parts.map((part, i) => [i === 0 ? "" : i === parts.length - 1 ? " and " : ", ", part])}.`;
  return writeSection(
    "views",
    "Where the answer lies",
    html`Of the decision comes ${sentence}`,
    html`${drawBoth((width, isNarrow) => (isNarrow ? drawRows : drawColumns)(groups, width))}
<p class="note">A frozen network hears a recording layer by layer: first layers are nearest to the sound, last ones to words. The shares are those that make held-out training labels most likely.</p>`,
  );
}

function groupViews(views: readonly ReportView[]): Group[] {
  const groups = new Map<string, ReportView[]>();
  for (const view of views) {
    const key = JSON.stringify([view.encoder, view.layer === "transcript"]);
    groups.set(key, [...(groups.get(key) ?? []), view]);
  }
  return [...groups.values()].map((own) => ({
    encoder: own[0]!.encoder,
    isText: own[0]!.layer === "transcript",
    layers: own[0]!.layer === "transcript" ? 1 : own[0]!.layers,
    share: own.reduce((sum, { weight }) => sum + weight, 0),
    views: own,
  }));
}

/** Width of a letter of the names over the columns, in pixels, at most. */
const letterWidth = 8.6;
const gap = 56;

/** Columns over the layers, encoders side by side. */
function drawColumns(groups: readonly Group[], width: number): Markup {
  const largest = getLargest(groups);
  const least = groups.map((group) => letterWidth * getTitle(group).length);
  // Encoders of one layer are as wide as their names; the others share what is left.
  const fixed = groups.reduce((sum, { layers }, g) => sum + (layers === 1 ? least[g]! : 0), 0);
  const free = width - gap * (groups.length - 1) - fixed;
  const shared = groups.reduce((sum, { layers }) => sum + (layers === 1 ? 0 : layers), 0);
  const [top, base] = [54, 244];
  const pieces: Markup[] = [];
  let left = 0;
  for (const [g, group] of groups.entries()) {
    const isOne = group.layers === 1;
    const slot = isOne ? 56 : Math.min(72, free / shared);
    const bar = Math.max(3, Math.min(44, slot - Math.max(3, slot / 4)));
    pieces.push(html`<path class="axis" d="M${at(left)} ${base}h${at(slot * group.layers)}"/>`);
    pieces.push(...drawTitle(group, left, top - 38));
    for (let layer = 0; layer < group.layers; layer++) {
      const view = group.views.find((candidate) => group.isText || candidate.layer === layer);
      const middle = left + slot * (layer + 0.5);
      const height = ((base - top - 30) * (view?.weight ?? 0)) / largest;
      if (view) {
        pieces.push(
          html`<rect class="bar" x="${at(middle - bar / 2)}" y="${at(base - height)}" width="${at(bar)}" height="${at(height)}" rx="3"/>`,
        );
      } else pieces.push(html`<circle class="none" cx="${at(middle)}" cy="${base - 8}" r="2.5"/>`);
      if (view && slot > 36 && !isOne) {
        const share = formatPercent(view.weight, 0);
        pieces.push(drawText(middle, base - height - 7, share, { anchor: "middle" }));
      }
      const isNamed = slot > 15 || layer === 0 || layer === group.layers - 1;
      if (!group.isText && isNamed) {
        pieces.push(drawText(middle, base + 18, String(layer), { anchor: "middle", kind: "quiet" }));
      }
    }
    if (!isOne)
      pieces.push(drawText(left, base + 38, "layers, from the sound to the words", { kind: "quiet" }));
    left += Math.max(slot * group.layers, least[g]!) + gap;
  }
  return drawPicture(width, base + 48, tellShares(groups), pieces);
}

/** One bar a view, under each other: for narrow screens. */
function drawRows(groups: readonly Group[], width: number): Markup {
  const largest = getLargest(groups);
  const left = 76;
  const pieces: Markup[] = [];
  let top = 12;
  for (const group of groups) {
    pieces.push(...drawTitle(group, 0, top));
    top += 50;
    for (const { layer, weight } of group.views) {
      const length = ((width - left - 48) * weight) / largest;
      const name = layer === "transcript" ? "transcript" : `layer ${layer}`;
      pieces.push(drawText(0, top, name, { kind: "quiet" }));
      pieces.push(
        html`<rect class="bar" x="${left}" y="${top - 11}" width="${at(Math.max(2, length))}" height="12" rx="3"/>`,
      );
      pieces.push(drawText(left + length + 8, top, formatPercent(weight, 0)));
      top += 24;
    }
    top += 22;
  }
  return drawPicture(width, top - 20, tellShares(groups), pieces);
}

function getLargest(groups: readonly Group[]): number {
  return Math.max(...groups.flatMap(({ views }) => views.map(({ weight }) => weight)));
}

function getTitle({ isText, encoder }: Group): string {
  return isText ? "the words" : encoder;
}

function drawTitle(group: Group, x: number, y: number): Markup[] {
  const share = formatPercent(group.share, 0);
  return [drawText(x, y, getTitle(group), { kind: "quiet" }), drawText(x, y + 24, share, { kind: "big" })];
}

function tellShares(groups: readonly Group[]): string {
  const told = groups
    .flatMap(({ views }) => views)
    .map(
      ({ encoder, layer, weight }) =>
        `${encoder} ${layer === "transcript" ? "words" : `layer ${layer}`} ${formatPercent(weight, 0)}`,
    );
  return `Shares in the decision: ${told.join(", ")}`;
}
