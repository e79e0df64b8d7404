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
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { zipSync } from "fflate";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { browserNote, browserPath, launchBrowser, listMicrophoneFlags } from "../test/support/browser.ts";
import { sharedData, sharedDataNote } from "../test/support/shared-data.ts";
import { writeSpeech } from "../test/support/spoken.ts";
import { openStudio, recordClasses, watchPage } from "../test/support/studio-page.ts";

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

async function openZip(page: Page, path: string): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent("filechooser"),
    page.getByRole("button", { name: "Open a zip file" }).click(),
  ]);
  await chooser.setFiles(path);
}

/** Resolves when all are embedded; with one class, the bar says that it needs two. */
const waitEmbedded = (page: Page) =>
  page.waitForFunction(
    () =>
      /recordings? (is|are) processed|needs two/.test(
        document.querySelector(".foot [role=status]")?.textContent ?? "",
      ),
    undefined,
    { timeout: 300_000, polling: 20 },
  );

const takeDisturbances = (page: Page) =>
  page.evaluate(() => {
    const { shift, longest, gap } = window.watched;
    window.watched.shift = 0;
    window.watched.longest = 0;
    window.watched.gap = 0;
    return { shift, longest, gap };
  });

/** The progress of embedding that the bar at the foot showed, and when. */
const takeProgress = (page: Page) =>
  page.evaluate(() => {
    const told = window.watched.told.flatMap(({ at, text }) => {
      const some = /Processing recordings: (\d+) of (\d+)/.exec(text);
      const every = /All (\d+) recordings are processed/.exec(text);
      if (some) return [{ at, done: Number(some[1]), all: Number(some[2]) }];
      return every ? [{ at, done: Number(every[1]), all: Number(every[1]) }] : [];
    });
    window.watched.told = [];
    return told;
  });

/** Lists the milliseconds from each embedded recording to the next. */
function listSteps(told: Awaited<ReturnType<typeof takeProgress>>): number[] {
  const steps: number[] = [];
  for (const [i, now] of told.entries()) {
    const before = told[i - 1];
    if (before && now.done > before.done && before.done > 0) {
      steps.push((now.at - before.at) / (now.done - before.done));
    }
  }
  return steps;
}

/** Sums the seconds of recordings that the shelf shows. */
const sumSeconds = (page: Page) =>
  page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((done) => {
      const request = indexedDB.open("golem-studio");
      request.onsuccess = () => done(request.result);
    });
    const kept = await new Promise<{ seconds: number }[]>((done) => {
      const request = database.transaction("recordings").objectStore("recordings").getAll();
      request.onsuccess = () => done(request.result);
    });
    database.close();
    return kept.reduce((sum, { seconds }) => sum + seconds, 0) / kept.length;
  });

/** Measures the first load, importing and embedding 60 recordings, and training. */
async function measureTraining() {
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
  const seconds = await sumSeconds(page);
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
async function measureScrolling() {
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
async function measurePath() {
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
const trainings: Awaited<ReturnType<typeof measureTraining>>[] = [];
const scrollings: Awaited<ReturnType<typeof measureScrolling>>[] = [];
for (let round = 0; round < rounds; round++) trainings.push(await measureTraining());
for (let round = 0; round < Math.min(rounds, 3); round++) scrollings.push(await measureScrolling());
const path = await measurePath();
await browser.close();
await server.close();
rmSync(folder, { recursive: true, force: true });

const sort = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b);
const median = (numbers: readonly number[]) => sort(numbers)[numbers.length >> 1]!;
const row = (name: string, goal: string, numbers: readonly number[], unit: string, digitsAfter: number) => {
  const sorted = sort(numbers);
  const [low, high] = [sorted[0]!, sorted.at(-1)!];
  const cells = [median(numbers), low, high].map((value) => `${value.toFixed(digitsAfter)} ${unit}`.trim());
  return `| ${name} | ${goal} | ${cells.join(" | ")} |`;
};
const worst = ({ longest, gap }: { longest: number; gap: number }) => Math.max(longest, gap);
const machine = `Chromium ${browser.version()}, ${availableParallelism()} x ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}, ${new Date().toISOString().slice(0, 10)}`;
const lines = [
  machine,
  "",
  `Load average ${loadBefore.toFixed(1)} before, ${loadavg()[0]!.toFixed(1)} after; on a machine with other work times are longer. The longest task is the longest of long tasks and of gaps between frames.`,
  "",
  "| what | goal | median | lowest | highest |",
  "|---|---|---:|---:|---:|",
  row(
    "training on 60 recordings in 3 classes: golem and score kept",
    "<= 1 s",
    trainings.map(({ trained }) => trained),
    "s",
    1,
  ),
  row(
    "the same, from the click to the score on the screen",
    "",
    trainings.map(({ waited }) => waited),
    "s",
    2,
  ),
  row(
    "from there to the learning curve on the screen",
    "",
    trainings.map(({ curve }) => curve),
    "s",
    2,
  ),
  row(
    "layout shift while training",
    "0",
    trainings.map(({ training }) => training.shift),
    "",
    4,
  ),
  row(
    "longest task of the page while training",
    "<= 100 ms",
    trainings.map(({ training }) => worst(training)),
    "ms",
    0,
  ),
  row(
    "longest task after training, curve included",
    "<= 100 ms",
    trainings.map(({ after }) => worst(after)),
    "ms",
    0,
  ),
  row(
    "longest task while 60 files come in and are embedded",
    "<= 100 ms",
    trainings.map(({ bringingIn }) => worst(bringingIn)),
    "ms",
    0,
  ),
  row(
    `embedding one recording of ${median(trainings.map(({ seconds }) => seconds)).toFixed(2)} s on average`,
    "",
    trainings.map(({ steps }) => median(steps)),
    "ms",
    0,
  ),
  row(
    "the longest of 60",
    "",
    trainings.map(({ steps }) => Math.max(...steps)),
    "ms",
    0,
  ),
  row(
    "longest task while 600 files come in",
    "<= 100 ms",
    scrollings.map(({ bringingIn }) => worst(bringingIn)),
    "ms",
    0,
  ),
  row(
    "longest task while 600 are scrolled and embedded",
    "<= 100 ms",
    scrollings.map(({ embedding }) => worst(embedding)),
    "ms",
    0,
  ),
  row(
    "scrolling 600 recordings while they are embedded",
    "60 fps",
    scrollings.map(({ busy }) => busy.fps),
    "fps",
    1,
  ),
  row(
    "longest frame of that",
    "",
    scrollings.map(({ busy }) => busy.longest),
    "ms",
    0,
  ),
  row(
    "scrolling 600 recordings when idle",
    "60 fps",
    scrollings.map(({ quiet }) => quiet.fps),
    "fps",
    1,
  ),
  row(
    "longest frame of that",
    "",
    scrollings.map(({ quiet }) => quiet.longest),
    "ms",
    0,
  ),
  row(
    "first load to 60 embedded, compressed, weights not counted",
    "<= 6 MB",
    trainings.map(({ transfer }) => transfer / 1e6),
    "MB",
    2,
  ),
  row("clicks and keys from nothing to a golem of three spoken words", "<= 45", [path.actions], "", 0),
  row("recordings not embedded yet when the next one is kept, of 24 spoken", "0", path.backlog, "", 0),
];
const results = resolve("bench/results");
mkdirSync(results, { recursive: true });
writeFileSync(
  join(results, "studio.json"),
  `${JSON.stringify({ machine, loadBefore, trainings, scrollings, path }, null, 1)}\n`,
);
writeFileSync(join(results, "studio.md"), `${lines.join("\n")}\n`);
console.log(lines.join("\n"));
