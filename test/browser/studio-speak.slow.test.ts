/** Typed words in the studio: recordings of synthetic voices, a golem of them, and its honest score. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StudioServer } from "../../src/server/studio-server.ts";
import { browserNote, browserPath, getBrowser } from "../support/browser/browser.ts";
import { unpackDownload } from "../support/browser/studio-files.ts";
import { countKept, expectFit, goTo, openStudio, openStudioPage } from "../support/browser/studio-page.ts";

describe.skipIf(!browserPath)(`typed words in the studio${browserNote}`, () => {
  let server: StudioServer;
  beforeAll(async () => {
    server = await openStudio();
  });
  afterAll(() => server?.close());

  it("become recordings of several voices, a golem, and a score that says so", async () => {
    const { page, complaints } = await openStudioPage(await getBrowser(), server.url, {
      acceptDownloads: true,
    });
    await page.getByRole("button", { name: "New task" }).click();
    await page.getByRole("button", { name: "Type the words" }).click();
    await page.getByLabel("Words", { exact: true }).fill("yes\nno\ngreet,good morning");
    await page.getByLabel("Recordings per class").fill("4");
    await expectFit(page, "typing words");
    await page.getByRole("button", { name: "Make recordings" }).click();
    await page.waitForSelector('.notice:has-text("12 recordings added")');
    expect(await countKept(page)).toEqual([4, 4, 4]);
    expect(await page.locator(".item small").first().textContent()).toContain("synthetic voice");
    // Again: other recordings of the same class.
    await page.getByRole("button", { name: "Type the words" }).click();
    await page.getByLabel("Words", { exact: true }).fill("no");
    await page.getByLabel("Recordings per class").fill("2");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".speak", { state: "detached" });
    expect(await countKept(page)).toEqual([4, 6, 4]);
    await page.locator(".foot button.primary").click();
    await page.waitForSelector(".number");
    expect(await page.textContent("#score")).toContain("synthetic voices");
    await goTo(page, "take");
    const data = await unpackDownload(page, ".offer:nth-child(3) .button");
    const rows = (await readFile(join(data, "metadata.csv"), "utf8")).trim().split("\n");
    expect(rows).toHaveLength(15);
    expect(rows[0]).toBe("file_name,label,speaker,origin");
    for (const row of rows.slice(1)) expect(row).toMatch(/,flite-\w+,synthetic$/);
    expect(new Set(rows.slice(1).map((row) => row.split(",")[2])).size).toBe(4);
    const hashes = await Promise.all(
      rows.slice(1).map((row) => readFile(join(data, row.split(",")[0]!), "hex")),
    );
    expect(new Set(hashes).size).toBe(14);
    expect(complaints).toEqual([]);
  });
});
