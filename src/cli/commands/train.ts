/** `golem train DATA --out DIR`: trains, scores, saves, and says what was found. */
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { needsTranscriber, sumShares } from "../../classifier/view.ts";
import { pickTopFindings } from "../../doctor/diagnose.ts";
import type { Evaluation } from "../../evaluate/evaluate.ts";
import { checkFolderReplaceable } from "../../node/disk/atomic-write.ts";
import { reportFile } from "../../node/disk/golem-folder.ts";
import type { Golem } from "../../node/golem.ts";
import { train } from "../../node/train.ts";
import { describeEvaluation } from "../describe-evaluation.ts";
import { describeFinding } from "../describe-findings.ts";
import { quoteForShell } from "../printed-path.ts";
import type { Terminal } from "../terminal.ts";
import { type MeasureCommandOptions, toMeasureOptions } from "./shared-options.ts";
import { reportSkipped } from "./skipped.ts";

interface TrainOptions extends MeasureCommandOptions {
  readonly out: string;
  readonly test?: string;
}

/** Runs the command; resolves with the exit code. */
export async function runCommand(
  [data]: [string],
  options: TrainOptions,
  terminal: Terminal,
): Promise<number> {
  const started = performance.now();
  const { out, test, strict } = options;
  await checkFolderReplaceable(out);
  const golem = await train(data, {
    ...toMeasureOptions(options),
    ...(test === undefined ? {} : { test }),
    ...terminal.work,
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
    seconds: (performance.now() - started) / 1000,
    evaluation,
  });
  for (const line of describeTraining(golem, terminal)) terminal.print(line);
  for (const line of describeTopFindings(golem, data, terminal)) terminal.print(line);
  terminal.print(`Saved to ${out}`);
  if (evaluation) terminal.print("The scores of each class are in its golem.json, and printed with --json");
  terminal.print(`See it: ${join(out, reportFile)}`);
  terminal.print(`Next: npx golem predict ${quoteForShell(out)} RECORDING`);
  const skipped = evaluation?.skipped ?? [];
  reportSkipped(skipped, terminal);
  return strict && skipped.length > 0 ? 1 : 0;
}

/** The three findings that matter most, and where to see the others. */
function describeTopFindings({ model }: Golem, data: string, terminal: Terminal): string[] {
  const top = pickTopFindings(model.training.findings ?? []);
  if (top.length === 0) return [];
  return [
    "What the doctor says of these recordings:",
    ...top.flatMap((finding) => describeFinding(finding, terminal)),
    `        All findings: npx golem doctor ${quoteForShell(data)}`,
    "",
  ];
}

/** What was heard, with what, and how well it does: lines for people. */
export function describeTraining({ document, labels, evaluation }: Golem, terminal: Terminal): string[] {
  const { data, views, heads } = document;
  return [
    `Heard ${data.recordings} recordings in ${labels.length} classes, ${Math.round(data.seconds)} s of audio`,
    `Listened with ${describeViews(views)}; learned ${views.length === 1 ? "a" : views.length} ${heads[0]!.kind} head${views.length === 1 ? "" : "s"}`,
    ...describeChoice(heads[0]!.facts),
    "",
    ...(evaluation
      ? describeEvaluation(evaluation as Evaluation, terminal.bold)
      : ["Not scored: a class has one recording, so nothing can be held out."]),
    "",
  ];
}

/** The scores by which a head was chosen, where it was. */
function describeChoice(facts: Golem["document"]["heads"][number]["facts"]): string[] {
  const scores = Object.entries(facts)
    .filter(([name]) => name.startsWith("compared."))
    .map(([name, score]) => `${name.slice("compared.".length)} ${(100 * Number(score)).toFixed(1)} %`);
  return scores.length === 0
    ? []
    : [`  chosen as the simplest within one standard error of the best: ${scores.join(", ")}`];
}

/** Where the answer lies: "moonshine-tiny, layers 2 (40 %) and 5 (30 %), mean+std; the words that moonshine-tiny heard (30 %)". */
function describeViews(views: Golem["document"]["views"]): string {
  const share = (weight: number) => (views.length === 1 ? "" : ` (${Math.round(100 * weight)} %)`);
  const read = views.filter(needsTranscriber);
  const heard = views.filter((view) => !needsTranscriber(view));
  const encoders = [...new Set(heard.map(({ encoder }) => encoder))].map((encoder) => {
    const own = heard.filter((view) => view.encoder === encoder);
    const layers = own.map(({ layer, weight }) => `${layer}${share(weight)}`);
    const names = new Intl.ListFormat("en-GB").format(layers);
    return `${encoder}, layer${own.length === 1 ? "" : "s"} ${names}, ${own[0]!.pooling}`;
  });
  // Transcript and vectors of the decoder come of one run; to people they are one thing.
  const words = read
    .slice(0, 1)
    .map(({ encoder }) => `the words that ${encoder} heard${share(sumShares(read))}`);
  return [...encoders, ...words].join("; ");
}
