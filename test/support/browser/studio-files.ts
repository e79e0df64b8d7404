/** Files that the studio's tests bring in and take away. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { unzipSync, zipSync } from "fflate";
import type { Page } from "playwright-core";
import { encodeWav } from "../../../src/audio/wav-writer.ts";
import { createTone } from "../audio-files.ts";
import { createScratchFolder } from "../scratch-folder.ts";

/** Unpacks what a button downloads; resolves with the folder in it. */
export async function unpackDownload(page: Page, button: string): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click(button)]);
  const folder = await createScratchFolder();
  const files = unzipSync(await readFile(await download.path()));
  for (const [path, bytes] of Object.entries(files)) {
    if (path.endsWith("/")) continue;
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
  return join(folder, Object.keys(files)[0]!.split("/")[0]!);
}

/** Chooses files in the dialog that a button opens. */
export async function choose(page: Page, button: string, files: Parameters<Page["setInputFiles"]>[1]) {
  const [chooser] = await Promise.all([
    page.waitForEvent("filechooser"),
    page.getByRole("button", { name: button }).click(),
  ]);
  await chooser.setFiles(files);
}

/** Chooses a zip file of these files. */
export function chooseZip(page: Page, name: string, files: Record<string, Uint8Array>): Promise<void> {
  const buffer = Buffer.from(zipSync(files, { level: 0 }));
  return choose(page, "Open a zip file", { name, mimeType: "application/zip", buffer });
}

/** Recordings of low and of high tones, by path. */
export function createTones(each: number): Record<string, Uint8Array> {
  const files: Record<string, Uint8Array> = {};
  for (const [label, base] of [
    ["low", 200],
    ["high", 1200],
  ] as const) {
    for (let i = 0; i < each; i++) {
      files[`tones/${label}/${i}.wav`] = encodeWav(
        createTone(8000, 0.3, 1, base * (1 + i / (2 * each)))[0]!,
        8000,
        "pcm16",
      );
    }
  }
  return files;
}

/** Opens a data set of tones in two classes, low and high, as a zip file. */
export async function openTones(page: Page, each = 4): Promise<void> {
  await chooseZip(page, "tones.zip", createTones(each));
  await page.waitForSelector(".class");
}
