/** The first example of the gallery: a score and answers without any network. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StudioServer } from "../../src/server/studio-server.ts";
import { findViolations } from "../support/browser/accessibility.ts";
import { browserNote, browserPath, getBrowser } from "../support/browser/browser.ts";
import { goTo, openStudio, openStudioPage } from "../support/browser/studio-page.ts";

describe.skipIf(!browserPath)(`the first example of the studio${browserNote}`, () => {
  let server: StudioServer;
  beforeAll(async () => {
    server = await openStudio();
  });
  afterAll(() => server?.close());

  it("has a score by one click and classifies its test recordings, before any network is loaded", async () => {
    const { page } = await openStudioPage(await getBrowser(), server.url);
    await page.route("**/weights/**", () => {});
    await page.locator("section .card button").first().click();
    await page.waitForSelector(".number");
    expect(Number.parseInt((await page.textContent(".number"))!, 10)).toBeGreaterThanOrEqual(95);
    await goTo(page, "try");
    const clips = page.locator(".clips .chip");
    expect(await clips.count()).toBe(12);
    const answered: (string | null)[] = [];
    for (let i = 0; i < 12; i++) {
      await clips.nth(i).click();
      await page.waitForSelector(`.history li:nth-child(${i + 1})`);
      answered.push(await page.textContent(".answer"));
    }
    const labels = Array.from({ length: 12 }, (_, i) => ["good night", "hey golem", "lights on"][i % 3]);
    expect(answered.filter((answer, i) => answer !== labels[i] && answer !== "unknown")).toEqual([]);
    // The threshold flags one familiar recording in twenty.
    expect(answered.filter((answer) => answer !== "unknown").length).toBeGreaterThanOrEqual(11);
    expect(await page.textContent(".under")).toContain("Recorded as “lights on”");
    expect(await findViolations(page)).toEqual([]);
  });

  it("is embedded in the browser where its embeddings do not fit", { timeout: 300_000 }, async () => {
    const { page } = await openStudioPage(await getBrowser(), server.url);
    await page.route("**/*-embeddings.zip", (route) => route.fulfill({ body: "another recipe's" }));
    await page.locator("section .card button").first().click();
    await page.waitForSelector(".number", { timeout: 240_000 });
    expect(Number.parseInt((await page.textContent(".number"))!, 10)).toBeGreaterThanOrEqual(95);
  });
});
