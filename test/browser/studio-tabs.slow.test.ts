/** Several pages of the studio on one shelf, and a page that is loaded again. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeWav } from "../../src/audio/wav-writer.ts";
import type { StudioServer } from "../../src/server/studio-server.ts";
import { createTone } from "../support/audio-files.ts";
import { findViolations } from "../support/browser/accessibility.ts";
import { browserNote, browserPath, getBrowser } from "../support/browser/browser.ts";
import { findLayoutFaults } from "../support/browser/screen-layout.ts";
import { choose, openTones } from "../support/browser/studio-files.ts";
import { countKept, openStudio, openStudioPage } from "../support/browser/studio-page.ts";

/** Hashes of the recordings of all tasks, and the keys of the embeddings, in the database of the page. */
const readDatabase = (page: Page) =>
  page.evaluate(async () => {
    const resultOf = <Value>(request: IDBRequest<Value>) =>
      new Promise<Value>((resolve) => {
        request.onsuccess = () => resolve(request.result);
      });
    const database = await resultOf(indexedDB.open("golem-studio"));
    const get = (name: string) => database.transaction(name).objectStore(name);
    const recordings = (await resultOf(get("recordings").getAll())) as { readonly hash: string }[];
    const keys = (await resultOf(get("hearings").getAllKeys())) as string[];
    database.close();
    return { hashes: recordings.map(({ hash }) => hash), keys };
  });

const createFile = (pitch: number, seconds = 0.3) => ({
  name: `${pitch}.wav`,
  mimeType: "audio/wav",
  buffer: Buffer.from(encodeWav(createTone(8000, seconds, 1, pitch)[0]!, 8000, "pcm16")),
});

describe.skipIf(!browserPath)(`pages of the studio${browserNote}`, () => {
  let server: StudioServer;
  beforeAll(async () => {
    server = await openStudio();
  });
  afterAll(() => server?.close());

  it("show what the other has written, and never overwrite it", { timeout: 120_000 }, async () => {
    const { page: first } = await openStudioPage(await getBrowser(), server.url);
    await openTones(first);
    await first.locator(".foot button.primary").waitFor({ timeout: 60_000 });
    const second = await first.context().newPage();
    await second.goto(first.url());
    await second.waitForSelector(".class");

    // Both add a class and a recording to the first class at the same time.
    await first.fill(".add input", "first");
    await second.fill(".add input", "second");
    await Promise.all([first.press(".add input", "Enter"), second.press(".add input", "Enter")]);
    await Promise.all([
      choose(first, "Choose files", createFile(333)),
      choose(second, "Choose files", createFile(444)),
    ]);
    for (const page of [first, second]) {
      await page.waitForFunction(
        () => Number.parseInt(document.querySelector(".class .count")?.textContent ?? "", 10) === 6,
      );
      await page.waitForFunction(() => document.querySelectorAll(".class").length === 4);
    }

    // One renames a class while the other deletes a recording.
    await second.locator(".item .tools button").nth(1).click();
    await first.fill(".class-name", "renamed");
    await first.press(".class-name", "Enter");
    for (const page of [first, second]) {
      await page.waitForSelector('.class:has-text("renamed")');
      await page.waitForFunction(
        () => Number.parseInt(document.querySelector(".class .count")?.textContent ?? "", 10) === 5,
      );
    }
    await first.reload();
    await first.waitForSelector(".class");
    expect(await countKept(first)).toEqual([5, 4, 0, 0]);
    const names = await first.locator(".class .name").allTextContents();
    expect(names.slice(2).sort()).toEqual(["first", "second"]);
  });

  it("keep embeddings as long as a task has the recording, and remove them after it was deleted", {
    timeout: 180_000,
  }, async () => {
    const { page } = await openStudioPage(await getBrowser(), server.url);
    for (let i = 0; i < 2; i++) {
      await page.click(".brand");
      await openTones(page);
      await page.waitForSelector('.foot [role=status]:has-text("All 8 recordings are processed")', {
        timeout: 60_000,
      });
    }
    await page.locator(".item .tools button").nth(1).click();
    await page.waitForSelector('.notice:has-text("Recording deleted")');
    await page.waitForSelector(".notice", { state: "detached", timeout: 30_000 });
    // Longer than the page waits before it removes any.
    await page.waitForTimeout(5000);
    const { hashes, keys } = await readDatabase(page);
    const single = hashes.find((hash) => hashes.indexOf(hash) === hashes.lastIndexOf(hash))!;
    expect(hashes).toHaveLength(15);
    expect(keys.filter((key) => key.endsWith(single))).toHaveLength(3);

    await page.click(".brand");
    await page.locator(".card .icon").last().click();
    await page.locator("dialog[open] .danger").click();
    const listLeft = async () => (await readDatabase(page)).keys;
    const hasSingle = async () => (await listLeft()).some((key) => key.endsWith(single));
    await expect.poll(hasSingle, { timeout: 30_000 }).toBe(false);
    const left = await readDatabase(page);
    expect(left.hashes).toHaveLength(7);
    for (const hash of left.hashes) expect(left.keys.filter((key) => key.endsWith(hash))).toHaveLength(3);
    // Copies of what was deleted went too.
    expect(left.keys.length).toBeLessThan(keys.length - 3);
  });

  it("hold recordings while the browser's storage is full, and save them after a task was deleted", {
    timeout: 240_000,
  }, async () => {
    const { page } = await openStudioPage(await getBrowser(), server.url);
    for (let i = 0; i < 2; i++) {
      await page.click(".brand");
      await openTones(page);
      await page.waitForSelector('.foot [role=status]:has-text("All 8 recordings are processed")', {
        timeout: 60_000,
      });
    }
    const task = page.url();
    const session = await page.context().newCDPSession(page);
    const { origin } = new URL(server.url);
    await session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1 });
    // Chromium trusts the room that it last measured for up to half a minute: recordings are added until one
    // is refused.
    const bar = page.locator(".unsaved[role=alert]");
    let added = 0;
    const addOne = async () => {
      await choose(page, "Choose files", createFile(300 + added++));
      return bar.count();
    };
    await expect.poll(addOne, { timeout: 90_000, interval: 2000 }).toBe(1);
    expect(await bar.textContent()).toMatch(/^\d recordings? not saved, the browser’s storage is full/);
    await bar.getByRole("button", { name: "Try again" }).click();
    await page.waitForSelector('.unsaved:has-text("Still no room")');
    await page.click(".pills [lang=ru]");
    expect(await bar.textContent()).toMatch(/Не сохранено: \d запис.*Ещё раз/);
    expect(await findViolations(page)).toEqual([]);
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await findLayoutFaults(page)).toEqual([]);
    await page.click(".pills [lang=en]");

    await page.click(".brand");
    await page.locator(".card .icon").last().click();
    await page.locator("dialog[open] .danger").click();
    await page.waitForFunction(() => document.querySelectorAll(".card .icon").length === 1);
    await session.send("Storage.overrideQuotaForOrigin", { origin });
    const tryAgain = async () => {
      for (const button of await bar.locator("button:enabled", { hasText: "Try again" }).all())
        await button.click();
      return bar.count();
    };
    await expect.poll(tryAgain, { timeout: 90_000, interval: 2000 }).toBe(0);
    await page.goto(task);
    await page.waitForSelector(`.foot [role=status]:has-text("All ${8 + added} recordings are processed")`, {
      timeout: 60_000,
    });
  });

  it("lead from Record to Train in at most six Tabs, and by arrow keys through the recordings", {
    timeout: 120_000,
  }, async () => {
    const { page } = await openStudioPage(await getBrowser(), server.url);
    await openTones(page, 8);
    await page.locator(".foot button.primary").waitFor({ timeout: 60_000 });
    await page.focus(".rec");
    let tabs = 0;
    const isAt = (selector: string) =>
      page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector);
    while (tabs < 10 && !(await isAt(".foot button"))) {
      await page.keyboard.press("Tab");
      tabs++;
      if (!(await isAt(".item .play"))) continue;
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowRight");
      expect(await isAt('[aria-posinset="2"] .tools button:first-child')).toBe(true);
    }
    expect(tabs).toBeLessThanOrEqual(6);
  });

  it("know what was processed before they were loaded again, without the networks", {
    timeout: 120_000,
  }, async () => {
    const { page } = await openStudioPage(await getBrowser(), server.url);
    await openTones(page);
    await page.locator(".foot button.primary").waitFor({ timeout: 60_000 });
    await page.route(/\/weights\//, (route) => route.abort());
    await page.reload();
    await page.waitForSelector(".item .play");
    const states = await page.locator(".item small").allTextContents();
    expect(states.length).toBe(4);
    expect(states.filter((state) => state.includes("not processed"))).toEqual([]);
  });
});
