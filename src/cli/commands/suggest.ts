/** `golem suggest GOLEM POOL...`: which unlabelled recordings to label next. */
import { defaultAmounts } from "../../core/default-recipe.ts";
import { loadGolem } from "../../node/golem.ts";
import { suggest } from "../../node/suggest.ts";
import type { SuggestOutput } from "../output.ts";
import type { CommonOptions, Terminal } from "../terminal.ts";
import { wrapIndented } from "../text-table.ts";
import { reportSkipped } from "./skipped.ts";

interface SuggestOptions extends CommonOptions {
  readonly count?: number;
  readonly encoder?: string;
  readonly strict?: boolean;
}

/** Runs the command; resolves with the exit code. */
export async function runCommand(
  [folder, pool]: [string, string[]],
  { count = defaultAmounts.suggestions, encoder, seed, strict }: SuggestOptions,
  terminal: Terminal,
): Promise<number> {
  const golem = await loadGolem(folder, { ...terminal.work, encoder });
  const result = await suggest(golem, pool, { ...terminal.work, count, seed });
  const { suggestions, labelled, duplicates, skipped } = result;
  terminal.printJson({ golem: folder, ...result } satisfies SuggestOutput);
  const print = (text: string) => {
    for (const line of wrapIndented(text, 0, terminal.width)) terminal.print(line);
  };
  print(
    `Label next, of ${result.pool} recordings${labelled.length + duplicates.length > 0 ? ` (${labelled.length} more are in the training set, ${duplicates.length} are copies)` : ""}:`,
  );
  const width = String(suggestions.length).length;
  for (const [i, { file, reason }] of suggestions.entries()) {
    const number = `${String(i + 1).padStart(width)}. `;
    const line = `${number}${file}  ${reason}`;
    if (terminal.width === undefined || line.length <= terminal.width) {
      terminal.printResult(`${number}${terminal.bold(file)}  ${terminal.dim(reason)}`);
      continue;
    }
    terminal.printResult(`${number}${terminal.bold(file)}`);
    for (const part of wrapIndented(reason, number.length, terminal.width))
      terminal.printResult(terminal.dim(part));
  }
  terminal.print("");
  print("Label them, add them to the training data and train again; their embeddings are cached.");
  reportSkipped(skipped, terminal);
  return strict && skipped.length > 0 ? 1 : 0;
}
