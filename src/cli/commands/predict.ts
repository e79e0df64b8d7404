/** `golem predict GOLEM FILE...`: one line per file, in order; a file that fails stops no other. */
import { toErrorRecord } from "../../core/error.ts";
import { formatPercent } from "../../core/format.ts";
import { makePrintable } from "../../core/printable.ts";
import { loadGolem } from "../../node/golem.ts";
import { predictFiles } from "../../node/threads/predict-files.ts";
import type { PredictOutput } from "../output.ts";
import { type CommonOptions, formatError, type Terminal } from "../terminal.ts";

/** Shares below this are not shown. */
const leastShown = 0.005;

/** Runs the command; resolves with 1 if a file failed. */
export async function runCommand(
  [folder, files]: [string, string[]],
  { encoder }: CommonOptions & { encoder?: string },
  terminal: Terminal,
): Promise<number> {
  const golem = await loadGolem(folder, { ...terminal.work, encoder });
  const options = { ...terminal.work, encoderSet: golem.encoderSet };
  let failed = 0;
  for await (const { file, prediction, error } of predictFiles(golem.model, files, options)) {
    if (prediction) {
      const { label, confidence, scores, unknown, transcript, warnings } = prediction;
      for (const warning of warnings) terminal.warn({ ...warning, file });
      terminal.printJson({ file, ...prediction } satisfies PredictOutput);
      const others = Object.entries(scores)
        .sort((a, b) => b[1] - a[1])
        .slice(1, 3)
        .filter(([, score]) => score >= leastShown)
        .map(([name, score]) => `${makePrintable(name)} ${formatPercent(score)}`)
        .join(", ");
      terminal.printResult(
        `${makePrintable(file)}: ${terminal.bold(makePrintable(label))} ${formatPercent(confidence)}${unknown ? " (unknown?)" : ""}${others ? `  ${terminal.dim(others)}` : ""}${transcript ? `  ${terminal.dim(`"${makePrintable(transcript)}"`)}` : ""}`,
      );
    } else {
      failed++;
      const record = toErrorRecord(error, "unreadable");
      terminal.printJson({ file, error: record } satisfies PredictOutput);
      terminal.printResult(`${makePrintable(file)}: ${formatError("error", record)}`);
    }
  }
  return failed > 0 ? 1 : 0;
}
