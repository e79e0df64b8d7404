/**
 * Writes the measurements as a page of tables and a figure.
 *
 * Not its concern: how it was measured.
 */
import { drawLegend, drawPage, drawPanel, drawText } from "../article/svg.ts";
import { imbalance, type PoolKind, startShots } from "./material.ts";
import { computeMeanCurve, computeSaving, type DrawCurves, fitMonotone, type Saving } from "./savings.ts";
import { batch } from "./simulate.ts";

/** One draw of one set. */
export interface MeasuredDraw {
  readonly set: string;
  readonly kind: PoolKind;
  readonly seed: number;
  readonly classes: number;
  /** Number of recordings labelled at the start, in the pool, and for testing. */
  readonly start: number;
  readonly pool: number;
  readonly test: number;
  readonly curves: DrawCurves;
}

/** Everything that was measured. */
export interface Findings {
  readonly madeWith: string;
  readonly measured: readonly MeasuredDraw[];
  /** Draws that are left out, and why. */
  readonly failed: readonly string[];
  /** A note to readers about this run. */
  readonly note?: string | undefined;
}

/** The method that `golem suggest` uses. */
export const chosenMethod = "diverse-batch";
/** Number of the first draws, on which the method was chosen; later draws were not used for the choice. */
export const choosingDraws = 6;
const ways = ["margin", "badge", "typiclust", "diverse-batch"] as const;
/** Number of batches after which methods are compared, if the pool is large enough. */
const comparedBatches = 8;

interface Cell {
  readonly set: string;
  readonly kind: PoolKind;
  readonly draws: readonly MeasuredDraw[];
}

const setNames = ["digits", "drinks", "esc10", "commands", "wakewords"];
const kinds: readonly PoolKind[] = ["balanced", "long tail"];

function getCells(measured: readonly MeasuredDraw[]): Cell[] {
  return kinds
    .flatMap((kind) =>
      setNames.map((set) => ({ set, kind, draws: measured.filter((m) => m.set === set && m.kind === kind) })),
    )
    .filter(({ draws }) => draws.length > 0);
}

const getCurve = ({ draws }: Cell, way: string): number[] =>
  computeMeanCurve(draws.map(({ curves }) => curves[way]!));

/** Gets the number of batches for which all draws of a cell have labels. */
const getSteps = (cell: Cell): number => Math.min(comparedBatches, getCurve(cell, "random").length - 1);

const computeCellSaving = (cell: Cell, way: string): Saving =>
  computeSaving(
    cell.draws.map(({ curves }) => curves),
    way,
    { steps: getSteps(cell), batch },
  );

const percent = (share: number, digits = 1): string => (100 * share).toFixed(digits);

/** Writes the results of the chosen method, on draws that were not used for the choice. */
function writeOutcome(cells: readonly Cell[]): string {
  const rows = cells.map((cell) => {
    const { set, kind, draws } = cell;
    const { labels, accuracy, needed, saved, interval } = computeCellSaving(cell, chosenMethod);
    const ends = ["random", chosenMethod].map((way) => percent(getCurve(cell, way)[getSteps(cell)]!));
    const start = draws[0]!.start;
    const inAll = needed === undefined ? 0 : Math.max(0, 1 - (start + needed) / (start + labels));
    return `| ${kind} | ${set} | ${draws.length} | ${start} | ${formatPools(draws)} | ${ends.join(" | ")} | ${percent(accuracy)} | ${labels.toFixed(0)} | ${needed?.toFixed(0) ?? "not reached"} | **${percent(saved, 0)} %** | ${percent(interval[0], 0)} to ${percent(interval[1], 0)} % | ${percent(inAll, 0)} % |`;
  });
  return `| pool | set | draws | labelled at the start | in the pool | random at the end, % | suggest at the end, % | level, % | random needs | suggest needs | saved | 95 % interval | saved of all labels, start included |
|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|
${rows.join("\n")}`;
}

function formatPools(draws: readonly MeasuredDraw[]): string {
  const sizes = draws.map(({ pool }) => pool);
  const [low, high] = [Math.min(...sizes), Math.max(...sizes)];
  return low === high ? String(low) : `${low} to ${high}`;
}

/** Writes the results of all methods, on the draws that were used for the choice. */
function writeChoice(cells: readonly Cell[]): string {
  const rows = cells.map((cell) => {
    const found = ways.map((way) => {
      const { needed, saved, interval } = computeCellSaving(cell, way);
      return `${needed === undefined ? "not reached, " : ""}${percent(saved, 0)} % (${percent(interval[0], 0)} to ${percent(interval[1], 0)})`;
    });
    return `| ${cell.kind} | ${cell.set} | ${cell.draws.length} | ${found.join(" | ")} |`;
  });
  const means = ways.map((way) => {
    const all = cells.map((cell) => computeCellSaving(cell, way).saved);
    return `**${percent(all.reduce((sum, value) => sum + value, 0) / all.length, 0)} %**`;
  });
  return `| pool | set | draws | ${ways.join(" | ")} |
|---|---|---:|${ways.map(() => "---:").join("|")}|
${rows.join("\n")}
| mean | | | ${means.join(" | ")} |`;
}

function writeCurves(cells: readonly Cell[]): string {
  const columns = Array.from({ length: comparedBatches + 1 }, (_, step) => step * batch);
  const rows = cells.flatMap((cell) =>
    ["random", ...ways]
      .filter((way) => cell.draws.every(({ curves }) => curves[way]))
      .map((way) => {
        const curve = getCurve(cell, way);
        const values = columns.map((_, step) => (curve[step] === undefined ? "" : percent(curve[step])));
        return `| ${cell.kind} | ${cell.set} | ${way} | ${values.join(" | ")} |`;
      }),
  );
  return `| pool | set | way | ${columns.map((labels) => `+${labels}`).join(" | ")} |
|---|---|---|${columns.map(() => "---:").join("|")}|
${rows.join("\n")}`;
}

/** Writes the page. */
export function writeReport({ measured, failed, note, madeWith }: Findings): string {
  const choosing = getCells(measured.filter(({ seed }) => seed < choosingDraws));
  const fresh = getCells(measured.filter(({ seed }) => seed >= choosingDraws));
  return `# What to label next: labels saved

A golem is trained on ${startShots} recordings per class (the fewest it can be scored on), ${batch} of a pool are chosen and labelled, it is trained again, and so on. It is the
default golem: two encoders, all layers, transcript. Accuracy is balanced accuracy on a third of the speakers (digits, commands), source recordings
(esc10) or, where none are named, recordings (drinks, wakewords); none of these are in the start or the pool. Each draw is a new division; in a draw all ways to
choose start alike, and random choice is the mean of three runs.

Pools are **balanced** (as many of each class as the set has, where random choice is at its strongest) or have a **long tail** (classes in random order, the
last kept ${imbalance} times rarer than the first, as in Cui et al. 2019; test parts stay balanced), as in unsorted recordings.

"Level" is what random choice reaches with ${comparedBatches * batch} labels beyond the start (fewer where the pool has fewer). "Saved" is how many fewer labels the other way needs for that
level; labels of the start, which all share, are not counted, except in the last column. Mean curves are made monotone before they are read (isotonic regression), intervals are by a
bootstrap over draws. What does not reach the level saves nothing.

## What \`golem suggest\` saves

Draws from ${choosingDraws} up, which had no part in choosing the method:

${writeOutcome(fresh)}

Wakewords leave next to nothing to save: two recordings per class are almost enough.

![Balanced accuracy over labels](suggest.svg)

## How the method was chosen

Between four published ways, each as its authors set it, on draws 0 to ${choosingDraws - 1}: labels saved, with 95 % intervals.

- \`margin\`: smallest difference of the two highest probabilities (Scheffer et al. 2001).
- \`badge\`: k-means++ on gradient embeddings (Ash et al. 2020).
- \`typiclust\`: the most typical recordings of clusters without a label (Hacohen et al. 2022).
- \`diverse-batch\`: k-means weighted by uncertainty among the ten times as many that are least sure (Zhdanov 2019). What \`golem suggest\` does.

${writeChoice(choosing)}

The recordings are the same in all draws, their division is not.${failed.length > 0 ? `\n\nLeft out, since training failed: ${failed.join(" ")}` : ""}

## Curves: balanced accuracy (%) by labels beyond the start

Draws from ${choosingDraws} up:

${writeCurves(fresh)}

Draws 0 to ${choosingDraws - 1}:

${writeCurves(choosing)}

Made by \`runs/suggest.ts\` with ${madeWith}.${note ? ` ${note}` : ""}
`;
}

/** Draws the curves of `golem suggest` and of random choice. */
export function drawFigure(findings: Findings): string {
  const cells = getCells(findings.measured.filter(({ seed }) => seed >= choosingDraws));
  const columns = new Set(cells.map(({ set }) => set)).size;
  const [width, height] = [190, 200];
  const panels = cells.flatMap((cell, i) => {
    const steps = Math.max(getSteps(cell), 1);
    const lines = (["random", chosenMethod] as const).map((way) => ({
      kind: way === "random" ? ("training" as const) : ("held" as const),
      values: getCurve(cell, way).slice(0, steps + 1),
    }));
    const panel = {
      title: `${cell.set}, ${cell.kind}`,
      steps: Array.from({ length: steps + 1 }, (_, step) => (step % 2 === 0 ? `+${step * batch}` : "")),
      ...{ lines, guess: fitMonotone(lines[0]!.values).at(-1)!, maximum: 1.04 },
      ticks: [0, 0.25, 0.5, 0.75, 1],
      format: (value: number) => `${100 * value} %`,
    };
    const [left, top] = [8 + width * (i % columns), 14 + height * Math.floor(i / columns)];
    return drawPanel(panel, { left, top, width, height: height - 10 });
  });
  const bottom = 14 + 2 * height;
  return drawPage(
    16 + width * columns,
    bottom + 96,
    "Balanced accuracy over labels: golem suggest and random choice.",
    [
      ...panels,
      ...drawLegend(24, bottom + 22, [
        { kind: "held", text: "golem suggest" },
        { kind: "training", text: "random choice" },
        { kind: "guess", text: "what random choice reaches at the end" },
      ]),
      drawText(
        24,
        bottom + 78,
        "Balanced accuracy on held-out speakers or recordings by labels beyond the start.",
        {
          kind: "small",
        },
      ),
    ],
  );
}
