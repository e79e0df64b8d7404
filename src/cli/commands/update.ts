/** `golem update GOLEM DATA... --out DIR`: trains again with more recordings. */
import { performance } from "node:perf_hooks";
import { checkFolderReplaceable } from "../../node/disk/atomic-write.ts";
import { updateGolem } from "../../node/golem.ts";
import type { UpdateOutput } from "../output.ts";
import { quoteForShell } from "../printed-path.ts";
import type { CommonOptions, Terminal } from "../terminal.ts";
import type { AnnotationCommandOptions } from "./shared-options.ts";
import { reportSkipped } from "./skipped.ts";
import { describeTraining } from "./train.ts";

interface UpdateOptions extends CommonOptions, AnnotationCommandOptions {
  readonly out: string;
  readonly data?: string;
  readonly strict?: boolean;
}

/** Runs the command; resolves with the exit code. */
export async function runCommand(
  [folder, added]: [string, string[]],
  { out, data, strict, margin, background }: UpdateOptions,
  terminal: Terminal,
): Promise<number> {
  const started = performance.now();
  await checkFolderReplaceable(out);
  const { golem, ...found } = await updateGolem(folder, added, {
    ...terminal.work,
    ...{ data, annotations: { margin, background } },
  });
  await golem.save(out);
  const { document, labels, evaluation } = golem;
  terminal.printJson({
    golem: out,
    labels,
    recordings: document.data.recordings,
    kept: found.kept,
    added: found.added,
    missing: found.missing.map(({ file }) => file),
    views: document.views,
    seconds: (performance.now() - started) / 1000,
    evaluation,
  } satisfies UpdateOutput);
  for (const line of describeTraining(golem, terminal)) terminal.print(line);
  terminal.print(`${found.added} recordings added to ${found.kept} of ${folder}`);
  terminal.print(`Saved to ${out}`);
  terminal.print(`Next: npx golem diff ${quoteForShell(folder)} ${quoteForShell(out)}`);
  const skipped = evaluation?.skipped ?? [];
  reportSkipped(skipped, terminal);
  return strict && skipped.length > 0 ? 1 : 0;
}
