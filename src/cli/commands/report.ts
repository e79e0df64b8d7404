/** `golem report GOLEM`: writes the page that shows how good it is and where it goes wrong. */
import { dirname, join, resolve } from "node:path";
import { writeFileAtomic } from "../../node/atomic-write.ts";
import { readGolemFolder, reportFile } from "../../node/golem-folder.ts";
import { composeReport, gatherGolemReport } from "../../node/golem-report.ts";
import { findSources } from "../../node/report-sources.ts";
import type { CommonOptions, Terminal } from "../terminal.ts";

interface ReportOptions extends CommonOptions {
  readonly out?: string;
  readonly data?: string;
  readonly test?: string;
  readonly audio: boolean;
}

/** Runs the command; resolves with the exit code. */
export async function runCommand(
  [folder]: [string],
  { out = join(folder, reportFile), data, test, audio }: ReportOptions,
  terminal: Terminal,
): Promise<number> {
  const model = await readGolemFolder(resolve(folder));
  const report = gatherGolemReport(model);
  const sources = audio ? await findSources(model, { ...terminal.work, data, test }) : undefined;
  const found = sources ? sources.training.size + sources.test.size : 0;
  const page = await composeReport(
    model,
    report,
    sources && { ...terminal.work, sources, folder: resolve(dirname(out)), sound: "embed" },
  );
  await writeFileAtomic(resolve(out), page);
  const bytes = Buffer.byteLength(page);
  terminal.printJson({ report: out, recordings: report.files.length, found, bytes });
  terminal.print(`Wrote ${out}, ${(bytes / 1e6).toFixed(1)} MB: open it in a browser`);
  if (sources && found === 0) {
    terminal.print("The recordings were not found, so nothing can be played: say where they are with --data");
  } else if (sources) {
    terminal.print("It holds sound of the recordings: think before you pass it on, or use --no-audio");
  }
  return 0;
}
