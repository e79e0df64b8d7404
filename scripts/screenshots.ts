/**
 * Pictures of every screen of the built studio, light and dark, wide and on a phone, in every language, to be looked at:
 *
 *     npx tsx scripts/screenshots.ts OUT DATA [ONLY...]
 *
 * DATA: a folder of recordings for each class. ONLY: beginnings of pictures' names; without any, all are made. Needs `npm run build` and
 * a Chromium (CHROME_PATH, else the system's).
 */
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { zipSync } from "fflate";
import { type Browser, chromium, type Page } from "playwright-core";
import { encodeWav } from "../src/audio/wav-writer.ts";
import { gatherStudioSite } from "../src/node/export/studio-site.ts";
import { startStudioServer } from "../src/server/studio-server.ts";
import { writeSpeech } from "../test/support/spoken.ts";

const [out, data, ...only] = process.argv.slice(2);
if (!out || !data) throw new Error("Usage: npx tsx scripts/screenshots.ts OUT DATA [ONLY...]");

const sizes = {
  wide: { width: 1280, height: 860 },
  tablet: { width: 768, height: 1024 },
  phone: { width: 390, height: 844 },
} as const;
const classCount = 4;
const each = 8;

const isWanted = (name: string) => only.length === 0 || only.some((start) => name.startsWith(start));

/** One picture for each language, theme and size; `before` makes each of them ready where what is shown does not last. */
async function picture(page: Page, name: string, before?: () => Promise<void>): Promise<void> {
  if (!isWanted(name)) return;
  const others = await page
    .locator(".pills [lang]")
    .evaluateAll((buttons) => buttons.map((button) => button.getAttribute("lang")!));
  const languages = [...others, (await page.locator("html").getAttribute("lang"))!];
  for (const language of languages) {
    if ((await page.locator("html").getAttribute("lang")) !== language) {
      await page.evaluate(
        (code) => document.querySelector<HTMLElement>(`.pills [lang=${code}]`)!.click(),
        language,
      );
    }
    for (const theme of ["light", "dark"]) {
      if ((await page.locator("html").getAttribute("data-theme")) !== theme) {
        await page.evaluate(() => document.querySelector<HTMLElement>(".pills .pill:last-child")!.click());
      }
      for (const [size, viewport] of Object.entries(sizes)) {
        await page.setViewportSize(viewport);
        await before?.();
        await page.waitForTimeout(150);
        await page.screenshot({
          path: join(out!, `${name}-${language}-${theme}-${size}.png`),
          fullPage: true,
        });
      }
    }
  }
  await page.setViewportSize(sizes.wide);
  await page.evaluate(() => document.querySelector<HTMLElement>(".pills [lang=en]")?.click());
  process.stderr.write(`${name}\n`);
}

async function choose(
  page: Page,
  button: string | RegExp,
  files: Parameters<Page["setInputFiles"]>[1],
): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent("filechooser"),
    page.getByRole("button", { name: button }).click(),
  ]);
  await chooser.setFiles(files);
}

const zip = (name: string, files: Record<string, Uint8Array>) => ({
  name,
  mimeType: "application/zip",
  buffer: Buffer.from(zipSync(files, { level: 0 })),
});

const goTo = async (page: Page, step: string) => {
  await page.click(`.steps a[href$="/${step}"]`);
  await page.waitForSelector("h1");
};

/** A data set with something to find: the same recording twice, one in the wrong class, one that is silent, one that cannot be read. */
async function createDataSet(labels: readonly string[]): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  for (const [i, label] of labels.entries()) {
    const names = (await readdir(join(data!, label))).sort();
    for (const name of names.slice(0, each))
      files[`set/${label}/${name}`] = await readFile(join(data!, label, name));
    if (i === 0) {
      const twice = await readFile(join(data!, label, names[0]!));
      files[`set/${label}/copy.wav`] = Buffer.concat([twice.subarray(0, -400)]);
      files[`set/${labels[1]}/wrong.wav`] = await readFile(join(data!, label, names[each]!));
    }
  }
  files[`set/${labels[2]}/silent.wav`] = encodeWav(new Float32Array(16_000), 16_000, "pcm16");
  files[`set/${labels[2]}/broken.wav`] = new TextEncoder().encode("no sound at all");
  return files;
}

async function open(
  browser: Browser,
  url: string,
  prepare?: (page: Page) => Promise<unknown>,
): Promise<Page> {
  const context = await browser.newContext({ viewport: sizes.wide, locale: "en" });
  const page = await context.newPage();
  page.on("pageerror", ({ message }) => process.stderr.write(`exception: ${message}\n`));
  await prepare?.(page);
  await page.goto(url);
  await page.waitForSelector("h1");
  return page;
}

/** A task from nothing to the end of the lessons. */
async function walk(
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
  await writeSpeech(microphone, join(data!, labels[0]!), 30);
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
  await writeSpeech(microphone, join(data!, labels[1]!), 20);
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

/** Messages about failures. */
async function fail(browser: Browser, url: string, labels: readonly string[]): Promise<void> {
  const page = await open(browser, url);
  await page.getByRole("button", { name: "Your voice commands" }).click();
  await page.waitForSelector(".rec");
  await page.click(".rec");
  await page.waitForTimeout(500);
  await picture(page, "30-no-microphone");
  await choose(page, "Choose files", {
    name: "letter.wav",
    mimeType: "audio/wav",
    buffer: Buffer.from("no sound"),
  });
  await choose(
    page,
    "Choose files",
    join(resolve(data!), labels[0]!, (await readdir(join(data!, labels[0]!)))[0]!),
  );
  await page.waitForTimeout(3000);
  await picture(page, "31-unreadable");
  await choose(page, "Choose files", {
    name: "letter.txt",
    mimeType: "text/plain",
    buffer: Buffer.from("no sound"),
  });
  await page.waitForTimeout(300);
  await picture(page, "32-no-recordings");
  await page.click(".brand");
  await choose(page, "Open a zip file", zip("golem.zip", { "g/golem.json": new TextEncoder().encode("{}") }));
  await page.waitForTimeout(500);
  await picture(page, "33-broken-golem");
  await choose(page, "Open a zip file", {
    name: "a.zip",
    mimeType: "application/zip",
    buffer: Buffer.from("PK no zip"),
  });
  await page.waitForTimeout(500);
  await picture(page, "34-broken-zip");
  await page.goto(`${url}#/task/nobody/record`);
  await page.waitForTimeout(500);
  await picture(page, "35-missing-task");
  await page.context().close();
  const refused = await open(browser, url, (blank) =>
    blank.addInitScript(() => {
      IDBFactory.prototype.open = () => {
        throw new DOMException("refused", "SecurityError");
      };
    }),
  );
  await refused.waitForTimeout(500);
  await picture(refused, "36-storage-refused");
  await refused.context().close();
  const files: Record<string, Uint8Array> = {};
  for (const label of labels.slice(0, 2)) {
    for (const name of (await readdir(join(data!, label))).slice(0, 3)) {
      files[`set/${label}/${name}`] = await readFile(join(data!, label, name));
    }
  }
  for (const [name, pattern] of [
    ["37-networks-missing", /\/weights\//],
    ["38-no-learner", /learn-worker/],
    ["39-no-embedder", /embed-worker/],
  ] as const) {
    if (!isWanted(name)) continue;
    const broken = await open(browser, url, (blank) => blank.route(pattern, (route) => route.abort()));
    await choose(broken, "Open a zip file", zip("set.zip", files));
    await broken.waitForTimeout(2500);
    const learn = broken.locator(".foot button.primary");
    if (name.startsWith("38")) {
      await learn.click({ timeout: 60_000 }).catch(() => process.stderr.write("it cannot learn\n"));
      await broken.waitForTimeout(1000);
    }
    await picture(broken, name);
    await broken.context().close();
  }
}

const folder = await mkdtemp(join(tmpdir(), "golem-screenshots-"));
const microphone = join(folder, "microphone.wav");
await mkdir(out, { recursive: true });
const labels = (await readdir(data, { withFileTypes: true }))
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .filter((name) => !name.startsWith("_"))
  .slice(-classCount);
const server = await startStudioServer(await gatherStudioSite(), 0);
const executablePath = process.env.CHROME_PATH ?? "/usr/bin/chromium";
const flags = ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"];
const microphoneFlags = [
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
  `--use-file-for-fake-audio-capture=${microphone}`,
];
try {
  if (only.length === 0 || only.some((name) => name < "3")) {
    const browser = await chromium.launch({ executablePath, args: [...flags, ...microphoneFlags] });
    await walk(browser, server.url, microphone, labels).finally(() => browser.close());
  }
  if (only.length === 0 || only.some((name) => name >= "3")) {
    const deaf = await chromium.launch({ executablePath, args: flags });
    await fail(deaf, server.url, labels).finally(() => deaf.close());
  }
} finally {
  await server.close();
  await rm(folder, { recursive: true, force: true });
}
