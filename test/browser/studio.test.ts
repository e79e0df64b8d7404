/** The studio from end to end in a real browser: from nothing to a golem that Node loads. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { encodeWav } from "../../src/audio/wav-writer.ts";
import { joinFloats } from "../../src/core/join-arrays.ts";
import { loadGolem } from "../../src/index.ts";
import type { StudioServer } from "../../src/server/studio-server.ts";
import { createTone } from "../support/audio-files.ts";
import { findViolations } from "../support/browser/accessibility.ts";
import {
  browserNote,
  browserPath,
  launchBrowser,
  listMicrophoneFlags,
  openWatchedPage,
} from "../support/browser/browser.ts";
import { openTones, unpackDownload } from "../support/browser/studio-files.ts";
import { countKept, expectFit, goTo, openStudio, openStudioPage } from "../support/browser/studio-page.ts";
import { startStaticServer } from "../support/servers/static-server.ts";

const built = resolve(import.meta.dirname, "../../dist/studio");

it("takes less than 6 MB on the way, weights not counted", async () => {
  let total = 0;
  for (const name of await readdir(built, { recursive: true })) {
    const bytes = await readFile(join(built, name)).catch(() => undefined);
    if (!bytes) continue;
    const params = { [constants.BROTLI_PARAM_QUALITY]: 5 };
    total += brotliCompressSync(bytes, { params }).length;
  }
  expect(total).toBeGreaterThan(1e6);
  expect(total).toBeLessThan(6e6);
});

describe.skipIf(!browserPath)(`the studio${browserNote}`, () => {
  let browser: Browser;
  let server: StudioServer;
  let microphone: string;
  beforeAll(async () => {
    server = await openStudio();
    const folder = await mkdtemp(join(tmpdir(), "golem-studio-"));
    microphone = join(folder, "microphone.wav");
    browser = await launchBrowser(listMicrophoneFlags(microphone));
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await rm(dirname(microphone), { recursive: true, force: true });
  });

  it("opens a task of the gallery by one click, in Russian too, without anything that axe finds wrong", async () => {
    const { page, complaints } = await openStudioPage(browser, server.url, { locale: "ru-RU" });
    expect(await page.locator("html").getAttribute("lang")).toBe("ru");
    await page.getByRole("button", { name: "Звонки в банк" }).click();
    await page.waitForFunction(() => document.querySelectorAll(".class").length === 14);
    await page.waitForFunction(() => {
      const counts = [...document.querySelectorAll(".class .count")].map(({ textContent }) =>
        Number.parseInt(textContent!, 10),
      );
      return counts.reduce((sum, count) => sum + count, 0) === 56;
    });
    for (const step of ["record", "result", "try"]) {
      await goTo(page, step);
      await page.waitForSelector("h1");
      expect(await findViolations(page), step).toEqual([]);
    }
    expect(complaints).toEqual([]);
  });

  it("makes a golem that hears a microphone, and gives the same answers in Node and on a packed web site", {
    timeout: 300_000,
  }, async () => {
    const { page, complaints } = await openStudioPage(browser, server.url, { acceptDownloads: true });
    await openTones(page);
    const learn = page.locator(".foot button.primary");
    await learn.waitFor({ timeout: 120_000 });
    await expectFit(page, "record");
    await learn.click();
    await page.waitForSelector(".number");
    await expectFit(page, "result");
    const high = createTone(8000, 0.4, 1, 1300)[0]!;
    const heard = {
      name: "new.wav",
      mimeType: "audio/wav",
      buffer: Buffer.from(encodeWav(high, 8000, "pcm16")),
    };
    await goTo(page, "try");
    await page.waitForSelector(".try .rec:not(:disabled)");
    const [chooser] = await Promise.all([
      page.waitForEvent("filechooser"),
      page.getByRole("button", { name: "Try a file" }).click(),
    ]);
    await chooser.setFiles(heard);
    await page.waitForSelector(".history li");
    const shown = await page
      .locator(".bars .share-bar")
      .evaluateAll((rails) => rails.map((rail) => Number((rail as SVGElement).dataset.share)));
    const quiet = new Float32Array(16_000);
    const sound = joinFloats([quiet, createTone(16_000, 0.4, 1, 1300)[0]!, quiet]);
    await writeFile(microphone, encodeWav(sound, 16_000, "pcm16"));
    await page.click(".try .rec");
    await page.waitForSelector(".on-air");
    await page.waitForSelector(".history li:nth-child(2)", { timeout: 60_000 });
    await page.click(".try .rec");
    expect(await page.locator(".history li").first().textContent()).toMatch(/\d:\d\d\.\d to \d:\d\d\.\d/);

    await goTo(page, "take");
    const golem = await loadGolem(await unpackDownload(page, ".offer .primary"));
    const native = await golem.predict(heard.buffer);
    await golem.dispose();
    const site = await unpackDownload(page, ".offer:nth-child(2) .button");
    expect(complaints).toEqual([]);
    const names = await readdir(site, { recursive: true });
    expect(names).toEqual(expect.arrayContaining(["index.html", "golem/golem.json"]));
    expect(names.filter((name) => /\.wav$|THIRD/.test(name))).toEqual([
      "golem-audio/THIRD-PARTY-NOTICES.txt",
    ]);
    for (const name of await readdir(join(site, "golem"))) {
      if (name === "weights") continue;
      expect(await readFile(join(site, "golem", name), "latin1"), name).not.toContain("low-001");
    }
    const plain = await startStaticServer({ "/": `${site}/` });
    onTestFinished(() => plain.close());
    const own = await openWatchedPage(browser);
    await own.page.goto(plain.origin);
    await own.page.waitForSelector("#ready:not([hidden])", { timeout: 60_000 });
    await own.page.setInputFiles("#files", heard);
    await own.page.waitForSelector("#answers .label");
    const scores = (await own.page.evaluate(`(async () => {
      const { loadGolem } = await import("/golem-audio/index.js");
      const golem = await loadGolem("golem/");
      return (await golem.predict(Uint8Array.from(${JSON.stringify([...heard.buffer])}))).scores;
    })()`)) as Record<string, number>;
    expect(own.complaints).toEqual([]);
    for (const [place, label] of ["high", "low"].entries()) {
      expect(Math.abs(shown[place]! - scores[label]!)).toBeLessThan(0.001);
      expect(Math.abs(shown[place]! - native.scores[label]!)).toBeLessThan(0.01);
    }
  });

  it("goes on showing a class that is renamed, and keeps what it has through a reload", async () => {
    const { page } = await openStudioPage(browser, server.url);
    await openTones(page);
    await page.click('.class:has-text("low")');
    await page.fill(".class-name", "deep");
    await page.keyboard.press("Enter");
    await page.waitForSelector('.class:has-text("deep")');
    expect(await page.locator(".class[aria-current] .name").textContent()).toBe("deep");
    expect(await page.inputValue(".class-name")).toBe("deep");
    const counts = await countKept(page);
    expect(counts).toEqual([4, 4]);
    await page.reload();
    await page.waitForSelector('.class:has-text("deep")');
    expect(await countKept(page)).toEqual(counts);
  });
});
