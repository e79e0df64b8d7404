/**
 * docs/commands.md, from the definitions of the commands.
 *
 * Not its concern: where it is written.
 */
import type { OptionSpecification } from "../../src/cli/command-options.ts";
import { type CommandSpecification, commands } from "../../src/cli/commands.ts";

/** Writes the page. */
export function writeCommandsPage(): string {
  const sections = commands.map(writeCommand);
  return `# Commands

<!-- Made by \`npm run reference\`. -->

\`golem COMMAND --help\` prints what this page says of a command.

| command | |
|---|---|
${commands.map((command) => `| [\`golem ${command.name}\`](#golem-${command.name}) | ${escapeText(command.description)} |`).join("\n")}

Every command has

| option | |
|---|---|
| \`--help\` | print its arguments and options |
| \`--json\` | write JSON to standard output, one document or one per line, and nothing else; each command names its schema below. A command that fails as a whole writes [an error](schemas/error.schema.json) |
| \`--quiet\` | no progress, warnings or summary; results of \`predict\`, \`encoders\` and \`cache\` are still printed |
| \`--verbose\` | more details of measurements and choices |
| \`--seed N\` | seed of all random numbers; default 0 |

Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted. Files that cannot be read are left out and listed; \`--strict\` makes that a failure. What each error means: [errors](errors.md).

${sections.join("\n")}`;
}

function writeUsage({ name, args, options }: CommandSpecification): string {
  const shown = args.map((arg) => arg.replaceAll(/[<>]/g, "").toUpperCase());
  const required = options.filter((option) => option.required).map(({ flags }) => writeFlags(flags));
  return ["golem", name, ...shown, ...required].join(" ");
}

function writeCommand(command: CommandSpecification): string {
  const { name, description, options, help } = command;
  const rows = options.map(writeOption).join("\n");
  return `## golem ${name}

${escapeText(description.charAt(0).toUpperCase() + description.slice(1))}.

\`\`\`text
${writeUsage(command)}${options.some(({ required }) => !required) ? " [OPTION...]" : ""}
\`\`\`
${rows ? `\n| option | |\n|---|---|\n${rows}\n` : ""}${help ? `\n${writeHelp(help)}\n` : ""}
Output with \`--json\`: [${name}.schema.json](schemas/${name}.schema.json)
`;
}

/** "--out <dir>" as "--out DIR". */
function writeFlags(flags: string): string {
  return flags.replace(/<([^>]*)>/, (_, value: string) =>
    value.includes("|") ? value : value.toUpperCase(),
  );
}

function writeOption({ flags, description }: OptionSpecification): string {
  return `| \`${writeFlags(flags).replaceAll("|", "\\|")}\` | ${escapeText(description)} |`;
}

/** Lines of help as paragraphs; commands, and what is indented, as code. */
function writeHelp(help: string): string {
  const blocks: { code: boolean; lines: string[] }[] = [];
  for (const line of help.split("\n")) {
    const code = /^( {2}|golem \w+ .*\[|ffmpeg )/.test(line);
    const last = blocks.at(-1);
    if (line === "" || !last || last.code !== code || last.lines.at(-1) === "") {
      blocks.push({ code, lines: line === "" ? [""] : [line] });
    } else {
      last.lines.push(line);
    }
  }
  return blocks
    .filter(({ lines }) => lines[0] !== "")
    .map(({ code, lines }) =>
      code
        ? `\`\`\`text\n${lines.flatMap((line) => line.trim().split(/ {4,}/)).join("\n")}\n\`\`\``
        : escapeText(lines.join("\n")),
    )
    .join("\n\n");
}

/** Text in which nothing is markup but code; words that look like options, files or lists of columns become code. */
function escapeText(text: string): string {
  return text
    .replaceAll("|", "\\|")
    .replaceAll(/(?<![`\w])(--[a-z][a-z-]*)/g, "`$1`")
    .replaceAll("<", "&lt;")
    .replaceAll(/(?<![\w`])_(\w+)/g, "\\_$1");
}
