/**
 * Every screen of the studio in several widths, all languages, with few and many classes and long names:
 * nothing overflows, nothing is covered.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeWav } from "../../src/audio/wav-writer.ts";
import type { StudioServer } from "../../src/server/studio-server.ts";
import { createTone } from "../support/audio-files.ts";
import { findViolations } from "../support/browser/accessibility.ts";
import { browserNote, browserPath, launchBrowser, listMicrophoneFlags } from "../support/browser/browser.ts";
import { findLayoutFaults, isAboveFold } from "../support/browser/screen-layout.ts";
import { choose, chooseZip } from "../support/browser/studio-files.ts";
import { goTo, listLanguages, openStudio, openStudioPage } from "../support/browser/studio-page.ts";

const sizes = [
  { width: 320, height: 640 },
  { width: 390, height: 844 },
  { width: 768, height: 1024 },
  { width: 1280, height: 860 },
];
const phones = [
  { width: 320, height: 640 },
  { width: 375, height: 667 },
];
const recordingsPerClass = 3;

/** Names as people give them, among them one word of 36 letters and a sentence of 80. */
function nameClasses(count: number): string[] {
  const long = [
    "Rindfleischetikettierungsueberwachung".slice(0, 36),
    `${"knocking on the door twice ".repeat(4)}`.slice(0, 80),
  ];
  return Array.from({ length: count }, (_, i) => long[i] ?? `sound ${i + 1}`);
}

/** Tones, one pitch per class. */
function createClasses(labels: readonly string[]): Record<string, Uint8Array> {
  const files: Record<string, Uint8Array> = {};
  for (const [place, label] of labels.entries()) {
    for (let i = 0; i < recordingsPerClass; i++) {
      const pitch = 150 * 1.1 ** place * (1 + 0.01 * i);
      files[`set/${label.trim()}/${i}.wav`] = encodeWav(createTone(8000, 0.3, 1, pitch)[0]!, 8000, "pcm16");
    }
  }
  return files;
}

/** Checks what is shown in every width and language. */
async function walkSizes(page: Page, name: string): Promise<string[]> {
  const faults: string[] = [];
  for (const language of await listLanguages(page)) {
    await page.evaluate(
      (code) => document.querySelector<HTMLElement>(`.pills [lang=${code}]`)?.click(),
      language,
    );
    for (const size of sizes) {
      await page.setViewportSize(size);
      for (const fault of await findLayoutFaults(page))
        faults.push(`${name}, ${language}, ${size.width}: ${fault}`);
    }
  }
  for (const violation of await findViolations(page)) faults.push(`${name}: ${violation}`);
  return faults;
}

describe.skipIf(!browserPath)(`the layout of the studio${browserNote}`, () => {
  let server: StudioServer;
  let browser: Browser;
  let microphone: string;
  beforeAll(async () => {
    server = await openStudio();
    microphone = join(await mkdtemp(join(tmpdir(), "golem-studio-")), "microphone.wav");
    // Too quiet for a recording: the recorder runs on, and says so.
    await writeFile(microphone, encodeWav(new Float32Array(16_000), 16_000, "pcm16"));
    browser = await launchBrowser(listMicrophoneFlags(microphone));
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await rm(dirname(microphone), { recursive: true, force: true });
  });

  it.each([2, 14, 30])("holds on every screen with %d classes", { timeout: 900_000 }, async (count) => {
    const { page } = await openStudioPage(browser, server.url);
    const faults = await walkSizes(page, "home");
    await chooseZip(page, "set.zip", createClasses(nameClasses(count)));
    await page.waitForSelector(".class");
    const learn = page.locator(".foot button.primary");
    await learn.waitFor({ timeout: 300_000 });
    await page.click(".settings summary");
    faults.push(...(await walkSizes(page, "record")));
    await page.getByRole("button", { name: "Type the words" }).click();
    faults.push(...(await walkSizes(page, "typing words")));
    await page.keyboard.press("Escape");
    for (const size of phones) {
      await page.setViewportSize(size);
      if (!(await isAboveFold(page, ".rec"))) faults.push(`record, ${size.width}: Record is below the fold`);
    }
    await page.click(".record .rec");
    await page.waitForSelector(".rec.stop");
    faults.push(...(await walkSizes(page, "recording")));
    for (const size of phones) {
      await page.setViewportSize(size);
      if (!(await isAboveFold(page, ".rec.stop")))
        faults.push(`recording, ${size.width}: Stop is below the fold`);
    }
    await page.click(".rec.stop");
    await page.locator(".item .tools button").first().click();
    await page.waitForSelector(".editor .wave svg");
    faults.push(...(await walkSizes(page, "edit")));
    await page.keyboard.press("Escape");
    await learn.click();
    await page.waitForSelector(".number", { timeout: 120_000 });
    faults.push(...(await walkSizes(page, "result")));
    await goTo(page, "record");
    await page.locator(".item .tools button").nth(1).click();
    await page.waitForFunction(
      (n) => document.querySelectorAll(".item").length === n,
      recordingsPerClass - 1,
    );
    await learn.click();
    await page.waitForSelector("#history", { timeout: 120_000 });
    await page.locator(".threshold input").fill("95");
    await choose(
      page,
      "Choose unlabelled files",
      [300, 500, 900].map((pitch) => ({
        name: `${"a file from a recorder with a long name ".repeat(2)}${pitch}.wav`,
        mimeType: "audio/wav",
        buffer: Buffer.from(encodeWav(createTone(8000, 0.3, 1, pitch)[0]!, 8000, "pcm16")),
      })),
    );
    await page.waitForSelector(".suggestions li", { timeout: 120_000 });
    faults.push(...(await walkSizes(page, "history, threshold and suggestions")));
    await goTo(page, "try");
    await page.waitForSelector(".try .rec");
    faults.push(...(await walkSizes(page, "try")));
    for (const size of phones) {
      await page.setViewportSize(size);
      if (!(await isAboveFold(page, ".try .rec")))
        faults.push(`try, ${size.width}: Listen is below the fold`);
    }
    await goTo(page, "take");
    faults.push(...(await walkSizes(page, "download")));
    await goTo(page, "lessons");
    for (let lesson = 1; lesson <= 4; lesson++) {
      faults.push(...(await walkSizes(page, `lesson ${lesson}`)));
      if (lesson < 4) await page.click(".walk .primary");
    }
    await page.click(".brand");
    await page.waitForSelector(".card .score");
    faults.push(...(await walkSizes(page, "home with a task")));
    expect(faults).toEqual([]);
  });
});
