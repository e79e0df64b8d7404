/**
 * Reports in a real browser: they show, play and open what they should, whatever the recordings are called,
 * and make no network requests.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { loadPageAssets } from "../../src/node/report/golem-report.ts";
import { writeDifferencePage } from "../../src/view/report/difference-page.tsx";
import { writeReport } from "../../src/view/report/page.tsx";
import { createTone, createWav } from "../support/audio-files.ts";
import { findViolations } from "../support/browser/accessibility.ts";
import { browserNote, browserPath, getBrowser, openWatchedPage } from "../support/browser/browser.ts";
import { desk, isPlaying } from "../support/browser/report-page.ts";
import { runGolem } from "../support/command-line.ts";
import { hostileTexts, makeReportData } from "../support/report-data.ts";
import { createScratchFolder } from "../support/scratch-folder.ts";

const schemes = ["light", "dark"] as const;
const sizes = { desk, phone: { width: 390, height: 844 } };

async function save(text: string): Promise<string> {
  const path = join(await createScratchFolder(), "report.html");
  await writeFile(path, text);
  return path;
}

describe.skipIf(!browserPath)(`a report in a browser${browserNote}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await getBrowser();
  });

  for (const colorScheme of schemes) {
    for (const [size, viewport] of Object.entries(sizes)) {
      it(`is accessible, ${colorScheme}, ${size}`, async () => {
        const path = await save(writeReport(makeReportData(), await loadPageAssets()));
        const { page, complaints, requests } = await openWatchedPage(browser, { colorScheme, viewport });
        await page.goto(pathToFileURL(path).href);
        expect(await findViolations(page)).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
        expect(complaints).toEqual([]);
        expect(requests).toEqual([pathToFileURL(path).href]);
      });
    }
  }

  it.each(schemes)("of two golems compared is accessible, wide and on a phone, %s", async (colorScheme) => {
    const long = "a recording with a very long name ".repeat(4);
    const text = writeDifferencePage(
      {
        ...{ difference: 0.05, interval: [-0.02, 0.12], recordings: 40 },
        scores: { a: 0.85, b: 0.9 },
        brier: { a: 0.2, b: 0.15, difference: -0.05, interval: [-0.1, 0.01] },
        perClass: { yes: { a: 0.8, b: 0.9, recordings: 20 }, [long]: { a: 0.9, b: 0.9, recordings: 20 } },
        changed: [{ file: `${long}.wav`, label: "yes", a: long, b: "yes" }],
      },
      { a: "before", b: "after" },
      await loadPageAssets(),
    );
    const path = await save(text);
    for (const viewport of Object.values(sizes)) {
      const { page, complaints } = await openWatchedPage(browser, { colorScheme, viewport });
      await page.goto(pathToFileURL(path).href);
      expect(await findViolations(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
      expect(complaints).toEqual([]);
    }
  });

  it("shows hostile names as the text they are", async () => {
    const path = await save(writeReport(makeReportData({ labels: hostileTexts }), await loadPageAssets()));
    const { page, complaints } = await openWatchedPage(browser, { viewport: sizes.desk });
    await page.goto(pathToFileURL(path).href);
    for (const button of await page.locator(".recordings .play:visible").all()) await button.click();
    for (const cell of await page.locator("[data-cell]").all()) await cell.click();
    for (const dot of await page.locator(".wide [data-rec]").all()) await dot.dispatchEvent("pointerover");
    expect(await page.title()).toBe(`${hostileTexts[0]}: golem report`);
    expect(await page.locator("img:not([src^='data:image/png'])").count()).toBe(0);
    expect(await page.locator("script:not([type='text/plain'])").count()).toBe(2);
    expect(await page.locator("[onerror], [onmouseover]").count()).toBe(0);
    // Some of its recordings are links, to nothing.
    expect(complaints.filter((text) => !text.includes("ERR_FILE_NOT_FOUND"))).toEqual([]);
    const shown = await page.locator(".legend li").allTextContents();
    expect(shown.map((text) => text.replace(/^\d+/, ""))).toEqual(
      hostileTexts.map((text) => text.replaceAll(/\u202e|\p{Cc}|\p{Cs}/gu, "\ufffd")),
    );
  });

  it("runs no script but its own, even if one gets in", async () => {
    const text = writeReport(makeReportData(), await loadPageAssets());
    const path = await save(text.replace("</main>", `<script>document.title = "broken"</script></main>`));
    const { page, complaints } = await openWatchedPage(browser);
    await page.goto(pathToFileURL(path).href);
    expect(await page.title()).toBe("dog: golem report");
    expect(complaints.join()).toContain("Content Security Policy");
  });

  it("plays clips, opens cells, and goes over the map with keys", async () => {
    const path = await save(writeReport(makeReportData(), await loadPageAssets()));
    const { page, complaints } = await openWatchedPage(browser, { viewport: sizes.desk });
    await page.goto(pathToFileURL(path).href);
    const id = await page.locator("[data-cell][aria-pressed=false]").first().getAttribute("data-cell");
    const closed = page.locator(`[data-cell='${id}']`);
    await closed.press("Enter");
    expect(await closed.getAttribute("aria-pressed")).toBe("true");
    expect(await page.locator(".list:visible").count()).toBe(1);
    expect(await page.locator(".list:visible").getAttribute("id")).toBe(
      await closed.getAttribute("data-cell"),
    );

    await page.locator("#listen .play").first().click();
    await isPlaying(page);
    expect(await page.locator("#player").isVisible()).toBe(true);
    await page.locator("#player-close").click();
    expect(await page.locator("#player").isVisible()).toBe(false);

    const dot = page.locator(".wide [data-rec][tabindex='0']");
    const first = await dot.getAttribute("data-rec");
    await dot.focus();
    for (const key of ["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"]) await page.keyboard.press(key);
    await page.keyboard.press("ArrowDown");
    expect(await dot.count()).toBe(1);
    expect(await dot.getAttribute("data-rec")).not.toBe(first);
    expect(await page.locator("#tip").textContent()).toContain(".wav");
    await page.keyboard.press("Escape");
    expect(await page.locator("#tip").isVisible()).toBe(false);

    await page.locator("[data-class='1']").click();
    expect(await page.locator(".wide .dot.chosen").count()).toBe(6);
    await page.locator("input[value=mistake]").click();
    await page.locator("#recordings summary").first().click();
    await page.locator("#filter").fill("cat/");
    expect(await page.locator("#rows tbody tr:visible").count()).toBe(6);
    const before = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.locator("#theme").click();
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).not.toBe(before);
    expect(complaints).toEqual([]);
  });

  it("plays recordings beside the golem that training saved, and says so when they are gone", async () => {
    const folder = await createScratchFolder();
    for (const [label, hertz] of [
      ["low", 300],
      ["high # 100 %", 1500],
    ] as const) {
      await mkdir(join(folder, "data", label), { recursive: true });
      for (let i = 0; i < 3; i++) {
        await writeFile(
          join(folder, "data", label, `${i}.wav`),
          createWav(createTone(16_000, 1, 1, hertz + 20 * i), 16_000),
        );
      }
    }
    const golem = join(folder, "golem");
    const { stdout } = await runGolem([
      "train",
      join(folder, "data"),
      "--out",
      golem,
      "--encoder",
      "moonshine-tiny",
      "--augment",
      "none",
    ]);
    expect(stdout).toContain(`Report: ${join(golem, "report.html")}`);
    const { page, complaints } = await openWatchedPage(browser, { viewport: sizes.desk });
    await page.goto(pathToFileURL(join(golem, "report.html")).href);
    const links = page.locator("#mistakes .play:visible");
    await links.first().click();
    await isPlaying(page);
    expect(complaints).toEqual([]);
    const text = await readFile(join(golem, "report.html"), "utf8");
    expect(text).not.toContain(folder);
    expect(text).not.toContain(basename(folder));
    await page.evaluate(() => {
      const audio = document.querySelector("audio")!;
      audio.src = "gone.wav";
    });
    await page.locator("#player-text", { hasText: "The recording cannot be played" }).waitFor();
  });
});
