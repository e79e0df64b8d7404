/** Reports of a trained golem in a real browser, with sound and evaluated: whole and small. */
import { readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { beforeAll, describe, it } from "vitest";
import { browserNote, browserPath, getBrowser } from "../support/browser/browser.ts";
import { bankingFolder, getSmallGolem } from "../support/browser/golem-page.ts";
import { expectWholeReports } from "../support/browser/report-page.ts";
import { createScratchFolder } from "../support/scratch-folder.ts";

describe.skipIf(!browserPath)(`a report in a browser${browserNote}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await getBrowser();
  });

  it("is whole and small: of a golem, reported with sound, evaluated", { timeout: 300_000 }, async () => {
    const data = join(await createScratchFolder(), "held out.csv");
    const held = ["abroad", "balance", "freeze"].flatMap((label) => {
      const names = readdirSync(join(bankingFolder, "test", label))
        .sort()
        .slice(0, 2);
      return names.map((name) => `${bankingFolder}/test/${label}/${name},${label}`);
    });
    await writeFile(data, ["file_name,label", ...held].join("\n"));
    await expectWholeReports(browser, await getSmallGolem(), data, {
      ...{ classes: 3, recordings: 12, evaluated: held.length },
    });
  });
});
