/** The studio from end to end in a real browser: from nothing to a golem that Node loads. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { loadGolem, train } from "../../src/index.ts";
import type { StudioServer } from "../../src/server/studio-server.ts";
import { encodeWav } from "../../src/studio/sound/wav-file.ts";
import { findViolations } from "../support/accessibility.ts";
import { createTone } from "../support/audio-files.ts";
import {
  browserNote,
  browserPath,
  launchBrowser,
  listMicrophoneFlags,
  openWatchedPage,
} from "../support/browser.ts";
import { sharedData, sharedDataNote } from "../support/shared-data.ts";
import { writeSpeech } from "../support/spoken.ts";
import { startStaticServer } from "../support/static-server.ts";
import { openTones, unpackDownload } from "../support/studio-files.ts";
import { openStudio, openStudioPage, recordClasses } from "../support/studio-page.ts";

const built = resolve(import.meta.dirname, "../../dist/studio");
const spoken = ["yes", "no", "stop"];
const phone = { width: 390, height: 844 };

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

const goTo = (page: Page, step: string) => page.click(`.steps a[href$="/${step}"]`);
const countKept = async (page: Page) =>
  (await page.locator(".class .count").allTextContents()).map((text) => Number.parseInt(text, 10));

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

  it.skipIf(!sharedData)(
    `makes a golem of three spoken commands in few steps, and Node has the same one${sharedDataNote}`,
    { timeout: 300_000 },
    async () => {
      const { page, complaints, requests, countActions, takeDisturbances } = await openStudioPage(
        browser,
        server.url,
        { acceptDownloads: true },
      );
      const speak = (word: string) => writeSpeech(microphone, join(sharedData!, "commands", word), 9);
      await recordClasses(page, spoken, speak, async (place) => {
        expect((await countKept(page)).slice(0, place + 1)).toEqual(spoken.slice(0, place + 1).map(() => 8));
      });
      const learn = page.locator(".foot button.primary");
      await learn.waitFor({ timeout: 120_000 });
      await takeDisturbances();
      await learn.click();
      await page.waitForSelector(".number");
      const { shift } = await takeDisturbances();
      expect(shift).toBeLessThan(0.02);
      await goTo(page, "take");
      const golem = await unpackDownload(page, ".offer .primary");
      const data = await unpackDownload(page, ".offer:last-child .button");
      expect(await countActions()).toBeLessThanOrEqual(45);

      const loaded = await loadGolem(golem);
      expect([...loaded.labels].sort()).toEqual([...spoken].sort());
      const { balancedAccuracy, interval } = loaded.evaluation!;
      const again = await train(data);
      expect(again.evaluation!.balancedAccuracy).toBeGreaterThanOrEqual(interval[0]);
      expect(again.evaluation!.balancedAccuracy).toBeLessThanOrEqual(interval[1]);
      expect(Math.abs(again.evaluation!.balancedAccuracy - balancedAccuracy)).toBeLessThan(0.05);
      await again.dispose();

      await goTo(page, "try");
      await page.waitForSelector(".try .rec:not(:disabled)");
      for (const [i, word] of ["yes", "stop"].entries()) {
        // Not among what it learned from.
        const name = (await readdir(join(sharedData!, "commands", word))).sort().at(-1)!;
        const file = join(sharedData!, "commands", word, name);
        const [chooser] = await Promise.all([
          page.waitForEvent("filechooser"),
          page.getByRole("button", { name: "Try a file" }).click(),
        ]);
        await chooser.setFiles(file);
        await page.waitForSelector(`.history li:nth-child(${i + 1})`);
        const shares = await page
          .locator(".bars .share-bar")
          .evaluateAll((rails) => rails.map((rail) => Number((rail as SVGElement).dataset.share)));
        const { scores } = await loaded.predict(file);
        for (const [place, label] of spoken.entries()) {
          expect(Math.abs(shares[place]! - scores[label]!)).toBeLessThan(0.01);
        }
      }
      await loaded.dispose();
      expect(complaints).toEqual([]);
      expect(requests.every((url) => url.startsWith(server.url) || url.startsWith("blob:"))).toBe(true);

      // What was made is there after a reload; what a take was shown of is there after a crash.
      await page.reload();
      await goTo(page, "result");
      expect(await page.locator(".number").textContent()).toContain(
        String(Math.round(100 * balancedAccuracy)),
      );
      await goTo(page, "record");
      await writeSpeech(microphone, join(sharedData!, "commands", "yes"), 9);
      await page.click('.class:has-text("yes")');
      await page.click(".rec");
      await page.waitForFunction(() => Number(document.querySelector(".class .count")?.textContent) > 9);
      const [shown] = await countKept(page);
      const address = page.url();
      const context = page.context();
      const cdp = await context.newCDPSession(page);
      cdp.send("Page.crash").catch(() => {});
      await page.waitForEvent("crash");
      const fresh = await context.newPage();
      await fresh.goto(address);
      await fresh.waitForSelector(".class .count");
      const [kept] = await countKept(fresh);
      expect(kept).toBeGreaterThanOrEqual(shown!);
      await fresh.waitForSelector(".item .play");
    },
  );

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

  it("has nothing that axe finds wrong, nor anything wider than the screen, light and dark, wide and narrow", {
    timeout: 300_000,
  }, async () => {
    const { page } = await openStudioPage(browser, server.url, { colorScheme: "light" });
    const wide = page.viewportSize()!;
    const check = async (name: string) => {
      for (const size of [wide, phone]) {
        await page.setViewportSize(size);
        expect(await findViolations(page), `${name}, ${size.width}`).toEqual([]);
        const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(excess, `${name}, ${size.width}`).toBeLessThanOrEqual(0);
        // Light when wide, dark when narrow.
        await page.click(".pills .pill:last-child");
      }
      await page.setViewportSize(wide);
    };
    await check("home");
    await openTones(page);
    const learn = page.locator(".foot button.primary");
    await learn.waitFor({ timeout: 120_000 });
    await check("record");
    await learn.click();
    await page.waitForSelector(".number");
    await page.waitForSelector("#curve", { timeout: 60_000 });
    await check("result");
    for (const step of ["try", "take", "lessons"]) {
      await goTo(page, step);
      await page.waitForSelector("h1");
      await check(step);
    }
    for (let lesson = 2; lesson <= 4; lesson++) {
      await page.click(".walk .primary");
      await check(`lesson ${lesson}`);
    }
    await page.click(".brand");
    await page.waitForSelector(".card .score");
    await check("home with a task");
  });

  it("packs a web site that gives the same answer on a server of static files", {
    timeout: 300_000,
  }, async () => {
    const { page, complaints } = await openStudioPage(browser, server.url, { acceptDownloads: true });
    await openTones(page);
    await page.locator(".foot button.primary").click({ timeout: 120_000 });
    await page.waitForSelector(".number");
    const heard = {
      name: "new.wav",
      mimeType: "audio/wav",
      buffer: Buffer.from(encodeWav(createTone(8000, 0.4, 1, 1300)[0]!, 8000)),
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
    await goTo(page, "take");
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
    }
  });

  it("goes on showing a class that is renamed", async () => {
    const { page } = await openStudioPage(browser, server.url);
    await openTones(page);
    await page.click('.class:has-text("low")');
    await page.fill(".class-name", "deep");
    await page.keyboard.press("Enter");
    await page.waitForSelector('.class:has-text("deep")');
    expect(await page.locator(".class[aria-current] .name").textContent()).toBe("deep");
    expect(await page.inputValue(".class-name")).toBe("deep");
  });

  it("draws only what is seen of 600 recordings", async () => {
    const { page } = await openStudioPage(browser, server.url);
    await openTones(page, 300);
    await page.waitForFunction(() => document.querySelector(".rows")?.clientHeight === 300 * 60, undefined, {
      timeout: 60_000,
    });
    for (const share of [0, 0.5, 1]) {
      await page.evaluate((at) => scrollTo(0, at * document.body.scrollHeight), share);
      await page.waitForFunction(() => {
        const rows = [...document.querySelectorAll(".item")].map((row) => row.getBoundingClientRect());
        return rows.some(({ top, bottom }) => top < innerHeight && bottom > innerHeight - 160);
      });
      expect(await page.locator(".item").count()).toBeLessThan(50);
    }
  });
});
