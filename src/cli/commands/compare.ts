/** `golem compare DATA`: compares heads in order of complexity, or encoders in order of size. */
import { compareEncoders, compareHeads } from "../../node/compare-heads.ts";
import { describeComparison } from "../describe-comparison.ts";
import { describeEncoderComparison } from "../describe-encoder-comparison.ts";
import type { CompareOutput } from "../output.ts";
import type { Terminal } from "../terminal.ts";
import { type MeasureCommandOptions, toMeasureOptions } from "./shared-options.ts";
import { reportSkipped } from "./skipped.ts";

/** Runs the command; resolves with the exit code. */
export async function runCommand(
  [data]: [string],
  {
    budget,
    encoders,
    ...options
  }: MeasureCommandOptions & { readonly budget?: number; readonly encoders?: readonly string[] },
  terminal: Terminal,
): Promise<number> {
  if (encoders) {
    const { encoder: _, precision: __, ...shared } = toMeasureOptions(options);
    const comparison = await compareEncoders(data, { ...shared, encoders, ...terminal.work });
    terminal.printJson(comparison satisfies CompareOutput);
    for (const line of describeEncoderComparison(comparison, terminal)) terminal.print(line);
    reportSkipped(comparison.skipped, terminal);
    return options.strict && comparison.skipped.length > 0 ? 1 : 0;
  }
  const comparison = await compareHeads(data, {
    ...toMeasureOptions(options),
    ...(budget === undefined ? {} : { budget }),
    ...terminal.work,
  });
  terminal.printJson(comparison satisfies CompareOutput);
  for (const line of describeComparison(comparison, terminal)) terminal.print(line);
  reportSkipped(comparison.skipped, terminal);
  return options.strict && comparison.skipped.length > 0 ? 1 : 0;
}
