/**
 * The studio in Firefox: the gallery's first example to its score and an answer; the layout on a small phone.
 */
import { expect, it } from "vitest";
import { type FirefoxPage, firefoxNote, firefoxPath, openFirefox } from "../support/browser/firefox.ts";
import { layoutFaultsExpression } from "../support/browser/screen-layout.ts";
import { openStudio } from "../support/browser/studio-page.ts";

/** Checks what is shown at 320 px, in both languages. */
async function findFaults(page: FirefoxPage, name: string): Promise<string[]> {
  await page.resize(320, 640);
  const faults: string[] = [];
  for (const language of ["ru", "en"]) {
    await page.evaluate(`document.querySelector('.pills [lang=${language}]')?.click()`);
    await page.waitFor(`document.documentElement.lang === '${language}'`, 10_000);
    const found: string[] = JSON.parse(await page.evaluate(layoutFaultsExpression));
    faults.push(...found.map((fault) => `${name}, ${language}: ${fault}`));
  }
  return faults;
}

it.skipIf(!firefoxPath)(
  `trains the studio's first example in Firefox and answers${firefoxNote}`,
  {
    timeout: 300_000,
  },
  async () => {
    const server = await openStudio();
    const page = await openFirefox();
    try {
      await page.open(server.url);
      await page.waitFor("document.querySelector('section .card button') !== null", 60_000);
      await page.evaluate("document.querySelector('section .card button').click()");
      await page.waitFor("document.querySelector('.number') !== null", 200_000);
      const score = await page.evaluate("document.querySelector('.number').textContent");
      expect(Number.parseInt(score, 10)).toBeGreaterThanOrEqual(95);
      await page.evaluate("document.querySelector('.steps a[href$=\"/try\"]').click()");
      await page.waitFor("document.querySelector('.clips .chip') !== null", 30_000);
      await page.evaluate("document.querySelector('.clips .chip').click()");
      await page.waitFor("document.querySelector('.history li') !== null", 60_000);
      expect(await page.evaluate("document.querySelector('.answer').textContent")).toBe("good night");
      const faults = await findFaults(page, "try");
      for (const [step, selector] of [
        ["record", ".item .play"],
        ["result", ".number"],
        ["take", "main pre"],
        ["lessons", ".walk .primary"],
      ] as const) {
        await page.evaluate(`document.querySelector('.steps a[href$="/${step}"]').click()`);
        await page.waitFor(`document.querySelector('${selector}') !== null`, 30_000);
        faults.push(...(await findFaults(page, step)));
      }
      await page.evaluate("document.querySelector('.brand').click()");
      await page.waitFor("document.querySelector('.card .score') !== null", 30_000);
      faults.push(...(await findFaults(page, "home")));
      expect(faults).toEqual([]);
    } finally {
      await page.close();
      await server.close();
    }
  },
);
