/** Pictures of a task from nothing to the end of the lessons. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { encodeWav } from "../../src/audio/wav-writer.ts";
import { writeSpeech } from "../../test/support/recordings/spoken.ts";
import { choose, folders, goTo, isWanted, open, picture, zip } from "./picture.ts";

const { data } = folders;
/** Recordings of each class. */
const each = 8;

/** A data set with something to find: the same recording twice, one in the wrong class, one that is silent, one that cannot be read. */
async function createDataSet(labels: readonly string[]): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  for (const [i, label] of labels.entries()) {
    const names = (await readdir(join(data, label))).sort();
    for (const name of names.slice(0, each))
      files[`set/${label}/${name}`] = await readFile(join(data, label, name));
    if (i === 0) {
      const twice = await readFile(join(data, label, names[0]!));
      files[`set/${label}/copy.wav`] = Buffer.concat([twice.subarray(0, -400)]);
      files[`set/${labels[1]}/wrong.wav`] = await readFile(join(data, label, names[each]!));
    }
  }
  files[`set/${labels[2]}/silent.wav`] = encodeWav(new Float32Array(16_000), 16_000, "pcm16");
  files[`set/${labels[2]}/broken.wav`] = new TextEncoder().encode("no sound at all");
  return files;
}

/** Takes them. `microphone`: the WAV file that the browser's microphone plays. */
export async function pictureTask(
  browser: Browser,
  url: string,
  microphone: string,
  labels: readonly string[],
): Promise<void> {
  const page = await open(browser, url);
  await picture(page, "01-home");
  await page.getByRole("button", { name: "New task" }).click();
  await page.waitForSelector("input.field");
  await picture(page, "02-new-task");
  for (const label of labels) {
    await page.fill("input.field", label);
    await page.keyboard.press("Enter");
    await page.waitForSelector(`.class:has-text("${label}")`);
  }
  await picture(page, "03-record-empty");
  await goTo(page, "result");
  await picture(page, "04-result-empty");
  await goTo(page, "try");
  await picture(page, "04-try-empty");
  await goTo(page, "take");
  await picture(page, "04-take-empty");
  await goTo(page, "lessons");
  await picture(page, "04-lessons-empty");
  await goTo(page, "record");
  await writeSpeech(microphone, join(data, labels[0]!), 30);
  await picture(page, "05-recording", async () => {
    if (!(await page.locator(".rec.stop").count())) await page.click(".rec");
    await page.waitForTimeout(1500);
  });
  if (await page.locator(".rec.stop").count()) await page.click(".rec.stop");
  await page.waitForTimeout(500);
  await picture(page, "06-recorded");

  await page.click(".brand");
  await choose(page, "Open a zip file", zip("commands.zip", await createDataSet(labels)));
  await page.waitForSelector(".class");
  const learn = page.locator(".foot button.primary");
  await learn.waitFor({ timeout: 240_000 });
  await picture(page, "07-record-full");
  if (isWanted("07-edit") || isWanted("07-speak")) {
    await page.locator(".item .tools button").first().click();
    await page.waitForSelector(".editor .wave svg");
    await picture(page, "07-edit");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Type the words" }).click();
    await picture(page, "07-speak");
    await page.keyboard.press("Escape");
  }
  if (isWanted("08-learning")) {
    await picture(page, "08-learning", async () => {
      await goTo(page, "record");
      await learn.click();
      await page.waitForSelector(".working");
    });
    await page.waitForSelector(".number", { timeout: 60_000 });
    await goTo(page, "record");
  }
  await learn.click();
  await page.waitForSelector(".number", { timeout: 60_000 });
  await page.waitForSelector("#curve", { timeout: 120_000 });
  await page.evaluate(() => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });
  await picture(page, "09-result");
  await goTo(page, "try");
  await page.waitForSelector(".try .rec:not(:disabled)");
  await picture(page, "10-try");
  await writeSpeech(microphone, join(data, labels[1]!), 20);
  await page.click(".try .rec");
  await page.waitForTimeout(6000);
  await picture(page, "11-try-listening");
  await page.click(".try .rec");
  await goTo(page, "take");
  await picture(page, "12-take");
  await goTo(page, "lessons");
  await picture(page, "13-lesson-1");
  for (const lesson of [2, 3, 4]) {
    await page.click(".walk .primary");
    await picture(page, `13-lesson-${lesson}`);
  }
  await page.click(".stage .primary");
  await page.waitForFunction(() => document.querySelectorAll(".stage .train-dot").length > 1, undefined, {
    timeout: 60_000,
  });
  await picture(page, "14-lesson-4-running");
  await page
    .waitForFunction(() => document.querySelectorAll(".stage .train-dot").length > 5, undefined, {
      timeout: 120_000,
    })
    .catch(() => process.stderr.write("not all heads were measured\n"));
  await picture(page, "15-lesson-4-done");
  await goTo(page, "record");
  await page.locator(".item .tools button").nth(1).click();
  await picture(page, "16-deleted");
  await goTo(page, "result");
  await picture(page, "17-stale");
  await page.click(".brand");
  await page.waitForSelector(".card .score");
  await picture(page, "18-home-tasks");
  await page.locator(".card .icon").first().click();
  await page.waitForSelector("dialog[open]");
  await picture(page, "19-ask");
  await page.keyboard.press("Escape");
  await page.waitForSelector("dialog[open]", { state: "detached" });
  await page.getByRole("button", { name: "Drums" }).click();
  await page.waitForSelector(".class");
  await learn.waitFor({ timeout: 240_000 });
  await picture(page, "20-drums");
  await learn.click();
  await page.waitForSelector(".number", { timeout: 60_000 });
  await page.waitForSelector("#curve", { timeout: 240_000 });
  await picture(page, "21-drums-result");
  await page.context().close();
}
