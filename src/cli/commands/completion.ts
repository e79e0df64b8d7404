/** `golem completion SHELL`: prints a script for a shell. */
import { GolemError } from "../../core/error.ts";
import type { ProgramDescription } from "../commands.ts";
import { shells, writeCompletion } from "../completion.ts";
import type { CompletionOutput } from "../output.ts";
import type { CommonOptions, Terminal } from "../terminal.ts";

/** Runs the command; resolves with the exit code. */
export async function runCommand(
  [name]: [string],
  _options: CommonOptions,
  terminal: Terminal,
  { commands }: ProgramDescription,
): Promise<number> {
  const shell = shells.find((each) => each === name);
  if (!shell) {
    throw new GolemError("usage", `There is no completion for '${name}'; expected ${shells.join(", ")}.`);
  }
  const script = writeCompletion(shell, commands);
  terminal.printJson({ shell, script } satisfies CompletionOutput);
  terminal.printResult(script.trimEnd());
  return 0;
}
