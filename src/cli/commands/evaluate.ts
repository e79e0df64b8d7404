/** `golem evaluate GOLEM DATA`: scores a golem on recordings it was not trained on. */
import { loadGolem } from "../../node/golem.ts";
import { describeClasses } from "../describe-classes.ts";
import { describeEvaluation } from "../describe-evaluation.ts";
import type { CommonOptions, Terminal } from "../terminal.ts";
import { reportSkipped } from "./skipped.ts";

interface EvaluateOptions extends CommonOptions {
  readonly encoder?: string;
  readonly limit?: number;
  readonly strict?: boolean;
}

/** Runs the command; resolves with the exit code. */
export async function runCommand(
  [folder, data]: [string, string],
  { encoder, limit, strict }: EvaluateOptions,
  terminal: Terminal,
): Promise<number> {
  const golem = await loadGolem(folder, { ...terminal.work, encoder });
  const evaluation = await golem.evaluate(data, {
    ...terminal.work,
    ...(limit === undefined ? {} : { limit }),
  });
  terminal.printJson(evaluation);
  for (const line of describeEvaluation(evaluation, terminal.bold)) terminal.print(line);
  terminal.print("");
  for (const line of describeClasses(evaluation)) terminal.print(line);
  reportSkipped(evaluation.skipped, terminal);
  return strict && evaluation.skipped.length > 0 ? 1 : 0;
}
