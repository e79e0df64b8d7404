/** `golem help`: pages of docs, usage, error codes. */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { helpTopics } from "../../src/cli/help-topics.ts";
import { describePage } from "../../src/cli/plain-page.ts";
import { runGolem } from "../support/command-line.ts";

const docs = resolve(import.meta.dirname, "../../docs");

it.each(Object.entries(helpTopics))("shows %s as plain text, wrapped", (_, { page, section }) => {
  expect(existsSync(resolve(docs, page))).toBe(true);
  const markdown = readFileSync(resolve(docs, page), "utf8");
  if (section) expect(markdown).toContain(`\n## ${section}\n`);
  const lines = describePage(markdown, { width: 72, bold: (text) => text }, section);
  expect(lines.length).toBeGreaterThan(3);
  // Code is as it is, and a word that is longer than a line stays whole.
  const wide = lines.filter(
    (line) => [...line].length > 72 && !line.startsWith("    ") && line.includes(" "),
  );
  expect(wide).toEqual([]);
  const prose = lines.filter((line) => !line.startsWith("    ")).join("\n");
  expect(prose).not.toMatch(/\]\(|^#|^\||\*\*|<a |<!--/m);
});

it("puts rows of wide tables below each other, and keeps code", () => {
  const markdown =
    "# T\n\n| a | long head |\n|---|---|\n| `x` | " +
    "word ".repeat(30) +
    "|\n\n```sh\nrun --it\n```\n\n- one\n  two\n- [three](x.md)\n";
  const lines = describePage(markdown, { width: 40, bold: (text) => text });
  expect(lines.slice(0, 4)).toEqual(["T", "", "x", "    word word word word word word word"]);
  expect(lines).toContain("    run --it");
  expect(lines.slice(-2)).toEqual(["- one two", "- three"]);
});

it("shows topics, commands, both, and error codes", async () => {
  const show = async (...args: string[]) => (await runGolem(["help", ...args])).stdout;
  expect(await show()).toMatch(/Usage: golem [\s\S]*Topics of npx golem help: data, annotations/);
  expect(await show("predict")).toMatch(/^Usage: golem predict /);
  expect(await show("update")).toMatch(/^Usage: golem update [\s\S]*\nLearning on the job\n/);
  expect(await show("too-short")).toMatch(/^Cause {7}Less than 20 ms [\s\S]*\nRemedy /);
});

it("names the topics there are", async () => {
  const { exitCode, stderr } = await runGolem(["help", "weather"]);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/There is no topic 'weather'; the topics are data, annotations, formats/);
});
