/** `golem evaluate GOLEM DATA`: scores a golem on recordings on which it was not trained. */
import { dirname, resolve } from "node:path";
import type { Evaluation } from "../../evaluate/evaluation.ts";
import { writeFileAtomic } from "../../node/disk/atomic-write.ts";
import type { EnvironmentOptions } from "../../node/environment.ts";
import { type Golem, loadGolem } from "../../node/golem.ts";
import { describeClasses, describeEvaluation } from "../describe-evaluation.ts";
import { describeEventScores } from "../describe-event-scores.ts";
import type { EvaluateOutput } from "../output.ts";
import type { CommonOptions, Terminal } from "../terminal.ts";
import type { AnnotationCommandOptions } from "./shared-options.ts";
import { reportSkipped } from "./skipped.ts";

interface EvaluateOptions extends CommonOptions, AnnotationCommandOptions {
  readonly encoder?: string;
  readonly limit?: number;
  readonly strict?: boolean;
  readonly report?: string;
  readonly audio: boolean;
  readonly events?: boolean;
  readonly tolerance?: number;
}

/** Runs the command; resolves with the exit code. */
export async function runCommand(
  [folder, data]: [string, string],
  options: EvaluateOptions,
  terminal: Terminal,
): Promise<number> {
  const { encoder, limit, strict, report, audio, margin, background } = options;
  const golem = await loadGolem(folder, { ...terminal.work, encoder });
  if (options.events === true) return printEventScores(golem, data, options, terminal);
  const work = {
    ...terminal.work,
    annotations: { margin, background },
    ...(limit === undefined ? {} : { limit }),
  };
  const evaluation =
    report === undefined
      ? await golem.evaluate(data, work)
      : await evaluateWithReport(golem, data, report, { ...work, audio });
  terminal.printJson(evaluation satisfies EvaluateOutput);
  for (const line of describeEvaluation(evaluation, terminal)) terminal.print(line);
  terminal.print("");
  for (const line of describeClasses(evaluation, terminal.width)) terminal.print(line);
  if (report !== undefined) terminal.print(`\nReport: ${report}`);
  reportSkipped(evaluation.skipped, terminal);
  return strict && evaluation.skipped.length > 0 ? 1 : 0;
}

async function printEventScores(
  golem: Golem,
  data: string,
  { tolerance }: EvaluateOptions,
  terminal: Terminal,
): Promise<number> {
  const { evaluateEvents } = await import("../../node/evaluate-events.ts");
  const scores = await evaluateEvents(golem, data, { ...terminal.work, tolerance });
  terminal.printJson(scores satisfies EvaluateOutput);
  for (const line of describeEventScores(scores, terminal.bold)) terminal.print(line);
  return 0;
}

async function evaluateWithReport(
  golem: Golem,
  data: string,
  file: string,
  { audio, ...work }: EnvironmentOptions & { readonly limit?: number; readonly audio: boolean },
): Promise<Evaluation> {
  const { evaluateForReport } = await import("../../node/report/evaluation-report.ts");
  const { composeReport } = await import("../../node/report/golem-report.ts");
  const { evaluation, report, sources } = await evaluateForReport(golem, data, work);
  const folder = resolve(dirname(file));
  const page = await composeReport(
    golem.model,
    report,
    audio ? { ...work, sources, folder, sound: "embed" } : undefined,
  );
  await writeFileAtomic(resolve(file), page);
  return evaluation;
}
