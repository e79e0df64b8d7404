/**
 * The map: every recording a mark with its class's number, near those that sound alike to the golem.
 *
 * Not its concern: how places were found, how recordings are played.
 */
import { at, drawBoth, formatPercent, writeSection } from "./chart.ts";
import { getColourClass, writeClassMark } from "./class-marks.ts";
import { layOutMarks } from "./map-layout.ts";
import { html, type Markup } from "./markup.ts";
import { describeAnswer, isMistaken } from "./recording-item.ts";
import type { ReportData, ReportRecording } from "./report-data.ts";

interface Placed {
  readonly recording: ReportRecording;
  readonly index: number;
  readonly position: readonly [number, number];
}

/** Most marks that are drawn: the time for it grows with their square. */
const maximumPlaced = 500;

/** The section; nothing where no recording has a place. */
export function writeMap({ recordings, labels }: ReportData): Markup | undefined {
  const placed = recordings
    .flatMap((recording, index): Placed[] =>
      recording.position ? [{ recording, index, position: recording.position }] : [],
    )
    .slice(0, maximumPlaced);
  if (placed.length < 3) return undefined;
  const hasBoth =
    placed.some(({ recording }) => recording.isTrained) &&
    placed.some(({ recording }) => !recording.isTrained);
  const left = recordings.length - placed.length;
  const near = computeNeighbourShare(placed);
  return writeSection(
    "map",
    "How the recordings lie to each other",
    html`Near means alike to the golem's ears: <b>${formatPercent(near, 0)}</b> have a nearest neighbour of their own class here. Point at a mark to see what it is, choose it to listen.`,
    html`<div class="map" data-colour="label">
<fieldset class="choice"><legend class="hidden">Colour by</legend>
<label><input type="radio" name="colour" value="label" checked> class</label><label><input type="radio" name="colour" value="mistake"> mistakes</label></fieldset>
<div class="stage">${drawBoth((width, isNarrow) => drawMap(placed, labels, width, isNarrow), { wide: 760, narrow: 344 })}</div>
<div class="legend"><ul class="classes">${labels.map((label, i) => html`<li><button type="button" data-class="${i}" aria-pressed="false">${writeClassMark(i)}<span>${label}</span></button></li>`)}</ul>
<p class="note">${hasBoth && html`Round: learned from. Square: tested on. `}In the view of mistakes, orange: taken for another class while held out. Only neighbourhood counts; long distances and the size of gaps are only approximate.${left > 0 && ` ${left} recordings are not shown: ${placed.length} were drawn.`}</p></div></div>`,
  );
}

/** Share of the marks whose nearest mark is of the same class. */
function computeNeighbourShare(placed: readonly Placed[]): number {
  let same = 0;
  for (const one of placed) {
    let nearest = Infinity;
    let label = "";
    for (const other of placed) {
      if (other === one) continue;
      const distance =
        (one.position[0] - other.position[0]) ** 2 + (one.position[1] - other.position[1]) ** 2;
      if (distance < nearest) [nearest, label] = [distance, other.recording.label];
    }
    if (label === one.recording.label) same++;
  }
  return same / placed.length;
}

function drawMap(
  placed: readonly Placed[],
  labels: readonly string[],
  width: number,
  isNarrow: boolean,
): Markup {
  const radius = (isNarrow ? 7 : 10) * (placed.length > 250 ? 0.75 : 1);
  const { places, height } = layOutMarks(
    placed.map(({ position }) => position),
    width,
    radius,
  );
  const marks = placed.map(({ recording, index }, place) => {
    const [x, y] = places[place]!;
    const number = labels.indexOf(recording.label);
    const name = number < 0 ? "?" : number + 1;
    const shape = recording.isTrained
      ? html`<circle cx="${at(x)}" cy="${at(y)}" r="${at(radius)}"/>`
      : html`<rect x="${at(x - radius)}" y="${at(y - radius)}" width="${at(2 * radius)}" height="${at(2 * radius)}" rx="3"/>`;
    const told = [`${name}, ${recording.label}`, describeAnswer(recording), recording.file];
    return html`<g class="dot ${getColourClass(Math.max(0, number))}${isMistaken(recording) && " wrong"}" role="button" tabindex="${place === 0 ? 0 : -1}" data-rec="${index}" data-of="${number}" aria-label="${told.filter(Boolean).join(", ")}">${shape}<text x="${at(x)}" y="${at(y + 0.37 * radius)}" text-anchor="middle">${name}</text></g>`;
  });
  return html`<svg viewBox="0 0 ${width} ${at(height)}" width="${width}" height="${at(height)}" class="${radius < 8 ? "tiny" : ""}" role="group" aria-label="Map of ${placed.length} recordings. Arrow keys go from one to the next, Enter plays.">${marks}</svg>`;
}
