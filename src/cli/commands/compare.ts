/** `golem compare DATA`: compares heads in order of complexity. */
import { compareHeads } from "../../node/compare-heads.ts";
import { describeComparison } from "../describe-comparison.ts";
import type { Terminal } from "../terminal.ts";
import { type MeasureCommandOptions, toMeasureOptions } from "./shared-options.ts";
import { reportSkipped } from "./skipped.ts";

/** Runs the command; resolves with the exit code. */
export async function runCommand(
  [data]: [string],
  { budget, ...options }: MeasureCommandOptions & { readonly budget?: number },
  terminal: Terminal,
): Promise<number> {
  const comparison = await compareHeads(data, {
    ...toMeasureOptions(options),
    ...(budget === undefined ? {} : { budget }),
    ...terminal.work,
  });
  terminal.printJson(comparison);
  for (const line of describeComparison(comparison, terminal)) terminal.print(line);
  reportSkipped(comparison.skipped, terminal);
  return options.strict && comparison.skipped.length > 0 ? 1 : 0;
}
