/** The completion scripts, in the shells themselves. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commands } from "../../src/cli/commands.ts";
import { demos } from "../../src/node/data/demo-data.ts";
import { runGolem } from "../support/command-line.ts";

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "golem-completion-"));
  mkdirSync(join(folder, "my data"));
  writeFileSync(join(folder, "my-file.wav"), "");
  // A folder named like a command must not change what is completed.
  mkdirSync(join(folder, "train"));
  for (const shell of ["bash", "zsh", "fish"]) {
    const { stdout, exitCode } = await runGolem(["completion", shell]);
    expect(exitCode).toBe(0);
    writeFileSync(join(folder, `.golem.${shell}`), stdout);
  }
});

/** In the zsh that completes: prints every offer in angle brackets, and <<>> before and after them. */
const zshSetup = `
PROMPT=
autoload -Uz compinit; compinit -u -D
source ./.golem.zsh
bindkey "^I" complete-word
zstyle ":completion:*" insert-tab false
compadd() {
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return $?; fi
  local -a hits; builtin compadd -A hits "$@"
  local hit; for hit in $hits; do print -r -- "<$hit>"; done
  builtin compadd "$@"
}
mark() { print -r -- "<<>>" }
compprefuncs=(mark)
comppostfuncs=(mark exit)
`;
/** In another zsh: runs the first on a terminal of its own, presses the keys of its argument, and reads the offers. */
const zshQuestion = `
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'source ./.init.zsh'
zpty -w shell "$1"
local line out
integer marks=0
while zpty -r shell line; do out+=$line; [[ $line == *'<<>>'* ]] && (( ++marks == 2 )) && break; done
print -r -- $out
`;

/** What a shell offers for the last of these words. */
const ask = {
  bash: (words: readonly string[]) => {
    const quoted = words.map((word) => `'${word}'`).join(" ");
    const script = `source .golem.bash; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _golem; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync("bash", ["--norc", "-c", script], { cwd: folder, encoding: "utf8" });
  },
  fish: (words: readonly string[]) =>
    execFileSync(
      "fish",
      ["--no-config", "-c", `source .golem.fish; complete -C ${JSON.stringify(words.join(" "))}`],
      {
        ...{ cwd: folder, encoding: "utf8" },
        env: { ...process.env, HOME: folder },
      },
    ).replaceAll(/\t.*/g, ""),
  zsh: (words: readonly string[]) => {
    writeFileSync(join(folder, ".init.zsh"), zshSetup);
    writeFileSync(join(folder, ".ask.zsh"), zshQuestion);
    const text = execFileSync("zsh", ["-f", ".ask.zsh", `${words.join(" ")}\t`], {
      cwd: folder,
      encoding: "utf8",
    });
    return [...text.matchAll(/^<([^<>\r\n]+)>/gm)].map(([, hit]) => hit).join("\n");
  },
};

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(["bash", "fish", "zsh"] as const)("completion for %s", (shell) => {
  const isThere = spawnSync(shell, ["--version"]).status === 0;
  const offers = (...words: string[]) => ask[shell](words).split("\n").filter(Boolean).sort();

  it.skipIf(!isThere)("completes commands, options and values", () => {
    expect(offers("golem", "tr")).toEqual(["train"]);
    expect(offers("golem", "")).toEqual(commands.map(({ name }) => name).sort());
    expect(offers("golem", "train", "--se")).toEqual(["--seed"]);
    expect(offers("golem", "predict", "--")).toEqual([
      "--encoder",
      "--help",
      "--json",
      "--quiet",
      "--seed",
      "--verbose",
    ]);
    expect(offers("golem", "train", "x", "--pooling", "")).toEqual(["mean", "mean+std"]);
    expect(offers("golem", "encoders", "")).toEqual(["list", "pull", "remove", "verify"]);
    expect(offers("golem", "help", "sc")).toEqual(["scores"]);
  });

  it.skipIf(!isThere)("completes files where files are taken, and nothing where numbers are", () => {
    const plain = (names: readonly string[]) =>
      names.map((name) => name.replaceAll("\\", "").replace(/\/$/, "")).sort();
    expect(plain(offers("golem", "train", "my"))).toEqual(["my data", "my-file.wav"]);
    expect(plain(offers("golem", "train", "x", "--out", "my-"))).toEqual(["my-file.wav"]);
    expect(offers("golem", "serve", "x", "--port", "my")).toEqual([]);
  });
});

it("completes the demos", () => {
  expect(commands.find(({ name }) => name === "demo")?.choices?.toSorted()).toEqual(
    Object.keys(demos).sort(),
  );
});

it("names the shells there are", async () => {
  const { exitCode, stderr } = await runGolem(["completion", "tcsh"]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("bash, zsh, fish");
});
