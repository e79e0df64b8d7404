/**
 * Runs the README's library example as it stands there, on the built package, and compares what it prints; checks the links of all pages and
 * the first row of results.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, posix, resolve } from "node:path";
import { afterAll, expect, it } from "vitest";
import { commands } from "../../src/cli/commands.ts";

const root = resolve(import.meta.dirname, "../..");
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

const tracked = execFileSync("git", ["-c", "safe.directory=*", "ls-files", "-z"], {
  cwd: root,
  encoding: "utf8",
}).split("\0");
const pages = tracked.filter((file) => /^(docs\/(how-to\/)?)?[\w.-]+\.md$/.test(file));

it.each(pages)("links only to files of the repository: %s", (page) => {
  const targets = [...readFileSync(join(root, page), "utf8").matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!.split("#")[0]!)
    .filter((target) => target !== "" && !/^[a-z]+:/i.test(target));
  if (page === "README.md") expect(targets).toContain("LOG.md");
  const folders = tracked.flatMap((file) =>
    file.split("/").map((_, depth, parts) => parts.slice(0, depth).join("/")),
  );
  const known = new Set([...tracked, ...folders]);
  const reached = targets.map((target) => posix.join(posix.dirname(page), target).replace(/\/$/, ""));
  expect(reached.filter((target) => !known.has(target))).toEqual([]);
});

it("names files that exist in the recipes of CONTRIBUTING.md", () => {
  const recipes = readFileSync(join(root, "CONTRIBUTING.md"), "utf8").split("## Recipes")[1]!;
  const named = [...recipes.matchAll(/`((?:src|test|docs|runs|scripts|fuzz|site)\/[^`]+)`/g)].map(
    ([, path]) => path!,
  );
  // Placeholders such as FAMILY.ts are files to write; their folders exist.
  const paths = named.map((path) => (/[A-Z]{3,}/.test(path) ? `${posix.dirname(path)}/` : path));
  expect(paths.length).toBeGreaterThan(15);
  expect(paths.filter((path) => !tracked.some((file) => file === path || file.startsWith(path)))).toEqual([]);
});

it("says what was measured of golem train without flags", () => {
  interface Measurement {
    readonly set: string;
    readonly recipe: string;
    readonly balancedAccuracy: readonly number[];
  }
  const file = join(root, "runs/results/scoreboard.json");
  const measured = JSON.parse(readFileSync(file, "utf8")) as Measurement[];
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const sets = ["digits", "drinks", "esc10", "commands", "wakewords"].map((set) => {
    const own = measured.find((row) => row.set === set && row.recipe === "`golem train`, no flags");
    expect(own?.balancedAccuracy).toHaveLength(10);
    return mean(own!.balancedAccuracy);
  });
  const table = readme.slice(readme.indexOf("| | spoken digits")).split("\n");
  const [name, ...cells] = table[2]!
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
  expect(name).toBe("`golem train`, no flags");
  expect(cells).toEqual([...sets, mean(sets)].map((value) => value.toFixed(3).replace(/^0/, "")));
});

it("names every command", () => {
  for (const { name } of commands)
    expect(readFileSync(join(root, "docs/commands.md"), "utf8")).toContain(`golem ${name}`);
});

it("says what was measured of detection", () => {
  interface Stream {
    readonly set: string;
    readonly condition: string;
    readonly seconds: number;
    readonly atDefault: {
      readonly targets: number;
      readonly hits: number;
      readonly alarms: Record<string, number>;
    };
  }
  const file = join(root, "runs/results/detect.json");
  const { measured } = JSON.parse(readFileSync(file, "utf8")) as { measured: Stream[] };
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  const describe = (set: string, condition: string) => {
    const rows = measured.filter((row) => row.set === set && row.condition === condition);
    expect(rows.length).toBeGreaterThanOrEqual(5);
    const targets = sum(rows.map(({ atDefault }) => atDefault.targets));
    const misses = targets - sum(rows.map(({ atDefault }) => atDefault.hits));
    const alarms = sum(rows.flatMap(({ atDefault }) => Object.values(atDefault.alarms)));
    const hours = sum(rows.map(({ seconds }) => seconds)) / 3600;
    return `${((100 * misses) / targets).toFixed(0)} %, ${(alarms / hours).toFixed(0)}`;
  };
  const page = readFileSync(join(root, "docs/detection.md"), "utf8");
  const table = page.split("\n").filter((line) => line.startsWith("| "));
  const shown = table.slice(1, 5).map((line) =>
    line
      .split(" | ")
      .slice(1)
      .map((cell) => cell.replace(" |", "")),
  );
  const conditions = ["40 dB", "20 dB", "10 dB", "uneven"];
  const sets = ["wakewords", "commands", "digits", "esc10"];
  expect(shown).toEqual(sets.map((set) => conditions.map((condition) => describe(set, condition))));
});
