/** The studio with hundreds of recordings in a real browser. */
import type { Browser } from "playwright-core";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { browserNote, browserPath, getBrowser } from "../support/browser/browser.ts";
import { openTones } from "../support/browser/studio-files.ts";
import { openStudio, openStudioPage } from "../support/browser/studio-page.ts";

describe.skipIf(!browserPath)(`the studio${browserNote}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await getBrowser();
  });

  it("draws only what is seen of 600 recordings", { timeout: 300_000 }, async () => {
    const server = await openStudio();
    onTestFinished(() => server.close());
    const { page } = await openStudioPage(browser, server.url);
    await openTones(page, 300);
    await page.waitForFunction(() => document.querySelector(".rows")?.clientHeight === 300 * 60, undefined, {
      timeout: 60_000,
    });
    for (const share of [0, 0.5, 1]) {
      await page.evaluate((at) => scrollTo(0, at * document.body.scrollHeight), share);
      await page.waitForFunction(() => {
        const rows = [...document.querySelectorAll(".item")].map((row) => row.getBoundingClientRect());
        return rows.some(({ top, bottom }) => top < innerHeight && bottom > innerHeight - 300);
      });
      expect(await page.locator(".item").count()).toBeLessThan(50);
    }
  });
});
