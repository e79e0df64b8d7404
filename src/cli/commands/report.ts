/** `golem report GOLEM`: writes the report page. */
import { dirname, join, resolve } from "node:path";
import { GolemError } from "../../core/error.ts";
import { reportFile } from "../../golem/golem-files.ts";
import type { GolemModel } from "../../golem/golem-model.ts";
import { computeCurve } from "../../node/compute-curve.ts";
import { findSources } from "../../node/data/report-sources.ts";
import { writeFileAtomic } from "../../node/disk/atomic-write.ts";
import { readGolemFolder, replaceGolemReport } from "../../node/disk/golem-folder.ts";
import { composeReport } from "../../node/report/golem-report.ts";
import { gatherGolemReport } from "../../workflow/golem-report.ts";
import type { DatasetCurve } from "../../workflow/measure-curve.ts";
import { readAsked } from "../../workflow/report-commands.ts";
import type { ReportOutput } from "../output.ts";
import type { CommonOptions, Terminal } from "../terminal.ts";

interface ReportOptions extends CommonOptions {
  readonly out?: string;
  readonly data?: string;
  readonly test?: string;
  readonly audio: boolean;
  readonly curve: boolean;
}

/** Runs the command; resolves with the exit code. */
export async function runCommand(
  [folder]: [string],
  { out = join(folder, reportFile), data, test, audio, curve }: ReportOptions,
  terminal: Terminal,
): Promise<number> {
  // A damaged report is accepted, since it is replaced.
  const model = await readGolemFolder(resolve(folder), { checkReport: false });
  const located = audio || curve ? await findSources(model, { ...terminal.work, data, test }) : undefined;
  // The curve describes this golem only if all its training recordings are found.
  const isComplete =
    (located?.training.size ?? 0) > 0 && located?.training.size === model.training.recordings.length;
  const learningCurve = curve && isComplete ? await measureCurve(model, data, terminal) : undefined;
  const report = gatherGolemReport(model, { learningCurve });
  const sources = audio ? located : undefined;
  const found = sources ? sources.training.size + sources.test.size : 0;
  const page = await composeReport(
    model,
    report,
    sources && { ...terminal.work, sources, folder: resolve(dirname(out)), sound: "embed" },
  );
  if (resolve(out) === resolve(folder, reportFile)) await replaceGolemReport(resolve(folder), page);
  else await writeFileAtomic(resolve(out), page);
  const bytes = Buffer.byteLength(page);
  terminal.printJson({ report: out, recordings: report.files.length, found, bytes } satisfies ReportOutput);
  terminal.print(`Wrote ${out}, ${(bytes / 1e6).toFixed(1)} MB: open it in a browser`);
  if (model.training.withheld) {
    terminal.print(
      "This golem was exported without names, speakers, transcripts and findings; the page has none",
    );
  }
  if (sources && found === 0) {
    terminal.print("The recordings were not found, so nothing can be played: name their folder with --data");
  } else if (sources) {
    terminal.print("It contains sound of the recordings: use --no-audio for a page to share");
  }
  return 0;
}

/** Measures the learning curve; undefined if a class has too few recordings to hold any out. */
async function measureCurve(
  { document, training }: GolemModel,
  data: string | undefined,
  { work }: Terminal,
): Promise<DatasetCurve | undefined> {
  const { evaluation } = document;
  const options = {
    ...{ ...readAsked(training.asked), seed: document.seed, ...work, onWarning: undefined },
    ...(evaluation?.protocol === "cross-validation" ? { headline: evaluation } : {}),
  };
  try {
    return await computeCurve(data ?? document.data.name, options);
  } catch (error) {
    if (error instanceof GolemError && error.code === "too-few-recordings") return undefined;
    throw error;
  }
}
