/** `golem curve DATA`: the learning curve, and the gain from more recordings. */
import { computeCurve } from "../../node/compute-curve.ts";
import { describeCurve } from "../describe-curve.ts";
import type { CurveOutput } from "../output.ts";
import type { Terminal } from "../terminal.ts";
import { type MeasureCommandOptions, toMeasureOptions } from "./shared-options.ts";
import { reportSkipped } from "./skipped.ts";

/** Runs the command; resolves with the exit code. */
export async function runCommand(
  [data]: [string],
  { add, ...options }: MeasureCommandOptions & { readonly add?: number },
  terminal: Terminal,
): Promise<number> {
  const curve = await computeCurve(data, {
    ...toMeasureOptions(options),
    ...(add === undefined ? {} : { added: add }),
    ...terminal.work,
  });
  terminal.printJson(curve satisfies CurveOutput);
  for (const line of describeCurve(curve, terminal)) terminal.print(line);
  reportSkipped(curve.skipped, terminal);
  return options.strict && curve.skipped.length > 0 ? 1 : 0;
}
