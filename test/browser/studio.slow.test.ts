/**
 * The studio from end to end in a real browser, in full: a golem made of spoken commands, every screen
 * checked for accessibility.
 */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadGolem, train } from "../../src/index.ts";
import type { StudioServer } from "../../src/server/studio-server.ts";
import { browserNote, browserPath, launchBrowser, listMicrophoneFlags } from "../support/browser/browser.ts";
import { openTones, unpackDownload } from "../support/browser/studio-files.ts";
import {
  countKept,
  expectFit,
  goTo,
  openStudio,
  openStudioPage,
  recordClasses,
} from "../support/browser/studio-page.ts";
import { writeSpeech } from "../support/recordings/spoken.ts";
import { sharedData, sharedDataNote } from "../support/shared-data.ts";

const spoken = ["yes", "no", "stop"];

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
      const data = await unpackDownload(page, ".offer:nth-child(3) .button");
      expect(await countActions()).toBeLessThanOrEqual(45);

      const loaded = await loadGolem(golem);
      expect([...loaded.labels].sort()).toEqual([...spoken].sort());
      const { balancedAccuracy, interval } = loaded.evaluation!;
      const again = await train(data);
      expect(again.evaluation!.balancedAccuracy).toBeGreaterThanOrEqual(interval[0]);
      expect(again.evaluation!.balancedAccuracy).toBeLessThanOrEqual(interval[1]);
      // Copies and false alarms too.
      expect(again.evaluation!.balancedAccuracy).toBeCloseTo(balancedAccuracy, 2);
      expect(loaded.model.document.augment).toMatchObject({ copies: 3 });
      const { falseAlarms } = again.model.document;
      expect(loaded.model.document.falseAlarms?.sounds).toEqual(falseAlarms?.sounds);
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

  it.skipIf(!sharedData)(
    `makes a golem of three spoken commands by the keyboard alone${sharedDataNote}`,
    { timeout: 300_000 },
    async () => {
      const { page, countActions } = await openStudioPage(browser, server.url);
      const tabTo = async (selector: string) => {
        for (let i = 0; i < 12; i++) {
          if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
          await page.keyboard.press("Tab");
        }
        throw new Error(`Tab does not reach ${selector}.`);
      };
      await tabTo(".hero .primary");
      await page.keyboard.press("Enter");
      await page.waitForSelector("input.field");
      for (const word of spoken) {
        await page.keyboard.type(word);
        await page.keyboard.press("Enter");
        await page.waitForSelector(`.class:has-text("${word}")`);
      }
      await page.keyboard.press("Enter");
      for (const word of spoken) {
        await writeSpeech(microphone, join(sharedData!, "commands", word), 9);
        await page.keyboard.press("Enter");
        await page.waitForSelector(".rec.stop");
        await page.waitForSelector(".rec:not(.stop)", { timeout: 60_000 });
      }
      await page.locator(".foot button.primary").waitFor({ timeout: 120_000 });
      await tabTo(".foot button.primary");
      await page.keyboard.press("Enter");
      await page.waitForSelector(".number", { timeout: 120_000 });
      const letters = spoken.join("").length;
      expect((await countActions()) - letters).toBeLessThanOrEqual(30);
    },
  );

  it("has nothing that axe finds wrong, nor anything wider than the screen, on every screen", {
    timeout: 300_000,
  }, async () => {
    const { page } = await openStudioPage(browser, server.url, { colorScheme: "light" });
    await expectFit(page, "home");
    await openTones(page);
    const learn = page.locator(".foot button.primary");
    await learn.waitFor({ timeout: 120_000 });
    await expectFit(page, "record");
    await learn.click();
    await page.waitForSelector(".number");
    await page.waitForSelector("#curve", { timeout: 60_000 });
    await expectFit(page, "result");
    for (const step of ["try", "take", "lessons"]) {
      await goTo(page, step);
      await page.waitForSelector("h1");
      await expectFit(page, step);
    }
    for (let lesson = 2; lesson <= 4; lesson++) {
      await page.click(".walk .primary");
      await expectFit(page, `lesson ${lesson}`);
    }
    await page.click(".brand");
    await page.waitForSelector(".card .score");
    await expectFit(page, "home with a task");
  });
});
