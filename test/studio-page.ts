/** The studio in a real browser, with a microphone that hears real recordings. */
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { openAudio } from "../src/audio/open-audio.ts";
import { openFileSource } from "../src/node/file-source.ts";
import { gatherStudioSite } from "../src/node/studio-site.ts";
import { type StudioServer, startStudioServer } from "../src/server/studio-server.ts";
import { encodeWav } from "../src/studio/sound/wav-file.ts";
import { openWatchedPage, type WatchedPage } from "./browser.ts";

const rate = 16_000;
const pauseSeconds = 0.7;

/** Opens the built studio with weights and gallery on a free port. */
export async function openStudio(): Promise<StudioServer> {
  return startStudioServer(await gatherStudioSite(), 0);
}

/** Writes what a microphone hears when the recordings of a folder are said one after the other, as loud as each other. */
export async function writeSpeech(file: string, folder: string, count: number): Promise<void> {
  const names = (await readdir(folder)).sort().slice(0, count);
  const parts = [new Float32Array(rate)];
  for (const name of names) {
    const source = await openFileSource(join(folder, name));
    try {
      const opened = await openAudio(source, { sampleRate: rate });
      for await (const samples of opened.windows()) {
        parts.push(samples.map((value) => (0.4 * value) / opened.facts.peak));
      }
    } finally {
      await source.close();
    }
    parts.push(new Float32Array(pauseSeconds * rate));
  }
  const samples = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let place = 0;
  for (const part of parts) {
    samples.set(part, place);
    place += part.length;
  }
  // Not even a quiet room is silent.
  for (let i = 0; i < samples.length; i++) samples[i]! += 3e-4 * Math.sin(i * i * 0.37);
  await writeFile(file, encodeWav(samples, rate));
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
    watched: { actions: number; shift: number; longest: number };
  }
}

async function watchPage(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.watched = { actions: 0, shift: 0, longest: 0 };
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
