/** The studio in a real browser, with a microphone that plays real recordings. */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { expect } from "vitest";
import { gatherStudioSite } from "../../../src/node/export/studio-site.ts";
import { type StudioServer, startStudioServer } from "../../../src/server/studio-server.ts";
import { findViolations } from "./accessibility.ts";
import { openWatchedPage, type WatchedPage } from "./browser.ts";

/** Opens the built studio with weights and gallery on a free port. */
export async function openStudio(): Promise<StudioServer> {
  return startStudioServer(await gatherStudioSite(), 0);
}

/** The languages of the studio's menu, the current one last. */
export async function listLanguages(page: Page): Promise<string[]> {
  const read = (elements: Element[]) => elements.map((element) => element.getAttribute("lang")!);
  return [
    ...(await page.locator(".pills [lang]").evaluateAll(read)),
    ...(await page.locator("html").evaluateAll(read)),
  ];
}

/** A page of the studio that counts what is clicked and typed, and what moves or hangs. */
export interface StudioPage extends WatchedPage {
  /** Clicks and keys so far. */
  countActions(): Promise<number>;
  /** Sum of layout shifts, and the longest task in milliseconds, since it was last asked. */
  takeDisturbances(): Promise<{ shift: number; longest: number }>;
}

/** Opens it. */
export async function openStudioPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<StudioPage> {
  const watched = await openWatchedPage(browser, { viewport: { width: 1280, height: 860 }, ...options });
  await watchPage(watched.page);
  await watched.page.goto(url);
  await watched.page.waitForSelector("h1");
  return {
    ...watched,
    countActions: () => watched.page.evaluate(() => window.watched.actions),
    takeDisturbances: () =>
      watched.page.evaluate(() => {
        const { shift, longest } = window.watched;
        window.watched.shift = 0;
        window.watched.longest = 0;
        return { shift, longest };
      }),
  };
}

declare global {
  interface Window {
    watched: {
      actions: number;
      shift: number;
      longest: number;
      /** Longest time from one frame to the next, in milliseconds. */
      gap: number;
      /** What the bar at the foot said, and when (milliseconds). */
      told: { at: number; text: string }[];
    };
  }
}

/** Lets pages count clicks and keys, what moves or hangs, and what is said at the foot. */
export async function watchPage(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.watched = { actions: 0, shift: 0, longest: 0, gap: 0, told: [] };
    let last = performance.now();
    let text = "";
    const look = (now: number) => {
      window.watched.gap = Math.max(window.watched.gap, now - last);
      last = now;
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    new MutationObserver(() => {
      const said = document.querySelector(".foot [role=status]")?.textContent ?? "";
      if (said === text) return;
      text = said;
      window.watched.told.push({ at: performance.now(), text });
    }).observe(document, { subtree: true, childList: true, characterData: true });
    for (const type of ["pointerdown", "keydown"]) {
      addEventListener(type, () => window.watched.actions++, true);
    }
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & {
        value: number;
        hadRecentInput: boolean;
      })[]) {
        if (!entry.hadRecentInput) window.watched.shift += entry.value;
      }
    }).observe({ type: "layout-shift", buffered: true });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) {
        window.watched.longest = Math.max(window.watched.longest, duration);
      }
    }).observe({ type: "longtask", buffered: true });
  });
}

/**
 * From the home screen to recorded classes, by keyboard: names them, then records each until the studio stops.
 * `speak` puts into the microphone what belongs to a class; `onRecorded` is called after each.
 */
export async function recordClasses(
  page: Page,
  labels: readonly string[],
  speak: (label: string) => Promise<void>,
  onRecorded?: (place: number) => Promise<void>,
): Promise<void> {
  await page.getByRole("button", { name: "New task" }).click();
  await page.waitForSelector("input.field");
  for (const label of labels) {
    await page.keyboard.type(label);
    await page.keyboard.press("Enter");
    await page.waitForSelector(`.class:has-text("${label}")`);
  }
  await page.keyboard.press("Enter");
  for (const [place, label] of labels.entries()) {
    await speak(label);
    await page.keyboard.press("Enter");
    await page.waitForSelector(".rec.stop");
    await page.waitForSelector(".rec:not(.stop)", { timeout: 60_000 });
    await onRecorded?.(place);
  }
}

const phone = { width: 390, height: 844 };

/** Expects that axe finds nothing wrong with what is shown and that nothing is wider than the screen: light and wide, dark and narrow. */
export async function expectFit(page: Page, name: string): Promise<void> {
  const wide = page.viewportSize()!;
  for (const size of [wide, phone]) {
    await page.setViewportSize(size);
    expect(await findViolations(page), `${name}, ${size.width}`).toEqual([]);
    const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(excess, `${name}, ${size.width}`).toBeLessThanOrEqual(0);
    // Light when wide, dark when narrow; a dialog would catch a click.
    await page.dispatchEvent(".pills .pill:last-child", "click");
  }
  await page.setViewportSize(wide);
}

/** Goes to a step of the task that is open. */
export const goTo = (page: Page, step: string): Promise<void> => page.click(`.steps a[href$="/${step}"]`);

/** Recordings of each class, as shown. */
export async function countKept(page: Page): Promise<number[]> {
  return (await page.locator(".class .count").allTextContents()).map((text) => Number.parseInt(text, 10));
}
