/** Every screen of the studio in several widths, both languages, with few and many classes and long names: nothing overflows, nothing is covered. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeWav } from "../../src/audio/wav-writer.ts";
import type { StudioServer } from "../../src/server/studio-server.ts";
import { createTone } from "../support/audio-files.ts";
import { browserNote, browserPath, getBrowser } from "../support/browser.ts";
import { findLayoutFaults, isAboveFold } from "../support/screen-layout.ts";
import { chooseZip } from "../support/studio-files.ts";
import { goTo, openStudio, openStudioPage } from "../support/studio-page.ts";

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
  for (const language of ["ru", "en"]) {
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
  return faults;
}

describe.skipIf(!browserPath)(`the layout of the studio${browserNote}`, () => {
  let server: StudioServer;
  beforeAll(async () => {
    server = await openStudio();
  });
  afterAll(() => server?.close());

  it.each([2, 14, 30])("holds on every screen with %d classes", { timeout: 600_000 }, async (count) => {
    const { page } = await openStudioPage(await getBrowser(), server.url);
    const faults = await walkSizes(page, "home");
    await chooseZip(page, "set.zip", createClasses(nameClasses(count)));
    await page.waitForSelector(".class");
    const learn = page.locator(".foot button.primary");
    await learn.waitFor({ timeout: 300_000 });
    faults.push(...(await walkSizes(page, "record")));
    for (const size of phones) {
      await page.setViewportSize(size);
      if (!(await isAboveFold(page, ".rec"))) faults.push(`record, ${size.width}: Record is below the fold`);
    }
    await learn.click();
    await page.waitForSelector(".number", { timeout: 120_000 });
    await page.evaluate(() => {
      for (const details of document.querySelectorAll("details")) details.open = true;
    });
    faults.push(...(await walkSizes(page, "result")));
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
