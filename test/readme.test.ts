/** Runs the README's library example as it stands there, on the built package, and compares what it prints. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, it } from "vitest";
import { commands } from "../src/cli/commands.ts";

const root = resolve(import.meta.dirname, "..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "golem-readme-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("prints what the README says", () => {
  const [, code, output] = /```js\n(.*?)```\n\n```text\n(.*?)```/s.exec(readme)!;
  symlinkSync(join(root, "demo"), join(folder, "demo"));
  // The package by its own name, as after npm install.
  execFileSync("mkdir", ["-p", join(folder, "node_modules")]);
  symlinkSync(root, join(folder, "node_modules", "golem-audio"));
  writeFileSync(join(folder, "example.mjs"), code!);
  const printed = execFileSync(process.execPath, ["example.mjs"], { cwd: folder, encoding: "utf8" });
  const numbers = (text: string) => [...text.matchAll(/\d+\.\d+/g)].map(([number]) => Number(number));
  const words = (text: string) => text.replace(/\d+\.\d+/g, "#").trim();
  expect(words(printed)).toBe(words(output!));
  // Another processor may round the int8 encoder's arithmetic in another way.
  expect(numbers(printed)).toBeAllclose(numbers(output!), { rtol: 0, atol: 0.05 });
});

it("names every command", () => {
  for (const { name } of commands) expect(readme).toContain(`golem ${name}`);
});
