/**
 * Simulates the coverage of the 95 % interval of balanced accuracy: `npx tsx runs/interval-coverage.ts`
 * writes runs/results/interval-coverage.md (about ten minutes on one core); with the argument `pipeline` it
 * prints only the last table. The numbers are seeded, and the same every time.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import {
  type CoverageCell,
  computeCoverage,
  concentrateErrors,
  spreadRecalls,
} from "../test/support/interval-simulation.ts";
import { computePipelineCoverage, type PipelineCell } from "./interval-coverage-pipeline.ts";

const draws = 2000;
const sets = 300;
const accuracies = [0.1, 0.5, 0.8, 0.95, 0.99];
let seed = 0;
const lines: string[] = [];

function print(line = ""): void {
  lines.push(line);
  console.error(line);
}

function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  print(`| ${header.join(" | ")} |`);
  print(`|${header.map(() => "---|").join("")}`);
  for (const row of rows) print(`| ${row.join(" | ")} |`);
  print();
}

const run = (cell: CoverageCell, count = draws) => computeCoverage(cell, count, seed++);
const percent = (share: number): string => (100 * share).toFixed(1);
const repeat = (value: number, count: number): number[] => new Array<number>(count).fill(value);

function printIndependent(): void {
  const layouts: Record<string, number[]> = {
    "7 classes x 2": repeat(2, 7),
    "14 x 1": repeat(1, 14),
    "10 x 5": repeat(5, 10),
    "14 x 4": repeat(4, 14),
    "30 x 2": repeat(2, 30),
    "10 x 20": repeat(20, 10),
    "2, 2, 3, 5, 8, 10, 20": [2, 2, 3, 5, 8, 10, 20],
    "5 x 2 and 5 x 8": [...repeat(2, 5), ...repeat(8, 5)],
    "1, 1, 1, 1, 46": [...repeat(1, 4), 46],
    "3, 97": [3, 97],
  };
  const kinds: [string, (p: number, sizes: number[]) => CoverageCell[]][] = [
    ["equal class accuracies", (p, sizes) => [{ sizes, recalls: spreadRecalls(p, sizes.length, 0) }]],
    [
      "unequal: the lowest of spread, errors in the first classes, errors in the last classes",
      (p, sizes) => [
        { sizes, recalls: spreadRecalls(p, sizes.length, 1) },
        { sizes, recalls: concentrateErrors(p, sizes.length) },
        { sizes, recalls: concentrateErrors(p, sizes.length).reverse() },
      ],
    ],
    [
      "mean of 10 repeats a recording, equal class accuracies",
      (p, sizes) => [{ sizes, recalls: spreadRecalls(p, sizes.length, 0), fractional: true }],
    ],
  ];
  for (const [kind, getCells] of kinds) {
    print(`### Independent recordings, ${kind}\n`);
    const rows = Object.entries(layouts).map(([name, sizes]) => [
      name,
      ...accuracies.map((p) => {
        const found = getCells(p, sizes).map((cell) => run(cell));
        const least = found.reduce((a, b) => (b.coverage < a.coverage ? b : a));
        return `${percent(least.coverage)} (${least.width.toFixed(2)})`;
      }),
    ]);
    printTable(["recordings per class", ...accuracies.map((p) => `true ${p}`)], rows);
  }
}

function printGrouped(): void {
  for (const shots of [5, 20]) {
    print(`### ${10 * shots} recordings (10 classes x ${shots}) by few speakers\n`);
    const rows: string[][] = [];
    for (const speakers of [3, 5, 8, 20]) {
      for (const correlation of [0, 0.1, 0.2, 0.4]) {
        const cell = { sizes: repeat(shots, 10), speakers, correlation };
        const found = accuracies.map((p) => run({ ...cell, recalls: spreadRecalls(p, 10, 0.5) }, draws / 2));
        const naive = run({ ...cell, recalls: spreadRecalls(0.8, 10, 0.5), ignoreSpeakers: true }, draws / 2);
        rows.push([
          `${speakers}`,
          `${correlation}`,
          ...found.map(({ coverage, width }) => `${percent(coverage)} (${width.toFixed(2)})`),
          percent(naive.coverage),
        ]);
      }
    }
    const columns = accuracies.map((p) => `true ${p}`);
    printTable(["speakers", "correlation", ...columns, "without speakers, true 0.8"], rows);
  }
}

async function printPipeline(): Promise<void> {
  const centroid = { classifier: "centroid", sizes: repeat(5, 10), features: 500, separation: 1 } as const;
  const small = { ...centroid, features: 50 };
  const ridge = { ...small, classifier: "ridge" } as const;
  const cells: [string, PipelineCell][] = [
    ["10 x 5, no signal", { ...small, separation: 0 }],
    ...[1, 1.5].map((separation): [string, PipelineCell] => ["10 x 5", { ...small, separation }]),
    ...[1, 1.5].map((separation): [string, PipelineCell] => ["10 x 5", { ...ridge, separation }]),
    ...[1, 1.5].map((separation): [string, PipelineCell] => ["10 x 5", { ...centroid, separation }]),
    ...[1, 1.5].map((separation): [string, PipelineCell] => [
      "14 x 4",
      { ...centroid, sizes: repeat(4, 14), separation },
    ]),
    ...[1, 1.5].map((separation): [string, PipelineCell] => [
      "30 x 2",
      { ...centroid, sizes: repeat(2, 30), separation },
    ]),
    ["2, 3, 5, 10, 20", { ...small, sizes: [2, 3, 5, 10, 20], separation: 1.3 }],
    ...[3, 5, 8, 20].flatMap((speakers) =>
      [0.3, 1].map((voice): [string, PipelineCell] => [
        `10 x 5, ${speakers} speakers, voice ${voice}`,
        { ...small, separation: 1.5, speakers, voice },
      ]),
    ),
  ];
  const rows: string[][] = [];
  for (const [name, cell] of cells) {
    const found = await computePipelineCoverage(cell, sets, seed++);
    rows.push([
      name,
      `${cell.features}`,
      cell.classifier,
      found.truth.toFixed(3),
      found.estimate.toFixed(3),
      percent(found.coverage),
      percent(found.optimistic),
      percent(found.pessimistic),
      found.width.toFixed(2),
    ]);
    console.error(rows.at(-1)!.join(" "));
  }
  print("### The whole protocol\n");
  printTable(
    [
      "classes x recordings",
      "features",
      "classifier",
      "true",
      "cross-validated",
      "coverage",
      "too high",
      "too low",
      "width",
    ],
    rows,
  );
}

print("# Coverage of the 95 % interval of balanced accuracy\n");
print(
  `Made by runs/interval-coverage.ts. Method: header of src/evaluate/interval.ts. Cells: coverage in percent (mean width). ` +
    `${draws} draws a cell (${draws / 2} with speakers): 95.0 is measured as 95.0 +- 0.5 (0.7), one standard error. ` +
    `Correlation is that of correctness within a speaker (beta-binomial). Machine: ${cpus()[0]?.model.trim()}, Node ${process.version}.\n`,
);
const part = process.argv[2] ?? "all";
if (part !== "pipeline") {
  printIndependent();
  seed = 250;
  printGrouped();
}
seed = 442;
print(
  `For the whole protocol: ${sets} data sets a row (95.0 +- 1.3), Gaussian classes and, where there are any, speakers' offsets; 10 repeats of k-fold ` +
    "cross-validation by speaker where known; the truth is the accuracy of the classifier trained on all recordings on 20,000 new " +
    'ones by new speakers. "Too high": the whole interval lies above the truth.\n',
);
await printPipeline();
const target = fileURLToPath(new URL("results/interval-coverage.md", import.meta.url));
// A part is only printed to stderr.
if (part === "all") mkdirSync(new URL("results/", import.meta.url), { recursive: true });
if (part === "all") writeFileSync(target, `${lines.join("\n").trimEnd()}\n`);
