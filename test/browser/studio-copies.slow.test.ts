/** Training with varied copies in the studio: the same golem as Node's. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadGolem, train } from "../../src/index.ts";
import type { StudioServer } from "../../src/server/studio-server.ts";
import { browserNote, browserPath, getBrowser } from "../support/browser/browser.ts";
import { openTones, unpackDownload } from "../support/browser/studio-files.ts";
import { goTo, openStudio, openStudioPage } from "../support/browser/studio-page.ts";

describe.skipIf(!browserPath)(`varied copies in the studio${browserNote}`, () => {
  let server: StudioServer;
  beforeAll(async () => {
    server = await openStudio();
  });
  afterAll(() => server?.close());

  it("are made in the background and give the golem that Node trains on the same recordings", async () => {
    const { page } = await openStudioPage(await getBrowser(), server.url, { acceptDownloads: true });
    await openTones(page, 5);
    await page.waitForSelector('.foot [role=status]:has-text("Preparing varied copies")');
    await page.locator(".foot button.primary").click();
    await page.waitForSelector(".number");
    expect(await page.textContent("section[aria-labelledby=views]")).toContain("3 varied copies");
    await goTo(page, "take");
    const own = await loadGolem(await unpackDownload(page, ".offer .primary"));
    const data = await unpackDownload(page, ".offer:nth-child(3) .button");
    const nodes = await train(data);
    const { document } = own.model;
    const { document: expected } = nodes.model;
    expect(document.augment).toEqual({
      ...expected.augment,
      share: expect.closeTo(expected.augment!.share, 4),
    });
    expect(document.labels).toEqual(expected.labels);
    expect(document.evaluation!.balancedAccuracy).toBeCloseTo(expected.evaluation!.balancedAccuracy, 3);
    expect(document.evaluation!.interval).toBeAllclose(expected.evaluation!.interval, { atol: 0.005 });
  });

  it("are left out where the setting says so", async () => {
    const { page } = await openStudioPage(await getBrowser(), server.url);
    await openTones(page, 4);
    await page.click("details.settings summary");
    await page.getByLabel("Train on varied copies too").uncheck();
    await page.locator(".foot button.primary").click();
    await page.waitForSelector(".number");
    expect(await page.textContent("section[aria-labelledby=views]")).not.toContain("varied");
  });
});
