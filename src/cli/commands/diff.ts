/** `golem diff A B [DATA]`: compares two versions on the same held-out recordings. */
import { basename, resolve } from "node:path";
import { diffGolems, type GolemDiff } from "../../node/diff.ts";
import { writeFileAtomic } from "../../node/disk/atomic-write.ts";
import { describeDifference } from "../describe-difference.ts";
import type { DiffOutput } from "../output.ts";
import type { CommonOptions, Terminal } from "../terminal.ts";
import type { AnnotationCommandOptions } from "./shared-options.ts";

interface DiffCommandOptions extends CommonOptions, AnnotationCommandOptions {
  readonly limit?: number;
  /** True if no margin was given. */
  readonly failIfWorse?: number | true;
  readonly report?: string;
}

/** Runs the command; resolves with 1 if B is worse and `--fail-if-worse` was given. */
export async function runCommand(
  [a, b, data]: [string, string, string | undefined],
  { limit, failIfWorse, report, margin, background }: DiffCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const diff = await diffGolems(a, b, {
    ...terminal.work,
    ...{ data, limit, annotations: { margin, background } },
    margin: typeof failIfWorse === "number" ? failIfWorse : 0,
  });
  terminal.printJson(diff satisfies DiffOutput);
  for (const line of describeDifference(diff, a, b, terminal.bold)) terminal.print(line);
  if (report !== undefined) await writePage(report, diff, a, b);
  return failIfWorse !== undefined && diff.worse ? 1 : 0;
}

async function writePage(file: string, diff: GolemDiff, a: string, b: string): Promise<void> {
  const { writeDifferencePage } = await import("../../view/report/difference-page.tsx");
  const { loadPageAssets } = await import("../../node/report/golem-report.ts");
  const names = { a: basename(resolve(a)), b: basename(resolve(b)) };
  // Two folders with the same name are shown by their paths.
  const shown = names.a === names.b ? { a, b } : names;
  await writeFileAtomic(file, writeDifferencePage(diff, shown, await loadPageAssets()));
}
