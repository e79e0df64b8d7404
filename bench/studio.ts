/**
 * Measures the studio in a real browser: the times for which users wait, whether the page responds meanwhile,
 * and the number of clicks for a golem.
 *
 *   npx tsx bench/studio.ts [--rounds N]      (part of `npm run bench`; `npm run build` first)
 *
 * Every round uses new pages without stored data. Recordings come from ../shared/data (spoken digits and
 * commands); without them, nothing is measured and the reason is printed. Results go to
 * bench/results/studio.json and studio.md.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { zipSync } from "fflate";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import {
  browserNote,
  browserPath,
  launchBrowser,
  listMicrophoneFlags,
} from "../test/support/browser/browser.ts";
import { openStudio, recordClasses, watchPage } from "../test/support/browser/studio-page.ts";
import { writeSpeech } from "../test/support/recordings/spoken.ts";
import { sharedData, sharedDataNote } from "../test/support/shared-data.ts";
import {
  getMeanSeconds,
  listSteps,
  openZip,
  takeDisturbances,
  takeProgress,
  waitEmbedded,
} from "./studio/page.ts";
import {
  describeMachine,
  formatTable,
  type RecordedPath,
  type ScrollingRound,
  type TrainingRound,
} from "./studio/table.ts";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "5" } } });
const rounds = Number(values.rounds);

if (!sharedData || !browserPath) {
  console.log(`The studio was not measured${sharedData ? "" : sharedDataNote}${browserNote}.`);
  process.exit(0);
}
const data = sharedData;
const digits = ["0", "1", "2"];
const spoken = ["yes", "no", "stop"];

const listFiles = (set: string, label: string) =>
  readdirSync(join(data, set, label))
    .filter((name) => name.endsWith(".wav"))
    .sort()
    .map((name) => join(data, set, label, name));

const folder = mkdtempSync(join(tmpdir(), "golem-bench-studio-"));

/**
 * Writes a zip of recordings, one folder per class, and returns its path: bytes transferred by the protocol
 * would themselves block the page.
 */
function pack(name: string, classes: Readonly<Record<string, readonly string[]>>): string {
  const files: Record<string, Uint8Array> = {};
  for (const [label, paths] of Object.entries(classes)) {
    for (const [i, path] of paths.entries()) files[`bench/${label}/${i}.wav`] = readFileSync(path);
  }
  const path = join(folder, name);
  writeFileSync(path, zipSync(files, { level: 0 }));
  return path;
}

const sixty = pack(
  "60.zip",
  Object.fromEntries(digits.map((digit) => [digit, listFiles("digits", digit).slice(0, 20)])),
);
// Sixty sounds ten times each: stored embeddings are not computed again, so the list fills as fast as
// possible.
const sounds = digits.flatMap((digit) => listFiles("digits", digit).slice(20, 40));
const sixHundred = pack("600.zip", {
  spoken: Array.from({ length: 600 }, (_, i) => sounds[i % sounds.length]!),
});

const microphone = join(folder, "microphone.wav");
const server = await openStudio();
const browser = await launchBrowser(listMicrophoneFlags(microphone));

async function openPage(options: BrowserContextOptions = {}): Promise<Page> {
  const context = await (browser as Browser).newContext({
    viewport: { width: 1280, height: 860 },
    ...options,
  });
  const page = await context.newPage();
  // tsx keeps the names of functions with a helper that pages do not have.
  await page.addInitScript("globalThis.__name ??= (named) => named;");
  await watchPage(page);
  return page;
}

/** Measures the first load, importing and embedding 60 recordings, and training. */
async function measureTraining(): Promise<TrainingRound> {
  const page = await openPage();
  let transfer = 0;
  const sizes: Promise<void>[] = [];
  page.on("requestfinished", (request) => {
    if (/\/weights\//.test(request.url()) || !request.url().startsWith(server.url)) return;
    sizes.push(
      request.sizes().then(({ responseBodySize, responseHeadersSize }) => {
        transfer += responseBodySize + responseHeadersSize;
      }),
    );
  });
  await page.goto(server.url);
  await page.waitForSelector("h1");
  await takeDisturbances(page);
  await openZip(page, sixty);
  await page.waitForSelector(".item");
  await waitEmbedded(page);
  await Promise.all(sizes);
  const bringingIn = await takeDisturbances(page);
  const steps = listSteps(await takeProgress(page));
  const seconds = await getMeanSeconds(page);
  const learn = page.locator(".foot button.primary");
  await learn.waitFor();
  await takeDisturbances(page);
  const waited = await page.evaluate(async () => {
    const start = performance.now();
    document.querySelector<HTMLButtonElement>(".foot button.primary")!.click();
    while (!document.querySelector(".number")) await new Promise(requestAnimationFrame);
    return (performance.now() - start) / 1000;
  });
  const training = await takeDisturbances(page);
  const told = await page.locator(".first .note").first().textContent();
  const trained = Number(/in ([\d.]+) s/.exec(told ?? "")?.[1]);
  const curve = await page.evaluate(async () => {
    const start = performance.now();
    while (!document.querySelector("#curve")) await new Promise(requestAnimationFrame);
    return (performance.now() - start) / 1000;
  });
  const after = await takeDisturbances(page);
  await page.context().close();
  return { transfer, bringingIn, steps, seconds, waited, trained, training, curve, after };
}

/** Measures the frames while the list of 600 recordings is scrolled to its end and back during embedding. */
async function measureScrolling(): Promise<ScrollingRound> {
  const page = await openPage();
  await page.goto(server.url);
  await page.waitForSelector("h1");
  await openZip(page, sixHundred);
  await page.waitForFunction(() => document.querySelector(".rows")?.clientHeight === 600 * 60, undefined, {
    timeout: 120_000,
  });
  await page.waitForFunction(
    () => /Processing recordings: \d/.test(document.querySelector(".foot [role=status]")?.textContent ?? ""),
    undefined,
    { timeout: 120_000 },
  );
  const bringingIn = await takeDisturbances(page);
  const scroll = () =>
    page.evaluate(async () => {
      const frames: number[] = [];
      const start = performance.now();
      let last = start;
      let speed = 90;
      while (last - start < 6000) {
        scrollBy(0, speed);
        if (scrollY === 0 || scrollY + innerHeight >= document.documentElement.scrollHeight - 1)
          speed = -speed;
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        frames.push(now - last);
        last = now;
      }
      return { fps: (1000 * frames.length) / (last - start), longest: Math.max(...frames) };
    });
  const busy = await scroll();
  await waitEmbedded(page);
  const embedding = await takeDisturbances(page);
  await new Promise((done) => setTimeout(done, 500));
  const quiet = await scroll();
  await page.context().close();
  return { bringingIn, embedding, busy, quiet };
}

/** The path of the tests: name three classes, record eight of each, train, download the golem. */
async function measurePath(): Promise<RecordedPath> {
  const page = await openPage({ acceptDownloads: true });
  await page.goto(server.url);
  await recordClasses(page, spoken, (word) => writeSpeech(microphone, join(data, "commands", word), 9));
  await waitEmbedded(page);
  const told = await takeProgress(page);
  // When a recording comes in, those before it should have been embedded.
  const backlog = told.flatMap((now, i) => {
    const before = told[i - 1];
    return before && now.all > before.all ? [before.all - before.done] : [];
  });
  await page.locator(".foot button.primary").click();
  await page.waitForSelector(".number");
  await page.click('.steps a[href$="/take"]');
  await Promise.all([page.waitForEvent("download"), page.click(".offer .primary")]);
  const actions = await page.evaluate(() => window.watched.actions);
  await page.context().close();
  return { actions, backlog };
}

const loadBefore = loadavg()[0]!;
const trainings: TrainingRound[] = [];
const scrollings: ScrollingRound[] = [];
for (let round = 0; round < rounds; round++) trainings.push(await measureTraining());
for (let round = 0; round < Math.min(rounds, 3); round++) scrollings.push(await measureScrolling());
const path = await measurePath();
await browser.close();
await server.close();
rmSync(folder, { recursive: true, force: true });

const machine = describeMachine(browser.version());
const lines = formatTable(machine, loadBefore, { trainings, scrollings, path });
const results = resolve("bench/results");
mkdirSync(results, { recursive: true });
writeFileSync(
  join(results, "studio.json"),
  `${JSON.stringify({ machine, loadBefore, trainings, scrollings, path }, null, 1)}\n`,
);
writeFileSync(join(results, "studio.md"), `${lines.join("\n")}\n`);
console.log(lines.join("\n"));
