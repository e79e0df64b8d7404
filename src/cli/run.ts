/**
 * The command line: parses arguments, runs one command, returns the exit code. Commands are loaded when they
 * run, so that `--help` is instant.
 *
 * Not its concern: what commands do; each has a file in commands/.
 */
import { Command, CommanderError, InvalidArgumentError } from "commander";
import packageJson from "../../package.json" with { type: "json" };
import { defaultRecipe } from "../core/default-recipe.ts";
import { GolemError } from "../core/error.ts";
import { type CommandSpecification, commands } from "./commands.ts";
import { type CommonOptions, createTerminal, reportError, type Streams } from "./terminal.ts";

/** Runs the command line with the arguments after the program's name. Resolves with the exit code. */
export async function run(args: readonly string[], streams: Streams, signal: AbortSignal): Promise<number> {
  let exitCode = 0;
  const program = new Command("golem")
    .description(packageJson.description)
    .version(packageJson.version)
    .exitOverride()
    .helpCommand(false)
    .configureOutput({
      writeOut: (text) => streams.stdout.write(text),
      writeErr: (text) => streams.stderr.write(text),
      // Errors of commander are reported below, in the form of all other errors.
      outputError: () => {},
    })
    .addHelpText(
      "after",
      "\nStart with: npx golem demo\nOr with your own recordings, one folder per class: npx golem train FOLDER --out my-golem\nTopics: npx golem help",
    );
  const getUsage = (name?: string): string | undefined => {
    const command = name === undefined ? program : program.commands.find((each) => each.name() === name);
    let text = "";
    const writeOut = (part: string) => {
      text += part;
    };
    command?.configureOutput({ writeOut }).outputHelp();
    return command && text;
  };
  for (const specification of commands) {
    addCommand(program, specification, async (values, options) => {
      const terminal = createTerminal(options, streams, signal);
      try {
        const { runCommand } = await specification.load();
        exitCode = await runCommand(values, options, terminal, { commands, getUsage });
      } catch (error) {
        terminal.endProgress();
        exitCode = reportError(signal.aborted ? asAborted(error) : error, terminal.json, streams);
      }
    });
  }
  try {
    if (args.length === 0) {
      program.outputHelp({ error: true });
      return 2;
    }
    await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : reportError(asUsageError(error, args), isJsonRequested(args), streams);
  }
  return exitCode;
}

function addCommand(
  program: Command,
  { name, args, description, options, help }: CommandSpecification,
  action: (values: readonly (string | readonly string[])[], options: CommonOptions) => Promise<void>,
): void {
  const command = program
    .command([name, ...args].join(" "))
    .description(description)
    .exitOverride();
  for (const { flags, description: text, parse, required } of options) {
    if (required && parse) command.requiredOption(flags, text, parse);
    else if (required) command.requiredOption(flags, text);
    else if (parse) command.option(flags, text, parse);
    else command.option(flags, text);
  }
  command
    .option("--seed <n>", "seed of all random numbers", parseSeed, defaultRecipe.seed)
    .option("--json", "write JSON to stdout, and nothing else")
    .option(
      "--quiet",
      "no progress, warnings or summary; results of predict, encoders and cache are still printed",
    )
    .option("--verbose", "more details of measurements and choices");
  if (help) command.addHelpText("after", `\n${help}`);
  command.action(async () => action(command.processedArgs as string[], command.opts<CommonOptions>()));
}

function parseSeed(text: string): number {
  const seed = Number(text);
  if (Number.isSafeInteger(seed)) return seed;
  throw new InvalidArgumentError("Expected a whole number.");
}

/** Converts an error of commander, whose second line may be a suggestion. */
function asUsageError({ message }: CommanderError, args: readonly string[]): GolemError {
  const [found = "", ...suggestions] = message.replace(/^error: /, "").split("\n");
  const sentence = found.charAt(0).toUpperCase() + found.slice(1).replace(/(?<=[^.])$/, ".");
  const name = commands.find((command) => command.name === args[0])?.name;
  const help = `Run \`npx golem ${name ? `${name} ` : ""}--help\` for usage.`;
  return new GolemError("usage", sentence, { hint: [...suggestions, help].join(" ") });
}

/** Returns whether `--json` was given, for arguments that could not be parsed. */
function isJsonRequested(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return args.slice(0, end < 0 ? undefined : end).includes("--json");
}

/** Converts errors after an interruption to `aborted`, since they are consequences of it. */
function asAborted(error: unknown): GolemError {
  return error instanceof GolemError && error.code === "aborted"
    ? error
    : new GolemError("aborted", "The work was interrupted before it was complete.", { cause: error });
}
