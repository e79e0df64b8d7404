/** Every command on every page: its name, arguments and options are those of the program. */
import { expect, it } from "vitest";
import { commands } from "../../src/cli/commands.ts";
import { docPages, readBlocks } from "../support/doc-pages.ts";

const common = ["--json", "--quiet", "--verbose", "--seed", "--help"];

/** The commands in a page's shell blocks and in its code spans. */
function listCommands(page: string): string[] {
  const blocks = readBlocks(page).filter(({ language }) => language === "sh");
  return blocks
    .flatMap(({ code }) =>
      code
        .replaceAll(/#.*$/gm, "")
        .replaceAll("\\\n", " ")
        .split(/\n|\||&&|;/),
    )
    .map((line) => line.trim())
    .filter((line) => /^(npx )?golem /.test(line));
}

it.each(docPages)("names commands and options that exist: %s", (page) => {
  for (const line of listCommands(page)) {
    const [name, ...words] = line
      .replace(/^(npx )?golem /, "")
      .replaceAll(/"[^"]*"/g, "TEXT")
      .split(/\s+/);
    const command = commands.find((each) => each.name === name);
    expect(command, line).toBeDefined();
    const known = [...command!.options.map(({ flags }) => flags.split(" ")[0]!), ...common];
    for (const word of words.filter((each) => each.startsWith("--"))) expect(known, line).toContain(word);
    for (const { flags, required } of command!.options)
      if (required) expect(words, line).toContain(flags.split(" ")[0]);
  }
});

it("finds the commands of the pages", () => {
  expect(docPages.flatMap(listCommands).length).toBeGreaterThan(30);
});
