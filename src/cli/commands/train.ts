/** `golem train DATA --out DIR`: trains, scores and saves a golem, and prints findings. */
import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { performance } from "node:perf_hooks";
import { needsTranscriber, sumShares } from "../../classifier/view.ts";
import type { Device } from "../../core/device.ts";
import { formatPercent } from "../../core/format.ts";
import { pickTopFindings } from "../../doctor/diagnose.ts";
import type { Evaluation } from "../../evaluate/evaluation.ts";
import { reportFile } from "../../golem/golem-files.ts";
import { maximumDense } from "../../head/large-ridge.ts";
import { checkFolderReplaceable } from "../../node/disk/atomic-write.ts";
import type { Golem } from "../../node/golem.ts";
import { train } from "../../node/train.ts";
import { describeLargerEncoder } from "../../view/sentences.ts";
import { describeEvaluation } from "../describe-evaluation.ts";
import { describeFinding } from "../describe-findings.ts";
import type { TrainOutput } from "../output.ts";
import { quoteForShell } from "../printed-path.ts";
import type { Terminal } from "../terminal.ts";
import { formatRow } from "../text-table.ts";
import { type MeasureCommandOptions, toMeasureOptions } from "./shared-options.ts";
import { reportSkipped } from "./skipped.ts";

interface TrainOptions extends MeasureCommandOptions {
  readonly out: string;
  readonly test?: string;
  readonly device?: Device;
  readonly negatives?: number;
}

/** Runs the command; resolves with the exit code. */
export async function runCommand(
  [data]: [string],
  options: TrainOptions,
  terminal: Terminal,
): Promise<number> {
  const started = performance.now();
  const { out, test, negatives, strict, device } = options;
  await checkFolderReplaceable(out);
  const golem = await train(data, {
    ...toMeasureOptions(options),
    ...(test === undefined ? {} : { test }),
    ...(negatives === undefined ? {} : { negatives }),
    ...{ ...terminal.work, device },
  });
  await golem.save(out);
  const { document, labels, evaluation } = golem;
  terminal.printJson({
    golem: out,
    labels,
    recordings: document.data.recordings,
    encoder: document.views[0]!.encoder,
    head: document.heads[0]!.kind,
    views: document.views,
    ...(document.augment ? { augment: document.augment } : {}),
    seconds: (performance.now() - started) / 1000,
    evaluation,
  } satisfies TrainOutput);
  for (const line of describeTraining(golem, terminal)) terminal.print(line);
  for (const line of describeTopFindings(golem, data, terminal)) terminal.print(line);
  terminal.print(`Saved to ${out}`);
  terminal.print(`Report: ${join(out, reportFile)}`);
  const example = await findExample(data, golem.model.training.recordings[0]?.file);
  terminal.print(`Next: npx golem predict ${quoteForShell(out)} ${example ?? "RECORDING"}`);
  if (!terminal.verbose)
    terminal.print(terminal.dim("More: --verbose; scores per class: in the report, and with --json"));
  const skipped = evaluation?.skipped ?? [];
  reportSkipped(skipped, terminal);
  return strict && skipped.length > 0 ? 1 : 0;
}

/** Finds a recording of the data set for the command to try; undefined if its files are elsewhere. */
async function findExample(data: string, file: string | undefined): Promise<string | undefined> {
  for (const folder of file === undefined ? [] : [data, dirname(data)]) {
    const path = join(folder, file!);
    if (await stat(path).catch(() => undefined)) return quoteForShell(path);
  }
  return undefined;
}

/** Describes the three most important findings, and how to see the others. */
function describeTopFindings({ model }: Golem, data: string, terminal: Terminal): string[] {
  const top = pickTopFindings(model.training.findings ?? []);
  if (top.length === 0) return [];
  return [
    "Findings of the doctor:",
    ...top.flatMap((finding) => describeFinding(finding, terminal)),
    `            All findings: npx golem doctor ${quoteForShell(data)}`,
    "",
  ];
}

/** Describes the recordings, the views and the score in lines of text. */
export function describeTraining({ document, labels, evaluation }: Golem, terminal: Terminal): string[] {
  const { data, views, heads } = document;
  const larger = describeLargerEncoder(views);
  return [
    ...formatRow(
      "Trained on",
      `${data.recordings} recordings${data.synthetic ? ` (${data.synthetic} of synthetic voices)` : ""} in ${labels.length} classes, ${Math.round(data.seconds)} s of audio`,
      terminal.width,
    ),
    ...(evaluation
      ? describeEvaluation(evaluation as Evaluation, terminal)
      : formatRow("Score", "none: a class has only one recording, so none can be held out", terminal.width)),
    ...(terminal.verbose
      ? [
          `  views: ${describeViews(views)}; ${views.length} ${heads[0]!.kind} head${views.length === 1 ? "" : "s"}`,
          ...describeChoice(heads[0]!.facts),
          ...describeAugment(document.augment),
        ]
      : []),
    ...(larger ? formatRow("Hint", larger, terminal.width) : []),
    ...describeSample(heads[0]!.facts, data.recordings),
    "",
  ];
}

/** Describes the varied copies, if there are any. */
function describeAugment(augment: Golem["document"]["augment"]): string[] {
  if (!augment) return [];
  const { copies, kinds, share } = augment;
  return [
    `Copies: ${copies} of each recording, varied by ${new Intl.ListFormat("en-GB").format(kinds)}; heads also trained on them have a weight of ${formatPercent(share)}`,
  ];
}

/** Describes the sample of recordings on which weights were chosen, if it is one. */
function describeSample(
  { chosenOn }: Golem["document"]["heads"][number]["facts"],
  recordings: number,
): string[] {
  if (typeof chosenOn !== "number" || recordings <= maximumDense) return [];
  return [
    `  penalties and weights chosen on a sample of ${chosenOn} recordings; cross-validation not repeated`,
  ];
}

/** Describes the scores by which a head was chosen, if it was chosen. */
function describeChoice(facts: Golem["document"]["heads"][number]["facts"]): string[] {
  const scores = Object.entries(facts)
    .filter(([name]) => name.startsWith("compared."))
    .map(([name, score]) => `${name.slice("compared.".length)} ${formatPercent(Number(score))}`);
  return scores.length === 0
    ? []
    : [`  chosen as the simplest within one standard error of the best: ${scores.join(", ")}`];
}

const leastShare = 0.005;

/**
 * Describes the views with their weights: "moonshine-tiny, layers 2 (40 %) and 5 (30 %), mean+std; transcript
 * by moonshine-tiny (30 %)".
 */
function describeViews(views: Golem["document"]["views"]): string {
  const share = (weight: number) => (views.length === 1 ? "" : ` (${formatPercent(weight, 0)})`);
  // Weights that round to 0 % are omitted.
  const counted = views.filter(({ weight }) => weight >= leastShare);
  const transcribed = counted.filter(needsTranscriber);
  const layerViews = counted.filter((view) => !needsTranscriber(view));
  const encoders = [...new Set(layerViews.map(({ encoder }) => encoder))].map((encoder) => {
    const own = layerViews.filter((view) => view.encoder === encoder);
    const layers = own.map(({ layer, weight }) => `${layer}${share(weight)}`);
    const names = new Intl.ListFormat("en-GB").format(layers);
    return `${encoder}, layer${own.length === 1 ? "" : "s"} ${names}, ${own[0]!.pooling}`;
  });
  // Transcript and decoder vectors come from one run; they are shown as one.
  const words = transcribed
    .slice(0, 1)
    .map(({ encoder }) => `transcript by ${encoder}${share(sumShares(transcribed))}`);
  return [...encoders, ...words].join("; ");
}
