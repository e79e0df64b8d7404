/**
 * The studio on a microphone: what it tells of it is what `golem listen` and `golem detect` make of the same
 * sound.
 */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { detectFile, loadGolem } from "../../src/index.ts";
import type { StudioServer } from "../../src/server/studio-server.ts";
import { findViolations } from "../support/browser/accessibility.ts";
import { browserNote, browserPath, launchBrowser, listMicrophoneFlags } from "../support/browser/browser.ts";
import { chooseZip, unpackDownload } from "../support/browser/studio-files.ts";
import { openStudio, openStudioPage } from "../support/browser/studio-page.ts";
import { writeSounds } from "../support/recordings/spoken.ts";
import { sharedData, sharedDataNote } from "../support/shared-data.ts";

const spoken = ["yes", "no", "stop"];

describe.skipIf(!browserPath || !sharedData)(`the studio, live${browserNote}${sharedDataNote}`, () => {
  let browser: Browser;
  let server: StudioServer;
  let microphone: string;
  beforeAll(async () => {
    server = await openStudio();
    microphone = join(await mkdtemp(join(tmpdir(), "golem-studio-")), "microphone.wav");
    browser = await launchBrowser(listMicrophoneFlags(microphone));
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await rm(dirname(microphone), { recursive: true, force: true });
  });

  it("shows what the detector finds, with times, and what is like no class as such", {
    timeout: 300_000,
  }, async () => {
    const list = async (folder: string) =>
      (await readdir(join(sharedData!, folder))).sort().map((name) => join(sharedData!, folder, name));
    const files: Record<string, Uint8Array> = {};
    const held: string[] = [];
    for (const word of spoken) {
      const paths = await list(`commands/${word}`);
      for (const [i, path] of paths.slice(0, 8).entries()) {
        files[`words/${word}/${i}.wav`] = await readFile(path);
      }
      held.push(...paths.slice(-2));
    }
    const strange = (await list("esc10/dog_bark")).slice(0, 2);
    await writeSounds(microphone, [...held, ...strange]);
    const { page, complaints } = await openStudioPage(browser, server.url, { acceptDownloads: true });
    await chooseZip(page, "words.zip", files);
    await page.locator(".foot button.primary").click({ timeout: 120_000 });
    await page.waitForSelector(".number", { timeout: 60_000 });
    await page.click('.steps a[href$="/take"]');
    const golem = await loadGolem(await unpackDownload(page, ".offer .primary"));
    const wanted: string[] = [];
    for await (const { label } of detectFile(golem, microphone)) wanted.push(label);
    await golem.dispose();
    expect(new Set(wanted).size).toBeGreaterThan(1);

    await page.click('.steps a[href$="/try"]');
    await page.waitForSelector(".try .rec:not(:disabled)", { timeout: 60_000 });
    await page.click(".try .rec");
    // The microphone hears the file again and again.
    await page.waitForFunction(
      (most) => document.querySelectorAll(".history li").length > most,
      held.length + strange.length,
      { timeout: 120_000 },
    );
    expect(await findViolations(page)).toEqual([]);
    await page.click(".try .rec");
    const told = await page.locator(".history li").allTextContents();
    for (const line of told) expect(line).toMatch(/\d:\d\d\.\d to \d:\d\d\.\d/);
    const labels = await page.locator(".history li b").allTextContents();
    expect(labels.some((label) => label === "unknown" || label === "not sure")).toBe(true);
    const named = labels.filter((label) => spoken.includes(label)).reverse();
    expect(named.length).toBeGreaterThanOrEqual(wanted.length - 1);
    // What is heard first may be in the middle of the file.
    const rounds = [...wanted, ...wanted, ...wanted].join(" ");
    expect(rounds).toContain(named.join(" "));
    expect(complaints).toEqual([]);
  });
});
