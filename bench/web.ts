/**
 * Measures how long a page waits for a golem: from the call of `loadGolem` with an empty cache to the first
 * prediction, and for each later one.
 *
 *   npx tsx bench/web.ts [--rounds N]      (part of `npm run bench`; `npm run build` first)
 *
 * Golems are trained on three classes of demo/banking and predict a WAV file of 2 s cut from there; the
 * server is on this machine. Every round uses a new browser context. Results go to bench/results/web.json and
 * web.md.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openAudio } from "../src/audio/open-audio.ts";
import { encodeWav } from "../src/audio/wav-writer.ts";
import { createFfmpegDecoder } from "../src/node/decode/ffmpeg-decoder.ts";
import { openFileSource } from "../src/node/disk/file-source.ts";
import { browserNote, browserPath, launchBrowser } from "../test/support/browser/browser.ts";
import { bankingFolder, getSiteFolders, trainSmallGolem } from "../test/support/browser/golem-page.ts";
import { startStaticServer } from "../test/support/servers/static-server.ts";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "5" } } });
const rounds = Number(values.rounds);
/** Number of predictions per round after the first one. */
const warm = 10;

if (!browserPath) {
  console.log(`Pages were not measured${browserNote}.`);
  process.exit(0);
}
const folder = mkdtempSync(join(tmpdir(), "golem-bench-web-"));
const loadBefore = loadavg()[0]!;
const source = await openFileSource(join(bankingFolder, "test/freeze/00-flite-awb.ogg"));
const opened = await openAudio(source, { decoders: [createFfmpegDecoder()] });
for await (const window of opened.windows()) {
  const clip = Float32Array.from({ length: 32_000 }, (_, i) => window[i % window.length]!);
  writeFileSync(join(folder, "two-seconds.wav"), encodeWav(clip, 16_000, "pcm16"));
}
await source.close();

const kinds = [
  ["moonshine-tiny alone", "moonshine-tiny"],
  ["default", undefined],
] as const;
const site = { ...(await getSiteFolders()), "/data/": `${folder}/` };
const browser = await launchBrowser();

interface Measured {
  readonly first: number;
  readonly next: readonly number[];
}

/** Measures the seconds in one page with an empty cache. */
async function measure(golem: string, isolated: boolean): Promise<Measured> {
  const html = `<!doctype html><html lang="en"><title>golem</title><link rel="icon" href="data:,"></html>`;
  const server = await startStaticServer({ ...site, "/golem/": golem }, { pages: { "/": html }, isolated });
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(server.origin);
    return (await page.evaluate(`(async () => {
      const file = await (await fetch("/data/two-seconds.wav")).blob();
      const start = performance.now();
      const { loadGolem } = await import("/golem-audio/index.js");
      const golem = await loadGolem("/golem/", { weights: "/weights/" });
      await golem.predict(file);
      const first = (performance.now() - start) / 1000;
      const next = [];
      for (let i = 0; i < ${warm}; i++) {
        const before = performance.now();
        await golem.predict(file);
        next.push((performance.now() - before) / 1000);
      }
      return { first, next };
    })()`)) as Measured;
  } finally {
    await context.close();
    await server.close();
  }
}

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
const raw: Record<string, Measured[]> = {};
try {
  const golems: [name: string, golem: string, isolated: boolean][] = [];
  for (const [name, encoder] of kinds) {
    const own = mkdtempSync(join(folder, "golem-"));
    const golem = await trainSmallGolem(own, encoder);
    golems.push([name, golem, false], [`${name}, cross-origin isolated (threads)`, golem, true]);
  }
  for (let round = 0; round < rounds; round++) {
    for (const [name, golem, isolated] of round % 2 === 0 ? golems : [...golems].reverse()) {
      raw[name] = [...(raw[name] ?? []), await measure(golem, isolated)];
    }
  }
  const machine = `Chromium ${browser.version()}, ${availableParallelism()} x ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}, ${new Date().toISOString().slice(0, 10)}`;
  const lines = [
    machine,
    "",
    `Load average ${loadBefore.toFixed(1)} before, ${loadavg()[0]!.toFixed(1)} after. Medians of ${rounds} pages; the first answer to 2 s of sound with nothing kept (aim: 3 s), the next ones (aim: 150 ms).`,
    "",
    "| golem | first answer | lowest | highest | next answers | lowest | highest |",
    "|---|---:|---:|---:|---:|---:|---:|",
    ...golems.map(([name]) => {
      const first = raw[name]!.map((one) => one.first);
      const next = raw[name]!.map((one) => 1000 * median(one.next));
      const seconds = [median(first), Math.min(...first), Math.max(...first)].map((s) => `${s.toFixed(2)} s`);
      const milliseconds = [median(next), Math.min(...next), Math.max(...next)].map(
        (ms) => `${ms.toFixed(0)} ms`,
      );
      return `| ${name} | ${[...seconds, ...milliseconds].join(" | ")} |`;
    }),
  ];
  mkdirSync("bench/results", { recursive: true });
  writeFileSync("bench/results/web.json", `${JSON.stringify({ machine, raw }, null, 1)}\n`);
  writeFileSync("bench/results/web.md", `${lines.join("\n")}\n`);
  console.log(readFileSync("bench/results/web.md", "utf8"));
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
