/** The page of `golem review` in Chromium: answers by keyboard alone, shown and saved at once, in both languages. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { getReviewPages } from "../../src/node/export/studio-site.ts";
import { openClipKeeper } from "../../src/node/keep/clip-keeper.ts";
import { openReview } from "../../src/node/keep/review-folder.ts";
import { createReviewRoutes } from "../../src/server/review-routes.ts";
import { startStudioServer } from "../../src/server/studio-server.ts";
import { createTone } from "../support/audio-files.ts";
import { findViolations } from "../support/browser/accessibility.ts";
import { browserNote, browserPath, getBrowser, openWatchedPage } from "../support/browser/browser.ts";
import { createScratchFolder } from "../support/scratch-folder.ts";

let browser: Browser;

async function keepTones(folder: string, heard: readonly (readonly [string, number])[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  const keeper = await openClipKeeper({ folder });
  for (const [label, confidence] of heard) {
    const samples = new Float32Array(48_000);
    samples.set(createTone(16_000, 1, 1, 300)[0]!, 16_000);
    keeper.keep(
      {
        kind: "event",
        event: { start: 11, end: 12, label, confidence },
        start: 10,
        samples,
        sampleRate: 16_000,
      },
      "day.wav",
    );
  }
  await keeper.close();
}

async function open(folder: string, locale = "en-GB", address = "") {
  const server = await startStudioServer(
    await getReviewPages(),
    0,
    createReviewRoutes(await openReview(folder), ["npx golem update my-golem kept --out newer"]),
  );
  onTestFinished(() => server.close());
  const watched = await openWatchedPage(browser, { locale });
  await watched.page.goto(server.url + address);
  await watched.page.waitForSelector("section h2");
  return watched;
}

const getRows = async (folder: string): Promise<string[][]> =>
  (await readFile(join(folder, "metadata.csv"), "utf8"))
    .trim()
    .split("\n")
    .slice(1)
    .map((row) => row.split(","));

describe.skipIf(!browserPath)(`golem review${browserNote}`, () => {
  beforeAll(async () => {
    browser = await getBrowser();
  });

  it("takes every kind of answer from the keyboard, least sure first, and goes on where it was left", async () => {
    const folder = await createScratchFolder();
    await keepTones(folder, [
      ["dog", 0.95],
      ["<b>cat</b>", 0.5],
      ["dog", 0.6],
      ["dog", 0.7],
      ["dog", 0.8],
      ["dog", 0.9],
    ]);
    const { page, complaints } = await open(folder);
    const press = async (keys: readonly string[], labelled: number) => {
      for (const key of keys) await page.keyboard.press(key);
      await page.waitForSelector(`[role=status]:text-is("${labelled} of 6 labelled")`);
    };
    expect(await page.textContent(".heard")).toBe("Detected: <b>cat</b>, 50 %");
    await page.waitForFunction(() => document.querySelector("audio")!.duration === 3);
    await page.waitForFunction(
      () => document.querySelector<HTMLElement>(".stretch")!.style.left === "33.3333%",
    );
    const heights = await page.evaluate(() =>
      ["img", ".stretch"].map((selector) => document.querySelector(selector)!.getBoundingClientRect().height),
    );
    expect(heights[1]).toBe(heights[0]);
    expect(await page.evaluate(() => document.querySelector("img")!.naturalWidth)).toBeGreaterThan(100);
    expect(await findViolations(page)).toEqual([]);
    expect(await page.locator("pre").count()).toBe(0);
    await press(["r"], 1);
    expect(await page.textContent("pre")).toBe("npx golem update my-golem kept --out newer");
    await press(["w"], 2);
    await press(["b"], 3);
    await press(["2"], 4);
    await press(["l", "b", "i", "r", "d", "Enter"], 5);
    const rows = (await getRows(folder)).map(([, label, source, start, end]) => [label, source, start, end]);
    expect(rows).toEqual(
      ["<b>cat</b>", "_unknown", "_background", "dog", "bird"].map((label) => [label, "day.wav", "1", "2"]),
    );
    await press(["ArrowLeft", "ArrowLeft", "u"], 4);
    expect((await getRows(folder)).map(([, label]) => label)).not.toContain("dog");
    expect(complaints).toEqual([]);
    const again = await open(folder);
    expect(await again.page.textContent("section h2")).toBe("Recording 4 of 6");
    expect(await again.page.textContent(".keys >> nth=1")).toContain("bird");
  });

  it("says in Russian what it is, and when an answer could not be saved", async () => {
    const folder = await createScratchFolder();
    await keepTones(folder, [["dog", 0.95]]);
    const { page } = await open(folder, "ru-RU", "review.html");
    expect(await page.textContent(".heard")).toBe("Распознано: dog, 95 %");
    await writeFile(join(folder, "metadata.csv"), "file_name,label,speaker\n");
    await page.keyboard.press("r");
    expect(await page.textContent("[role=alert]")).toContain("Не сохранено");
    expect(await page.textContent("[role=status]")).toBe("Размечено 0 из 1");
  });
});
