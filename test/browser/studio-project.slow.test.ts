/**
 * A project of the studio: trained, trained again, its threshold, downloaded and opened again; and golems
 * whose recordings are missing.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { zipSync } from "fflate";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { train } from "../../src/index.ts";
import type { StudioServer } from "../../src/server/studio-server.ts";
import { findViolations } from "../support/browser/accessibility.ts";
import { browserNote, browserPath, getBrowser } from "../support/browser/browser.ts";
import { findLayoutFaults } from "../support/browser/screen-layout.ts";
import { choose, createTones, openTones, unpackDownload } from "../support/browser/studio-files.ts";
import { countKept, goTo, openStudio, openStudioPage } from "../support/browser/studio-page.ts";

/** Files of a folder as a zip, as the studio packs them. */
async function pack(folder: string): Promise<Buffer> {
  const files: Record<string, Uint8Array> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files[`p/${path.slice(folder.length + 1).replaceAll("\\", "/")}`] = await readFile(path);
  }
  return Buffer.from(zipSync(files, { level: 0 }));
}

async function trainHere(page: Page): Promise<void> {
  await page.locator(".foot button.primary").click();
  await page.waitForSelector(".number", { timeout: 120_000 });
}

const openZip = (page: Page, buffer: Buffer) =>
  choose(page, "Open a zip file", { name: "p.zip", mimeType: "application/zip", buffer });

describe.skipIf(!browserPath)(`a project of the studio${browserNote}`, () => {
  let server: StudioServer;
  beforeAll(async () => {
    server = await openStudio();
  });
  afterAll(() => server?.close());

  it("keeps recordings, golem, history and threshold, and is a data set of golem train too", {
    timeout: 300_000,
  }, async () => {
    const { page, complaints } = await openStudioPage(await getBrowser(), server.url, {
      acceptDownloads: true,
    });
    await openTones(page);
    await trainHere(page);
    expect(await page.locator("#history").count()).toBe(0);
    const threshold = page.locator(".threshold input");
    await threshold.fill("95");
    expect(await page.locator(".threshold .state").textContent()).toMatch(
      /right, .*wrong .*without an answer/,
    );
    await threshold.dispatchEvent("change");

    // A class that is not in alphabetical order, a recording less: the second training tells what changed.
    await goTo(page, "record");
    await page.locator(".item .tools button").nth(1).click();
    await page.waitForFunction(() => document.querySelectorAll(".item").length === 3);
    await trainHere(page);
    await page.waitForSelector("#history");
    const rows = await page.locator("section[aria-labelledby=history] tbody tr").allTextContents();
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatch(/1 removed.*%.*points \(.* to .*\)/);
    expect(rows[1]).toMatch(/8 recordings/);
    expect(await page.locator(".number-row").textContent()).toMatch(/the training before: .*on 7 recordings/);
    expect(await findViolations(page)).toEqual([]);
    for (const width of [320, 390, 768, 1280]) {
      await page.setViewportSize({ width, height: 860 });
      expect(await findLayoutFaults(page), `${width}`).toEqual([]);
    }
    const score = await page.textContent(".number");

    await goTo(page, "take");
    const folder = await unpackDownload(page, ".offer:nth-child(3) .button");
    const golem = await train(folder, { encoder: "mfcc" });
    expect(golem.labels).toEqual(["high", "low"]);
    await golem.dispose();

    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.click(".offer:nth-child(4) .button"),
    ]);
    const report = await readFile(await download.path(), "utf8");
    expect(download.suggestedFilename()).toMatch(/-report\.html$/);
    expect(report).toMatch(/<title>.*golem report<\/title>/s);
    expect(report.match(/id="clip-\d+"/g)).toHaveLength(7);

    const other = await openStudioPage(await getBrowser(), server.url);
    await openZip(other.page, await pack(folder));
    await other.page.waitForSelector("#history", { timeout: 120_000 });
    expect(await other.page.textContent(".number")).toBe(score);
    await other.page.waitForFunction(() => document.querySelector(".behind .play"));
    expect(await other.page.locator(".stale").count()).toBe(0);
    expect(await other.page.inputValue(".threshold input")).toBe("95");
    await goTo(other.page, "record");
    expect(await countKept(other.page)).toEqual([3, 4]);
    expect([...complaints, ...other.complaints]).toEqual([]);
  });

  it("says which recordings of an opened golem are missing, and compares the training that updates it", {
    timeout: 300_000,
  }, async () => {
    const { page } = await openStudioPage(await getBrowser(), server.url, { acceptDownloads: true });
    await openTones(page);
    await trainHere(page);
    await goTo(page, "take");
    const golem = await unpackDownload(page, ".offer .primary");
    await page.goto(server.url);
    await choose(page, "Open a folder", golem);
    await page.waitForSelector(".try");
    await goTo(page, "record");
    await page.waitForSelector(".stale");
    expect(await page.textContent(".stale")).toMatch(/on 8 recordings, of which 8 are not here/);
    const files = createTones(5);
    const wanted = Object.entries(createTones(4)).concat(Object.entries(files).slice(4, 5));
    const zip = Buffer.from(zipSync(Object.fromEntries(wanted), { level: 0 }));
    await choose(page, "Choose files", { name: "tones.zip", mimeType: "application/zip", buffer: zip });
    await page.waitForFunction(() => !document.querySelector(".stale"), undefined, { timeout: 120_000 });
    await page.locator(".foot button.primary").waitFor({ timeout: 120_000 });
    await trainHere(page);
    await page.waitForSelector("#history");
    const rows = await page.locator("section[aria-labelledby=history] tbody tr").allTextContents();
    expect(rows[0]).toMatch(/1 recording added.*points/);
  });

  it("names what to label next of files without labels, and takes them", { timeout: 300_000 }, async () => {
    const { page, complaints } = await openStudioPage(await getBrowser(), server.url);
    await openTones(page);
    await trainHere(page);
    await page.getByRole("button", { name: "Choose unlabelled files" }).waitFor();
    const pool = Object.entries(createTones(7)).map(([path, bytes], i) => ({
      name: `${i}.wav`,
      mimeType: "audio/wav",
      buffer: Buffer.from(path.endsWith("/3.wav") ? bytes.subarray(0, 20) : bytes),
    }));
    await choose(page, "Choose unlabelled files", pool);
    await page.waitForSelector(".suggestions li");
    const listed = await page.locator(".suggestions li").count();
    expect(listed).toBeGreaterThan(5);
    expect(await findViolations(page)).toEqual([]);
    for (const width of [320, 390, 768, 1280]) {
      await page.setViewportSize({ width, height: 860 });
      expect(await findLayoutFaults(page), `${width}`).toEqual([]);
    }
    await page.locator(".suggestions select").first().selectOption("low");
    await page.locator(".suggestions .button").first().click();
    await page.waitForFunction((n) => document.querySelectorAll(".suggestions li").length === n, listed - 1);
    await goTo(page, "record");
    expect(await countKept(page)).toEqual([4, 5]);
    expect(complaints).toEqual([]);
  });
});
