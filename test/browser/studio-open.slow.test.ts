/**
 * What others made, opened in the studio: golems of Node and data sets, as folders and zip files; and what it
 * says of broken ones.
 */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeWav } from "../../src/audio/wav-writer.ts";
import { loadGolem, train } from "../../src/index.ts";
import type { StudioServer } from "../../src/server/studio-server.ts";
import { findViolations } from "../support/browser/accessibility.ts";
import { browserNote, browserPath, getBrowser } from "../support/browser/browser.ts";
import { choose, chooseZip, createTones } from "../support/browser/studio-files.ts";
import { openStudio, openStudioPage } from "../support/browser/studio-page.ts";
import { createScratchFolder } from "../support/scratch-folder.ts";
import { getSharedFolder } from "../support/shared-folder.ts";

async function writeFilesInto(folder: string, files: Record<string, Uint8Array>): Promise<void> {
  for (const [path, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
}

/** Writes files into a folder that goes away with the test. */
async function writeFiles(files: Record<string, Uint8Array>): Promise<string> {
  const folder = await createScratchFolder();
  await writeFilesInto(folder, files);
  return folder;
}

/** A golem trained by Node, once: its files, by their paths in a folder `golem`, its score and an answer. */
async function trainTones(options: Parameters<typeof train>[1] = {}) {
  const shared = await getSharedFolder(`studio-tones-${options.encoder ?? "auto"}`, async (place) => {
    await writeFilesInto(place, createTones(6));
    const golem = await train(join(place, "tones"), options);
    await golem.save(join(place, "golem"));
    await golem.dispose();
  });
  const folder = join(shared, "golem");
  const files: Record<string, Uint8Array> = {};
  for (const name of await readdir(folder)) files[`golem/${name}`] = await readFile(join(folder, name));
  const asked = join(shared, "tones", "high", "3.wav");
  const golem = await loadGolem(folder);
  const { scores } = await golem.predict(asked);
  await golem.dispose();
  return { folder, files, asked, scores, score: golem.evaluation!.balancedAccuracy };
}

const alert = (page: Page) => page.locator(".notice[role=alert] span").first();

describe.skipIf(!browserPath)(`the studio opens${browserNote}`, () => {
  let browser: Browser;
  let server: StudioServer;
  beforeAll(async () => {
    server = await openStudio();
    browser = await getBrowser();
  });
  afterAll(async () => {
    await server?.close();
  });

  it("golems of Node, as a folder and as a zip file, and they answer the same", {
    timeout: 300_000,
  }, async () => {
    const { folder, files, asked, scores, score } = await trainTones();
    const { page, complaints } = await openStudioPage(browser, server.url);
    for (const form of ["folder", "zip"]) {
      await page.goto(server.url);
      if (form === "folder") await choose(page, "Open a folder", folder);
      else await chooseZip(page, "golem.zip", files);
      await page.waitForSelector(".try .rec:not(:disabled)", { timeout: 60_000 });
      await choose(page, "Try a file", asked);
      await page.waitForSelector(".history li");
      const shares = await page
        .locator(".bars .share-bar")
        .evaluateAll((rails) => rails.map((rail) => Number((rail as SVGElement).dataset.share)));
      for (const [i, label] of ["high", "low"].entries()) {
        expect(Math.abs(shares[i]! - scores[label]!), `${form}, ${label}`).toBeLessThan(0.01);
      }
      await page.click('.steps a[href$="/result"]');
      expect(await page.locator(".number").textContent()).toContain(String(Math.round(100 * score)));
      expect(await findViolations(page)).toEqual([]);
    }
    expect(complaints).toEqual([]);
  });

  it("long recordings with label tracks beside them, cut at the labels", { timeout: 120_000 }, async () => {
    const tones = Object.values(createTones(4)).map((bytes) => bytes.subarray(44));
    // Eight tones of 0.3 s, low ones first, each after 1.7 s of silence.
    const gap = new Uint8Array(2 * 1.7 * 8000);
    const header = encodeWav(new Float32Array(8 * 2 * 8000), 8000, "pcm16").subarray(0, 44);
    const sound = Buffer.concat([header, ...tones.flatMap((tone) => [gap, tone])]);
    const track = tones.map((_, i) => {
      return `${(2 * i + 1.7).toFixed(6)}\t${(2 * i + 2).toFixed(6)}\t${i < 4 ? "low" : "high"}`;
    });
    const text = new TextEncoder().encode([...track, "3.0\t3.2\t", "3\t3\tlow", ""].join("\n"));
    const files = { "field/day.wav": new Uint8Array(sound), "field/day.txt": text };
    const { page } = await openStudioPage(browser, server.url);
    for (const form of ["folder", "zip"]) {
      await page.goto(server.url);
      if (form === "zip") await chooseZip(page, "field.zip", files);
      else await choose(page, "Open a folder", join(await writeFiles(files), "field"));
      await page.waitForSelector(".notice");
      expect(await page.locator(".notice").first().textContent()).toContain("2 annotations were left out");
      expect(await page.locator(".class .name").allTextContents()).toEqual(["_background", "high", "low"]);
      const counts = await page.locator(".class .count").allTextContents();
      expect(counts.map((count) => Number.parseInt(count, 10))).toEqual([4, 4, 4]);
    }
  });

  it("data sets, as a folder and as a zip file, with a list and without", { timeout: 120_000 }, async () => {
    const tones = createTones(3);
    const rows = Object.keys(tones).map(
      (path, i) => `${path.slice(6)},${path.split("/")[1]},${i % 2 ? "Ann" : "Bo"}`,
    );
    const listed = {
      ...tones,
      "tones/metadata.csv": new TextEncoder().encode(["file_name,label,speaker", ...rows, ""].join("\n")),
    };
    const { page } = await openStudioPage(browser, server.url);
    for (const files of [tones, listed]) {
      for (const form of ["folder", "zip"]) {
        await page.goto(server.url);
        if (form === "zip") await chooseZip(page, "tones.zip", files);
        else await choose(page, "Open a folder", join(await writeFiles(files), "tones"));
        await page.waitForFunction(
          () =>
            [...document.querySelectorAll(".class .count")].map(({ textContent }) => textContent).join() ===
            "3 of 8,3 of 8",
        );
        expect(await page.locator(".class .name").allTextContents()).toEqual(["high", "low"]);
        expect(await page.inputValue(".task-name")).toBe("tones");
      }
    }
  });

  it("nothing that is broken, and says what to do, in both languages", { timeout: 300_000 }, async () => {
    const { files } = await trainTones();
    const strange = await trainTones({ encoder: "mfcc" });
    const { page } = await openStudioPage(browser, server.url);
    const text = new TextDecoder().decode(files["golem/golem.json"]);
    const encode = (value: string) => new TextEncoder().encode(value);
    const without = (name: string) =>
      Object.fromEntries(Object.entries(files).filter(([path]) => path !== name));
    const broken: readonly (readonly [string, Record<string, Uint8Array>, RegExp, RegExp])[] = [
      [
        "without its head",
        without("golem/head.safetensors"),
        /damaged .*Take the whole folder/,
        /повреждён .*Возьмите всю папку/,
      ],
      [
        "with half a document",
        { ...files, "golem/golem.json": encode(text.slice(0, text.length / 2)) },
        /damaged .*Take the whole folder/,
        /повреждён .*Возьмите всю папку/,
      ],
      [
        "of another version",
        {
          ...files,
          "golem/golem.json": encode(text.replace(/"formatVersion":\s*\d+/, '"formatVersion": 999')),
        },
        /another version.*train it again/,
        /другой версией.*обучите заново/,
      ],
      ["of another network", strange.files, /does not have.*golem predict/, /студии нет.*golem predict/],
      [
        "of letters alone",
        { "letters/one.txt": encode("Dear") },
        /No recordings.*Choose audio files/,
        /не нашлось.*Выберите/,
      ],
    ];
    const check = async (name: string, english: RegExp, russian: RegExp) => {
      await alert(page).waitFor();
      expect(await alert(page).textContent(), name).toMatch(english);
      await page.click(".pills [lang=ru]");
      expect(await alert(page).textContent(), name).toMatch(russian);
      expect(await findViolations(page)).toEqual([]);
      await page.click(".pills [lang=en]");
      await page.locator(".notice button").last().click();
      expect(await page.locator(".card .row").count(), name).toBe(0);
    };
    for (const [name, own, english, russian] of broken) {
      await chooseZip(page, "golem.zip", own);
      await check(name, english, russian);
    }
    const noZip = { name: "golem.zip", mimeType: "application/zip", buffer: Buffer.from("PK and no more") };
    await choose(page, "Open a zip file", noZip);
    await check("no zip", /cannot be read.*copy or download/, /не читается.*скопируйте/);
  });
});
