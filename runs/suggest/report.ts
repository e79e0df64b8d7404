/**
 * What was measured, as a page of tables and a figure.
 *
 * Must not know: how it was measured.
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
  /** Recordings labelled at the start, waiting in the pool, kept for testing. */
  readonly start: number;
  readonly pool: number;
  readonly test: number;
  readonly curves: DrawCurves;
}

/** Everything that was measured. */
export interface Findings {
  readonly madeWith: string;
  readonly measured: readonly MeasuredDraw[];
}

/** The method that `golem suggest` uses. */
export const chosenMethod = "diverse-batch";
/** The first draws, on which the method was chosen; those after them were not looked at before. */
export const choosingDraws = 6;
const ways = ["margin", "badge", "typiclust", "diverse-batch"] as const;
/** Batches after which ways are compared, where the pool lasts. */
const comparedBatches = 8;

interface Cell {
  readonly set: string;
  readonly kind: PoolKind;
  readonly draws: readonly MeasuredDraw[];
}

function getCells({ measured }: Findings): Cell[] {
  const kinds: readonly PoolKind[] = ["balanced", "long tail"];
  const sets = [...new Set(measured.map(({ set }) => set))];
  return kinds.flatMap((kind) =>
    sets.map((set) => ({ set, kind, draws: measured.filter((m) => m.set === set && m.kind === kind) })),
  );
}

const getCurve = ({ draws }: Cell, way: string): number[] =>
  computeMeanCurve(draws.map(({ curves }) => curves[way]!));

/** Batches that all draws of a cell have labels for. */
const getSteps = (cell: Cell): number =>
  Math.min(comparedBatches, ...[...ways, "random"].map((way) => getCurve(cell, way).length - 1));

const computeCellSaving = (cell: Cell, way: string): Saving =>
  computeSaving(
    cell.draws.map(({ curves }) => curves),
    way,
    { steps: getSteps(cell), batch },
  );

const percent = (share: number, digits = 1): string => (100 * share).toFixed(digits);

function writeSavings(cells: readonly Cell[]): string {
  const rows = cells.map((cell) => {
    const { set, draws } = cell;
    const found = ways.map((way) => describeSaving(computeCellSaving(cell, way), way === chosenMethod));
    const { labels, accuracy } = computeCellSaving(cell, chosenMethod);
    return `| ${set} | ${draws.length} | ${draws[0]!.start} | ${formatPools(draws)} | ${percent(accuracy)} | ${labels.toFixed(0)} | ${found.join(" | ")} |`;
  });
  return `| set | draws | labelled at the start | in the pool | level, % | random needs | ${ways.join(" | ")} |
|---|---:|---:|---:|---:|---:|${ways.map(() => "---:").join("|")}|
${rows.join("\n")}`;
}

function formatPools(draws: readonly MeasuredDraw[]): string {
  const sizes = draws.map(({ pool }) => pool);
  const [low, high] = [Math.min(...sizes), Math.max(...sizes)];
  return low === high ? String(low) : `${low} to ${high}`;
}

function describeSaving({ needed, saved, interval }: Saving, isChosen: boolean): string {
  const text =
    needed === undefined
      ? `not reached (0 to ${percent(interval[1], 0)} %)`
      : `${needed.toFixed(0)}: ${percent(saved, 0)} % (${percent(interval[0], 0)} to ${percent(interval[1], 0)})`;
  return isChosen ? `**${text}**` : text;
}

function writeCurves(cells: readonly Cell[]): string {
  const columns = Array.from({ length: comparedBatches + 1 }, (_, step) => step * batch);
  const rows = cells.flatMap((cell) =>
    ["random", ...ways].map((way) => {
      const curve = getCurve(cell, way);
      return `| ${cell.set} | ${way} | ${columns.map((_, step) => (curve[step] === undefined ? "" : percent(curve[step]))).join(" | ")} |`;
    }),
  );
  return `| set | way | ${columns.map((labels) => `+${labels}`).join(" | ")} |
|---|---|${columns.map(() => "---:").join("|")}|
${rows.join("\n")}`;
}

/** Writes the page. */
export function writeReport(findings: Findings): string {
  const cells = getCells(findings);
  const [balanced, tailed] = (["balanced", "long tail"] as const).map((kind) =>
    cells.filter((cell) => cell.kind === kind),
  ) as [Cell[], Cell[]];
  return `# What to label next: labels saved

A golem is trained on ${startShots} recordings a class (the fewest that \`golem train\` takes), chooses ${batch} of a pool, is told their labels, is
trained again, and so on. It is the default golem: two encoders, all layers, transcript. Accuracy is balanced accuracy on a third of the speakers (digits,
commands, banking), source recordings (esc10) or, where none are named, recordings (drinks, wakewords), none of which are in the
start or the pool. Each draw is a new division; all ways to choose start alike; random choice is the mean of three runs a draw.

- \`margin\`: smallest difference of the two highest probabilities (Scheffer et al. 2001).
- \`badge\`: k-means++ on gradient embeddings (Ash et al. 2020). This is what \`golem suggest\` does.
- \`typiclust\`: the most typical recordings of clusters without a label (Hacohen et al. 2022).
- \`diverse-batch\`: k-means weighted by uncertainty among the least sure (Zhdanov 2019).

All four as published, with their authors' settings; nothing was tuned. 

"Level" is the balanced accuracy that random choice reaches with ${comparedBatches * batch} labels more than the start (fewer where the pool has fewer). The
columns say how many labels each way needs for it, and how much that is saved of what random choice needs, with a 95 % interval (bootstrap over
draws). Labels of the start, which all ways share, are not counted. A way that does not reach the level saves nothing (0 %).

![Balanced accuracy over labels](suggest.svg)

## Balanced pools: as many of each class as the set has

${writeSavings(balanced)}

## Long tails: the rarest class is ${imbalance} times rarer than the most frequent (random order in each draw; test parts stay balanced)

${writeSavings(tailed)}

## Curves: balanced accuracy (%) by labels beyond the start

Balanced pools:

${writeCurves(balanced)}

Long tails:

${writeCurves(tailed)}

Made by \`runs/suggest.ts\` with ${findings.madeWith}.
`;
}

/** Draws what \`golem suggest\` does against random choice. */
export function drawFigure(findings: Findings): string {
  const cells = getCells(findings);
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
  return drawPage(16 + width * columns, bottom + 96, "Balanced accuracy over labels: golem suggest and random choice.", [
    ...panels,
    ...drawLegend(24, bottom + 22, [
      { kind: "held", text: "golem suggest" },
      { kind: "training", text: "random choice" },
      { kind: "guess", text: "what random choice reaches at the end" },
    ]),
    drawText(24, bottom + 78, "Balanced accuracy on held-out speakers or recordings by labels beyond the start.", {
      kind: "small",
    }),
  ]);
}
