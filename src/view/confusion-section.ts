/**
 * The confusion matrix as a table of buttons, and behind every button the recordings that are in it.
 *
 * Not its concern: how recordings are played.
 */
import type { Evaluation } from "../evaluate/evaluate.ts";
import { formatCount, formatPercent, writeSection } from "./chart.ts";
import { writeClassMark } from "./class-marks.ts";
import { html, type Markup } from "./markup.ts";
import { writeRecordingItem } from "./recording-item.ts";
import type { ReportData, ReportRecording } from "./report-data.ts";

/** With more classes than this there is no matrix, only the lists of its fullest cells. */
const maximumColumns = 60;
/** With no more classes than this there is room for their names over the columns. */
const fewColumns = 6;
const maximumLists = 400;
const shades = 5;

interface Cell {
  readonly id: string;
  readonly truth: string;
  readonly predicted: string;
  readonly count: number;
  /** With their places in the report's recordings. */
  readonly recordings: readonly { readonly recording: ReportRecording; readonly index: number }[];
}

/** The section; nothing where nothing was scored. */
export function writeConfusion(data: ReportData): Markup | undefined {
  const { evaluation } = data;
  if (!evaluation) return undefined;
  const cells = listCells(evaluation, data.recordings);
  const mistakes = cells.filter(({ truth, predicted }) => truth !== predicted);
  const worst = mistakes[0];
  const first = worst ?? cells[0];
  const sentence = worst
    ? html`Most often mistaken: <b>${worst.truth}</b> for <b>${worst.predicted}</b> (${formatCount(worst.count)} of ${formatCount(evaluation.perClass[worst.truth]?.support ?? 0)}). Choose a number to see and hear the recordings behind it.`
    : html`No recording was mistaken. Choose a number to see and hear the recordings behind it.`;
  const hasMeans = evaluation.repeats > 1;
  const lists = cells.slice(0, maximumLists);
  return writeSection(
    "mistakes",
    "What it takes for what",
    sentence,
    html`<div class="confusion${evaluation.labels.length > 16 ? " large" : ""}">
<div>${evaluation.labels.length <= maximumColumns ? writeMatrix(evaluation, new Set(lists.map(({ id }) => id)), first?.id) : writeCellMenu(lists)}
<p class="note">Rows are what was recorded, columns what it was taken for${hasMeans ? `; counts are means over ${evaluation.repeats} repeats of cross-validation` : ""}. Found: how many of a row are recognised. Right: how many of a column's answers are true.</p></div>
<div class="lists" aria-live="polite">${lists.map((cell) => writeList(cell, cell.id === first?.id, evaluation.repeats))}</div>
</div>`,
  );
}

/** The cells that are not empty: mistakes first, the fullest first. */
function listCells({ labels, confusion }: Evaluation, recordings: readonly ReportRecording[]): Cell[] {
  const members = new Map<string, { recording: ReportRecording; index: number }[]>();
  for (const [index, recording] of recordings.entries()) {
    if (!recording.isScored) continue;
    for (const { label } of recording.answers) {
      const key = JSON.stringify([recording.label, label]);
      const own = members.get(key);
      if (own) own.push({ recording, index });
      else members.set(key, [{ recording, index }]);
    }
  }
  return labels
    .flatMap((truth, i) =>
      labels.flatMap((predicted, j): Cell[] => {
        const count = confusion[i]?.[j] ?? 0;
        if (!(count > 0)) return [];
        const behind = members.get(JSON.stringify([truth, predicted])) ?? [];
        return [{ id: getCellId(i, j), truth, predicted, count, recordings: behind }];
      }),
    )
    .sort((a, b) => Number(a.truth === a.predicted) - Number(b.truth === b.predicted) || b.count - a.count);
}

function getCellId(row: number, column: number): string {
  return `cell-${row}-${column}`;
}

function writeMatrix(
  evaluation: Evaluation,
  listed: ReadonlySet<string>,
  opened: string | undefined,
): Markup {
  const { labels, confusion, perClass } = evaluation;
  const answered = labels.map((_, j) => confusion.reduce((sum, row) => sum + row[j]!, 0));
  const writeCell = (i: number, j: number): Markup => {
    const count = confusion[i]![j]!;
    if (!(count > 0)) return html`<td></td>`;
    const kind = i === j ? "hit" : "miss";
    const shade = Math.max(1, Math.ceil((shades * count) / (perClass[labels[i]!]?.support || count)));
    const text = count < 0.05 ? "·" : formatCount(count);
    const told = `${text} ${i === j ? `${labels[i]} recognised` : `${labels[i]} taken for ${labels[j]}`}`;
    const id = getCellId(i, j);
    if (!listed.has(id)) return html`<td><span class="cell ${kind} s${shade}">${text}</span></td>`;
    return html`<td><button type="button" class="cell ${kind} s${shade}" data-cell="${id}" aria-pressed="${String(id === opened)}" aria-label="${told}" title="${told}">${text}</button></td>`;
  };
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Confusion matrix">
<table class="matrix"><thead><tr><th scope="col"><span class="hidden">recorded</span></th>${labels.map((label, j) => html`<th scope="col" title="${label}">${writeClassMark(j)}<span class="${labels.length <= fewColumns ? "name" : "hidden"}">${label}</span></th>`)}<th scope="col" class="found">found</th></tr></thead>
<tbody>${labels.map((label, i) => html`<tr><th scope="row"><span class="label" title="${label}">${label}</span>${writeClassMark(i)}</th>${labels.map((_, j) => writeCell(i, j))}<td class="found">${(perClass[label]?.support ?? 0) > 0 ? formatPercent(perClass[label]!.recall, 0) : "–"}</td></tr>`)}</tbody>
<tfoot><tr><th scope="row">right</th>${labels.map((label, j) => html`<td class="right">${answered[j]! > 0 ? Math.round(100 * perClass[label]!.precision) : "–"}</td>`)}<td class="found">%</td></tr></tfoot></table></div>`;
}

function writeCellMenu(cells: readonly Cell[]): Markup {
  return html`<ul class="menu">${cells
    .slice(0, 30)
    .map(
      ({ id, truth, predicted, count }) =>
        html`<li><button type="button" class="cell miss" data-cell="${id}" aria-pressed="false">${truth} for ${predicted} (${formatCount(count)})</button></li>`,
    )}</ul>`;
}

function writeList(
  { id, truth, predicted, count, recordings }: Cell,
  isOpen: boolean,
  repeats: number,
): Markup {
  const share = (recording: ReportRecording): string | undefined => {
    if (repeats === 1) {
      const score = recording.scores.find(({ label }) => label === predicted);
      return `probability ${formatPercent(score?.share ?? 0, 0)}`;
    }
    const answer = recording.answers.find(({ label }) => label === predicted);
    return `${Math.round((answer?.share ?? 0) * repeats)} of ${repeats} times`;
  };
  const title =
    truth === predicted
      ? html`<b>${truth}</b>, recognised`
      : html`<b>${truth}</b> taken for <b>${predicted}</b>`;
  return html`<div class="list" id="${id}"${!isOpen && html` hidden`}><h3>${title} <span class="count">${formatCount(count)}</span></h3>
<ul class="recordings">${recordings.map(({ recording, index }) => writeRecordingItem(recording, index, share(recording)))}</ul></div>`;
}
