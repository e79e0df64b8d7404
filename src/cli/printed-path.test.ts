/** Paths on the terminal, which a shell must read as the same path. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { quoteForShell, shortenPath } from "./printed-path.ts";

const words = ["my-golem", "мой голем", "it's", "$HOME/~a", "a;b&c|d", 'say "x"', "*", ""];

it.skipIf(process.platform === "win32").each(words)("is read by sh as the same path: %j", (word) => {
  expect(execFileSync("sh", ["-c", `printf %s ${quoteForShell(word)}`], { encoding: "utf8" })).toBe(word);
});

it("does not quote plain paths in any script, and quotes for Windows there", () => {
  expect(quoteForShell("../голем/my-golem.1", "linux")).toBe("../голем/my-golem.1");
  expect(quoteForShell("C:\\golems\\one", "win32")).toBe("C:\\golems\\one");
  expect(quoteForShell("C:\\my golems", "win32")).toBe('"C:\\my golems"');
});

it("prints paths relative to the working folder if that is shorter", () => {
  expect(shortenPath(join(process.cwd(), "demo", "a.ogg"))).toBe(join("demo", "a.ogg"));
  expect(shortenPath("/x")).toBe("/x");
  expect(shortenPath("my-golem")).toBe("my-golem");
});
