/** Recordings of the studio trimmed, split and moved. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeWav } from "../../src/audio/wav-writer.ts";
import { joinFloats } from "../../src/core/join-arrays.ts";
import type { StudioServer } from "../../src/server/studio-server.ts";
import { createTone } from "../support/audio-files.ts";
import { findViolations } from "../support/browser/accessibility.ts";
import { browserNote, browserPath, getBrowser } from "../support/browser/browser.ts";
import { findLayoutFaults } from "../support/browser/screen-layout.ts";
import { chooseZip } from "../support/browser/studio-files.ts";
import { countKept, openStudio, openStudioPage } from "../support/browser/studio-page.ts";

const rate = 16_000;

/** Three tones with a second of silence around each: 4.2 s. */
function createBursts(): Uint8Array {
  const quiet = new Float32Array(rate);
  const tone = createTone(rate, 0.4, 1, 700)[0]!.subarray(0, 0.4 * rate);
  const sound = joinFloats([quiet, tone, quiet, tone, quiet, tone, quiet]);
  return encodeWav(sound.subarray(0, 5.2 * rate), rate, "pcm16");
}

/** Names and durations of the recordings shown. */
const list = (page: Page) => page.locator(".item .told").allTextContents();

describe.skipIf(!browserPath)(`a recording of the studio${browserNote}`, () => {
  let server: StudioServer;
  beforeAll(async () => {
    server = await openStudio();
  });
  afterAll(() => server?.close());

  it("is trimmed, split at pauses and moved, and each can be undone", { timeout: 240_000 }, async () => {
    const { page, complaints } = await openStudioPage(await getBrowser(), server.url);
    await chooseZip(page, "set.zip", { "set/a/three.wav": createBursts(), "set/b/one.wav": createBursts() });
    await page.waitForSelector('.item:has-text("5.2 s")', { timeout: 60_000 });
    const edit = page.locator(".item .tools button").first();
    await edit.click();
    await page.waitForSelector(".editor .wave svg");
    expect(await findViolations(page)).toEqual([]);
    for (const width of [320, 390, 768, 1280]) {
      await page.setViewportSize({ width, height: 860 });
      const isOut = await page.evaluate(() => {
        const { left, right, bottom } = document.querySelector(".editor")!.getBoundingClientRect();
        return left < 0 || right > innerWidth || bottom > innerHeight;
      });
      expect(isOut, `${width}`).toBe(false);
    }

    // By keys: the start to 1.9 s, the end to 3.2 s, each within half a step.
    const place = async (name: string, seconds: number) => {
      const slider = page.getByLabel(name);
      await slider.fill(String(Math.round((seconds * rate) / 166) * 166));
    };
    await place("Start of the part", 1.9);
    await place("End of the part", 3.2);
    expect(await page.locator(".editor [aria-live]").textContent()).toBe("1.30 s of 5.20 s");
    await page.getByRole("button", { name: "Keep only the part" }).click();
    await page.waitForSelector('.item:has-text("1.3 s")');
    expect(await countKept(page)).toEqual([1, 1]);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.waitForSelector('.item:has-text("5.2 s")');

    await edit.click();
    await page.getByRole("button", { name: "Split at pauses: 3 pieces" }).click();
    await page.waitForSelector(".item:nth-child(3)");
    expect((await list(page)).map((text) => text.slice(0, 7))).toEqual(["three 1", "three 2", "three 3"]);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.waitForFunction(() => document.querySelectorAll(".item").length === 1);

    await edit.click();
    await page.selectOption(".editor select", "b");
    await page.waitForFunction(() => document.querySelectorAll(".item").length === 0);
    expect(await countKept(page)).toEqual([0, 2]);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.waitForSelector(".item");
    expect(await countKept(page)).toEqual([1, 1]);
    for (const width of [320, 390]) {
      await page.setViewportSize({ width, height: 860 });
      expect(await findLayoutFaults(page), `${width}`).toEqual([]);
    }
    expect(complaints).toEqual([]);
  });
});
