/** `golem export GOLEM --format F --out PATH`: writes an export and prints its contents. */
import { formatPercent, formatPoints } from "../../core/format.ts";
import { type ExportOptions, type ExportScore, exportGolem } from "../../node/export/export-golem.ts";
import type { ExportOutput } from "../output.ts";
import type { CommonOptions, Terminal } from "../terminal.ts";

/** Runs the command; resolves with the exit code. */
export async function runCommand(
  [folder]: [string],
  options: Omit<ExportOptions, keyof Terminal["work"]> & CommonOptions,
  terminal: Terminal,
): Promise<number> {
  const { format, out, force, acousticOnly, data, test, licence, encoder } = options;
  const { includeAudio, includeTranscripts } = options;
  const result = await exportGolem(folder, {
    ...{ format, out, force, acousticOnly, data, test, licence, encoder },
    ...{ includeAudio, includeTranscripts },
    ...terminal.work,
  });
  const { files, holds, leftOut, score, scoreWithWords, notes } = result;
  terminal.printJson(result satisfies ExportOutput);
  const width = Math.max(...files.map(({ path }) => path.length));
  terminal.print(`Wrote ${out}`);
  for (const { path, bytes } of files) terminal.print(`  ${path.padEnd(width)}  ${formatBytes(bytes)}`);
  terminal.print(`Holds ${holds.join("; ")}`);
  terminal.print(
    `Left out: ${leftOut.length > 0 ? leftOut.join(", ") : "nothing more than before"}${includeAudio ? "" : "; it contains no sound"}`,
  );
  if (scoreWithWords !== undefined) {
    terminal.print(`Balanced accuracy with words: ${formatScore(scoreWithWords)}`);
    terminal.print(`Without, as exported: ${formatScore(score)}`);
  } else {
    terminal.print(`Balanced accuracy, held out: ${formatScore(score)}`);
  }
  for (const note of notes) terminal.print(note);
  return 0;
}

function formatBytes(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function formatScore(score: ExportScore): string {
  if (!score) return "not measured";
  const [low, high] = score.interval;
  return `${formatPercent(score.balancedAccuracy)} (${formatPoints(low)} to ${formatPercent(high)})`;
}
