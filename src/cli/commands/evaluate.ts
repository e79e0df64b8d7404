/** `golem evaluate GOLEM DATA`: scores a golem on recordings it was not trained on. */
import { dirname, resolve } from "node:path";
import type { Evaluation } from "../../evaluate/evaluate.ts";
import { writeFileAtomic } from "../../node/disk/atomic-write.ts";
import type { EnvironmentOptions } from "../../node/environment.ts";
import { type Golem, loadGolem } from "../../node/golem.ts";
import { describeClasses, describeEvaluation } from "../describe-evaluation.ts";
import type { CommonOptions, Terminal } from "../terminal.ts";
import { reportSkipped } from "./skipped.ts";

interface EvaluateOptions extends CommonOptions {
  readonly encoder?: string;
  readonly limit?: number;
  readonly strict?: boolean;
  readonly report?: string;
  readonly audio: boolean;
}

/** Runs the command; resolves with the exit code. */
export async function runCommand(
  [folder, data]: [string, string],
  { encoder, limit, strict, report, audio }: EvaluateOptions,
  terminal: Terminal,
): Promise<number> {
  const golem = await loadGolem(folder, { ...terminal.work, encoder });
  const work = { ...terminal.work, ...(limit === undefined ? {} : { limit }) };
  const evaluation =
    report === undefined
      ? await golem.evaluate(data, work)
      : await evaluateWithReport(golem, data, report, { ...work, audio });
  terminal.printJson(evaluation);
  for (const line of describeEvaluation(evaluation, terminal.bold)) terminal.print(line);
  terminal.print("");
  for (const line of describeClasses(evaluation)) terminal.print(line);
  if (report !== undefined) terminal.print(`\nReport: ${report}`);
  reportSkipped(evaluation.skipped, terminal);
  return strict && evaluation.skipped.length > 0 ? 1 : 0;
}

/** Scores the golem and writes the report. */
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
