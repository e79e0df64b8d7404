/** The report of a large golem in a real browser. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { browserNote, browserPath, getBrowser } from "../support/browser/browser.ts";
import { bankingFolder as banking } from "../support/browser/golem-page.ts";
import { expectWholeReports } from "../support/browser/report-page.ts";
import { runGolem } from "../support/command-line.ts";
import { createScratchFolder } from "../support/scratch-folder.ts";

describe.skipIf(!browserPath)(`a report in a browser${browserNote}`, () => {
  it("of 14 classes is whole and small: trained, reported with sound, evaluated", async () => {
    const folder = await createScratchFolder();
    const [data, golem] = [join(folder, "part of banking.csv"), join(folder, "golem")];
    await writeFile(data, await listPartOfBanking());
    expect((await runGolem(["train", data, "--out", golem])).exitCode).toBe(0);
    await expectWholeReports(await getBrowser(), golem, data, {
      ...{ classes: 14, recordings: 84, evaluated: 28 },
    });
  }, 400_000);
});

/** A list of the training recordings of banking and of two of the ten test recordings of each class, by absolute paths. */
async function listPartOfBanking(): Promise<string> {
  const [header, ...rows] = (await readFile(join(banking, "metadata.csv"), "utf8")).trim().split("\n");
  const wanted = rows.filter((row) => row.startsWith("train/") || /^test\/\w+\/0[01]-/.test(row));
  return [header, ...wanted.map((row) => `${banking}/${row}`)].join("\n");
}
