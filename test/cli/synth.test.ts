/** `golem synth` from the command line, through the built program: words, files of wordings, and wrong usage. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { runGolem } from "../support/command-line.ts";
import { createScratchFolder } from "../support/scratch-folder.ts";

it("makes a data set of words, and of a file of wordings", async () => {
  const folder = await createScratchFolder();
  const file = join(folder, "requests.txt");
  writeFileSync(file, "balance,what is left\nbalance\thow much do I have\nstop\n");
  const out = join(folder, "data");
  const { exitCode, stdout } = await runGolem([
    "synth",
    file,
    "--out",
    out,
    "--count",
    "2",
    "--voices",
    "2",
    "--json",
  ]);
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ data: out, recordings: 4, labels: ["balance", "stop"] });
  const list = readFileSync(join(out, "metadata.csv"), "utf8");
  expect(list).toContain("what is left,synthetic");
  expect(list).toContain("how much do I have,synthetic");
});

it("names the file that is missing, and the option that is", async () => {
  const out = join(await createScratchFolder(), "data");
  const missing = await runGolem(["synth", "words.txt", "--out", out]);
  expect(missing).toMatchObject({ exitCode: 1 });
  expect(missing.stderr).toContain("data-not-found");
  expect(await runGolem(["synth", "yes"])).toMatchObject({ exitCode: 2 });
});
