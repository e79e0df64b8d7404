/** The studio when the whole browser is killed in the middle of recording: what was shown is there again. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { chromium, type Page } from "playwright-core";
import { describe, expect, it, onTestFinished } from "vitest";
import { createTone, createWav } from "../support/audio-files.ts";
import {
  browserNote,
  browserPath,
  listBrowserFlags,
  listMicrophoneFlags,
} from "../support/browser/browser.ts";
import { openStudio } from "../support/browser/studio-page.ts";
import { writeSounds } from "../support/recordings/spoken.ts";
import { createScratchFolder } from "../support/scratch-folder.ts";

const countShown = async (page: Page) =>
  Number.parseInt((await page.locator(".class .count").first().textContent()) ?? "", 10);

/** A browser as a process of its own, with a profile on the disk. */
async function startBrowser(
  profile: string,
  microphone: string,
): Promise<{ process: ChildProcess; page: Page }> {
  const flags = [
    ...listBrowserFlags(),
    ...listMicrophoneFlags(microphone),
    "--headless=new",
    "--remote-debugging-port=0",
    `--user-data-dir=${profile}`,
    "about:blank",
  ];
  const started = spawn(browserPath!, flags, { detached: true, stdio: ["ignore", "ignore", "pipe"] });
  onTestFinished(() => kill(started));
  for await (const line of createInterface({ input: started.stderr! })) {
    const [, address] = /DevTools listening on (ws:\S+)/.exec(line) ?? [];
    if (!address) continue;
    started.stderr!.resume();
    const browser = await chromium.connectOverCDP(address);
    const [context] = browser.contexts();
    const page = context!.pages()[0] ?? (await context!.newPage());
    // Only rows that can be seen are drawn.
    await page.setViewportSize({ width: 1280, height: 1200 });
    return { process: started, page };
  }
  throw new Error("The browser ended before it could be reached.");
}

/** Kills the browser with all of its processes, as `kill -9` does. */
async function kill(started: ChildProcess): Promise<void> {
  if (started.exitCode !== null || started.signalCode !== null) return;
  const ended = once(started, "exit");
  process.kill(-started.pid!, "SIGKILL");
  await ended;
}

describe.skipIf(!browserPath)(`the studio in a browser that is killed${browserNote}`, () => {
  it("has every recording that it had shown, and can play them", { timeout: 180_000 }, async () => {
    const server = await openStudio();
    onTestFinished(() => server.close());
    const folder = await createScratchFolder();
    const microphone = join(folder, "microphone.wav");
    const tone = join(folder, "tone.wav");
    await writeFile(tone, createWav(createTone(16_000, 0.5, 1, 440), 16_000));
    await writeSounds(
      microphone,
      Array.from({ length: 6 }, () => tone),
    );
    const profile = join(folder, "profile");
    const first = await startBrowser(profile, microphone);
    await first.page.goto(server.url);
    await first.page.getByRole("button", { name: "Your voice commands" }).click();
    await first.page.click(".rec");
    await first.page.waitForFunction(
      () => Number.parseInt(document.querySelector(".class .count")?.textContent ?? "", 10) >= 3,
    );
    expect(await first.page.locator(".rec.stop").count()).toBe(1);
    const shown = await countShown(first.page);
    const address = first.page.url();
    await kill(first.process);

    const second = await startBrowser(profile, microphone);
    await second.page.goto(address);
    await second.page.waitForSelector(".class .count");
    expect(await countShown(second.page)).toBeGreaterThanOrEqual(shown);
    await second.page.waitForFunction(
      (count) => document.querySelectorAll(".item .peaks path[d^=M]").length >= count,
      shown,
    );
    await second.page.waitForFunction(
      () => !document.querySelector(".foot [role=status]")?.textContent?.includes(" of "),
    );
    expect(await second.page.locator(".item .bad").count()).toBe(0);
    await second.page.locator(".item .play").first().click();
    await second.page.waitForSelector('.item .play[aria-pressed="true"]');
  });
});
