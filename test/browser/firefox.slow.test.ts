/** The studio in Firefox: the gallery's first example to its score and an answer. */
import { expect, it } from "vitest";
import { firefoxNote, firefoxPath, openFirefox } from "../support/firefox.ts";
import { openStudio } from "../support/studio-page.ts";

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
      expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe("true");
    } finally {
      await page.close();
      await server.close();
    }
  },
);
