/**
 * Completion scripts for shells, from the definitions of the commands. They are self-contained: completing
 * runs only the shell.
 */
import type { CommandSpecification } from "./commands.ts";

/** Shells with a script. */
export const shells = ["bash", "zsh", "fish"] as const;

/** The values of a command or an option. */
interface Taken {
  readonly choices: readonly string[];
  /** Whether it takes files. */
  readonly files: boolean;
}

/** An option, as needed for completion. */
interface Flag extends Taken {
  /** Name with its dashes. */
  readonly name: string;
  readonly about: string;
  /** Name of its value; undefined if it has none. */
  readonly value: string | undefined;
}

interface Completed extends Taken {
  readonly name: string;
  readonly about: string;
  readonly flags: readonly Flag[];
}

const common: readonly Flag[] = [
  ...[
    ["--json", "write JSON to stdout"],
    ["--quiet", "no progress, warnings or summary"],
    ["--verbose", "more details of measurements and choices"],
    ["--help", "arguments and options"],
  ].map(([name, about]) => ({ name: name!, about: about!, value: undefined, choices: [], files: false })),
  { name: "--seed", about: "seed of all random numbers", value: "N", choices: [], files: false },
];
/** Names of values and arguments that are files or folders. */
const fileLike = /^(dir|file|path|data|id|golems?|a|b|pool|files|words)$/;

/** Writes the script of a shell. */
export function writeCompletion(
  shell: (typeof shells)[number],
  specifications: readonly CommandSpecification[],
): string {
  const commands = specifications.map(({ name, description, args, choices = [], options }): Completed => {
    const flags = options.map(({ flags: text, description: about, parse }): Flag => {
      const [, flag, value] = /^(--[\w-]+)(?: [<[](.*)[>\]])?$/.exec(text)!;
      return { name: flag!, about, value, choices: parse?.choices ?? [], files: fileLike.test(value ?? "") };
    });
    const files = args.some((arg) => fileLike.test(arg.replaceAll(/[^\w]/g, ""))) && choices.length === 0;
    return { name, about: description, choices, files, flags: [...flags, ...common] };
  });
  return { bash: writeBash, zsh: writeZsh, fish: writeFish }[shell](commands);
}

/** Quotes text with single quotes, for any of the shells. */
const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

function writeBash(commands: readonly Completed[]): string {
  const words = (list: readonly string[]) =>
    `COMPREPLY=($(compgen -W ${quote(list.join("\n"))} -- "$current"))`;
  const files = `COMPREPLY=($(compgen -f -- "$current")); compopt -o filenames 2>/dev/null`;
  const complete = ({ choices, files: isFile }: Taken) =>
    choices.length > 0 ? words(choices) : isFile ? files : "COMPREPLY=()";
  const values = commands.flatMap(({ name, flags }) =>
    flags
      .filter(({ value }) => value !== undefined)
      .map((flag) => `    ${quote(`${name} ${flag.name}`)}) ${complete(flag)}; return ;;`),
  );
  const names = commands.map(
    ({ name, flags }) => `      ${name}) ${words(flags.map((flag) => flag.name))} ;;`,
  );
  const args = commands.map((command) => `    ${command.name}) ${complete(command)} ;;`);
  return `# Completion of golem for bash.
_golem() {
  local IFS=$'\\n' current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}"
  COMPREPLY=()
  if [[ $COMP_CWORD == 1 ]]; then
    ${words(commands.map(({ name }) => name))}
    return
  fi
  case "$command $previous" in
${values.join("\n")}
  esac
  if [[ $current == -* ]]; then
    case "$command" in
${names.join("\n")}
    esac
    return
  fi
  case "$command" in
${args.join("\n")}
  esac
}
complete -F _golem golem
`;
}

function writeZsh(commands: readonly Completed[]): string {
  const action = ({ choices, files }: Taken) =>
    choices.length > 0 ? `(${choices.join(" ")})` : files ? "_files" : " ";
  const quoteColons = (text: string) => text.replaceAll(/[\\[\]:]/g, "\\$&");
  const cases = commands.map((command) => {
    const flags = command.flags.map((flag) =>
      quote(
        `${flag.name}[${quoteColons(flag.about)}]${flag.value === undefined ? "" : `:${quoteColons(flag.value)}:${action(flag)}`}`,
      ),
    );
    return `    ${command.name}) _arguments ${[...flags, quote(`*:argument:${action(command)}`)].join(" ")} ;;`;
  });
  return `#compdef golem
# Completion of golem for zsh.
_golem() {
  local -a commands
  commands=(
${commands.map(({ name, about }) => `    ${quote(`${name}:${quoteColons(about)}`)}`).join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  shift words
  (( CURRENT-- ))
  case $words[1] in
${cases.join("\n")}
  esac
}
if [[ $funcstack[1] == _golem ]]; then _golem "$@"; else compdef _golem golem; fi
`;
}

function writeFish(commands: readonly Completed[]): string {
  const take = ({ choices, files }: Taken) =>
    choices.length > 0 ? ` -a ${quote(choices.join(" "))}` : files ? " -F" : "";
  const lines = commands.flatMap((command) => {
    const on = `complete -c golem -n ${quote(`__fish_seen_subcommand_from ${command.name}`)}`;
    return [
      `complete -c golem -n __fish_use_subcommand -a ${command.name} -d ${quote(command.about)}`,
      ...(take(command) ? [`${on}${take(command)}`] : []),
      ...command.flags.map((flag) => {
        const value = flag.value === undefined ? "" : ` ${flag.files ? "-r" : "-x"}${take(flag)}`;
        return `${on} -l ${flag.name.slice(2)} -d ${quote(flag.about)}${value}`;
      }),
    ];
  });
  return `# Completion of golem for fish.\ncomplete -c golem -f\n${lines.join("\n")}\n`;
}
