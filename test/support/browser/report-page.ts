/** Reports in a real browser, for tests. */
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { expect } from "vitest";
import { runGolem } from "../command-line.ts";
import { createScratchFolder } from "../scratch-folder.ts";
import { findViolations } from "./accessibility.ts";
import { openWatchedPage } from "./browser.ts";
import { bankingFolder } from "./golem-page.ts";

/** A screen on a desk. */
export const desk = { width: 1280, height: 900 } as const;

/** Waits until a page plays sound. */
export const isPlaying = (page: Page) =>
  page.waitForFunction(() => {
    const audio = document.querySelector("audio");
    return audio !== null && audio.currentTime > 0.05 && audio.error === null;
  });

/**
 * Expects that the reports of a golem in a folder of its own are whole and small: as training wrote it, without sound, with sound, and of an evaluation on
 * `data`. `recordings`: those it was trained on; `evaluated`: those of `data`.
 */
export async function expectWholeReports(
  browser: Browser,
  golem: string,
  data: string,
  counts: { readonly classes: number; readonly recordings: number; readonly evaluated: number },
): Promise<void> {
  const { classes, recordings, evaluated: evaluations } = counts;
  const folder = await createScratchFolder();
  const paths = ["silent.html", "full.html", "evaluated.html"].map((name) => join(folder, name));
  const [silent, full, evaluated] = paths as [string, string, string];
  expect((await runGolem(["report", golem, "--out", silent, "--no-audio"])).exitCode).toBe(0);
  const { stdout } = await runGolem(["report", golem, "--out", full, "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({ report: full, recordings, found: recordings });
  const evaluation = await runGolem(["evaluate", golem, data, "--report", evaluated]);
  expect(evaluation.stdout).toContain(`Report: ${evaluated}`);
  expect((await readFile(silent)).length).toBeLessThan(3e6);
  expect((await readFile(full)).length).toBeLessThan(12e6);
  for (const path of [...paths, join(golem, "report.html")]) {
    const text = await readFile(path, "utf8");
    // No paths of this machine.
    for (const place of [folder, dirname(golem), bankingFolder, dirname(bankingFolder)])
      expect(text).not.toContain(place);
    const { page, complaints, requests } = await openWatchedPage(browser, { viewport: desk });
    await page.goto(pathToFileURL(path).href);
    expect(await page.locator("#mistakes tbody tr").count()).toBe(classes);
    expect(await page.locator(".wide .dot").count()).toBe(path === evaluated ? evaluations : recordings);
    // Where all answers are right and sure, there is nothing to listen to.
    const plays = page.locator("#listen .play");
    if ((path === full || path === evaluated) && (await plays.count()) > 0) {
      await plays.first().click();
      await isPlaying(page);
      const widths = await page
        .locator("#listen img")
        .evaluateAll((images) => images.map((image) => (image as HTMLImageElement).naturalWidth));
      expect(Math.min(...widths)).toBeGreaterThan(100);
    } else if (path === silent) expect(await page.locator("button.play").count()).toBe(0);
    if (path === full) expect(await findViolations(page)).toEqual([]);
    expect(complaints).toEqual([]);
    expect(requests).toEqual([pathToFileURL(path).href]);
  }
}
