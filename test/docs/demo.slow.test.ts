/** `npm start`: the demo of the whole data set that the repository carries, as a process of its own. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { checkOutput } from "../support/output-schemas.ts";
import { createScratchFolder } from "../support/scratch-folder.ts";

const root = resolve(import.meta.dirname, "../..");

it("the README shows what npm start prints", async () => {
  const [, shown] = /```text\n(Demo: .*?)```/s.exec(readFileSync(join(root, "README.md"), "utf8"))!;
  const out = join(await createScratchFolder(), "demo golem");
  const program = [join(root, "bin", "golem.js"), "demo", "--out", out];
  const printed = execFileSync(process.execPath, program, { cwd: root, encoding: "utf8" });
  // Single recordings and milliseconds may differ on another machine, words and scores may not.
  const isSteady = (line: string) => !/^Mixed up|^ {2}\w+ [\d.]+ %,/.test(line);
  const scores = (text: string) => [...text.matchAll(/(\d+\.\d+) %/g)].slice(0, 6).map(([, n]) => Number(n));
  const words = (text: string) =>
    text
      .trim()
      .split("\n")
      .filter(isSteady)
      .join("\n")
      .replaceAll(/\d+\.\d+/g, "#");
  expect(words(printed.replace(out, "golem-demo-banking"))).toBe(words(shown!));
  expect(scores(printed)).toBeAllclose(scores(shown!), { rtol: 0, atol: 5 });
});

it("the demo saves its golem when its output is closed before it trains", async () => {
  const out = join(await createScratchFolder(), "golem");
  const program = [join(root, "bin", "golem.js"), "demo", "--out", out];
  const child = spawn(process.execPath, program, { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  child.stdout.destroy();
  child.stderr.destroy();
  expect(await once(child, "exit")).toEqual([0, null]);
  expect(readdirSync(out)).toContain("golem.json");
}, 240_000);

it("the easy demo writes what its schema describes", async () => {
  const out = join(await createScratchFolder(), "golem");
  const program = [join(root, "bin", "golem.js"), "demo", "words", "--out", out, "--json"];
  checkOutput("demo", execFileSync(process.execPath, program, { encoding: "utf8" }));
}, 240_000);

it("the doctor doubts at most 3 % of the demo's labels, all of which are right", () => {
  for (const args of [["demo/banking"], ["demo/banking/train"]]) {
    const program = [join(root, "bin", "golem.js"), "doctor", ...args, "--json"];
    const { recordings, findings } = JSON.parse(
      execFileSync(process.execPath, program, { cwd: root, encoding: "utf8" }),
    ) as { recordings: number; findings: { kind: string; files: string[] }[] };
    const doubted = findings
      .filter(({ kind }) => kind === "likely-mislabelled")
      .flatMap(({ files }) => files);
    expect(doubted.length).toBeLessThanOrEqual(0.03 * recordings);
  }
}, 240_000);
