/** The code blocks of the pages of docs, and a program that runs them. */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");

/** One fenced block, and the text block right after it, which is its output. */
export interface CodeBlock {
  readonly language: string;
  readonly code: string;
  readonly output: string | undefined;
}

/** Files of the repository that are pages for readers. */
export const docPages: readonly string[] = execFileSync(
  "git",
  ["-c", "safe.directory=*", "ls-files", "-z", "docs", "README.md"],
  {
    cwd: root,
    encoding: "utf8",
  },
)
  .split("\0")
  .filter((file) => file.endsWith(".md"));

/** The blocks of a page. */
export function readBlocks(page: string): CodeBlock[] {
  const text = readFileSync(join(root, page), "utf8");
  const blocks = [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$(?:\n\n^```text\n([\s\S]*?)^```$)?/gm)];
  return blocks.map(([, language, code, output]) => ({ language: language!, code: code!, output }));
}

/** A folder in which the commands of pages run: `npx golem` is the built program, `golem-audio` this package. */
export function createDocFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "golem-docs-"));
  mkdirSync(join(folder, "bin"));
  writeFileSync(
    join(folder, "bin", "npx"),
    `#!/bin/sh\nshift\nexec "${process.execPath}" "${join(root, "bin/golem.js")}" "$@"\n`,
  );
  chmodSync(join(folder, "bin", "npx"), 0o755);
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules", "golem-audio"));
  symlinkSync(join(root, "demo"), join(folder, "demo"));
  return folder;
}

/** Whether there is a Python with NumPy. */
export const hasNumPy = spawnSync("python3", ["-c", "import numpy"]).status === 0;

/** Runs a block and returns what it printed to standard output; throws with standard error if it fails. */
export function runBlock({ language, code }: CodeBlock, folder: string): string {
  const programs: Record<string, [command: string, file: string]> = {
    sh: ["bash", "block.sh"],
    js: [process.execPath, "block.mjs"],
    python: ["python3", "block.py"],
  };
  const [command, file] = programs[language]!;
  writeFileSync(join(folder, file), language === "sh" ? `set -euo pipefail\n${code}` : code);
  return execFileSync(command, [file], {
    ...{ cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] },
    env: { ...process.env, PATH: `${join(folder, "bin")}:${process.env.PATH}` },
  });
}
