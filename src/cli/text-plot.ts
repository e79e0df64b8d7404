/**
 * Plots shares from 0 to 1 as characters, one line per result, under a common scale.
 *
 * Not its concern: what is plotted.
 */

/** Maximum and minimum width from 0 to 1, in characters; with 51, one step is 2 %. */
const [widest, narrowest] = [51, 31];

/** Chooses the width of a plot, in characters, that leaves `taken` columns of a terminal to other text. */
export function choosePlotSize(taken: number, columns = Number.POSITIVE_INFINITY): number {
  return Math.max(narrowest, Math.min(widest, columns - taken - 2));
}

const getPlace = (share: number, width: number): number =>
  Math.round(Math.min(1, Math.max(0, share)) * (width - 1));

/** Draws the scale above the lines: "0 %        25 % ...". */
export function describeScale(width = widest): string {
  const cells = new Array<string>(width + 2).fill(" ");
  for (const percent of [0, 25, 50, 75, 100]) {
    const text = `${percent} %`;
    const start = Math.min(getPlace(percent / 100, width), width + 2 - text.length);
    for (const [i, character] of [...text].entries()) cells[start + i] = character;
  }
  return cells.join("");
}

/** Contents of a line, each drawn over the previous ones. */
interface PlotLine {
  /** Drawn as ":". */
  readonly chance: number;
  /** Drawn as a run of `stroke`. */
  readonly interval: readonly [low: number, high: number];
  readonly stroke: "-" | "~";
  /** Character and share of each mark, the most important last. */
  readonly marks: readonly (readonly [character: string, share: number])[];
}

/** Draws one line of the plot, as wide as the scale. */
export function describeLine({ chance, interval, stroke, marks }: PlotLine, width = widest): string {
  const cells = new Array<string>(width + 2).fill(" ");
  cells[getPlace(chance, width)] = ":";
  cells.fill(stroke, getPlace(interval[0], width), getPlace(interval[1], width) + 1);
  for (const [character, share] of marks) cells[getPlace(share, width)] = character;
  return cells.join("");
}
