/**
 * One golem's answers to the same recordings in Node, over HTTP and on a page in a real browser. Decoders, resampler, trimming, networks and
 * heads are the same code; what remains is the rounding of two builds of ONNX Runtime.
 */
import { execFileSync } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import type { ErrorRecord } from "../../src/core/error.ts";
import type { AudioPrediction, Golem } from "../../src/index.ts";
import { getBrowser } from "./browser/browser.ts";
import { bankingFolder as banking, getSiteFolders, openGolemPage } from "./browser/golem-page.ts";
import { hasFfmpeg } from "./ffmpeg.ts";
import { createScratchFolder } from "./scratch-folder.ts";
import { createForm, serve } from "./served.ts";

/** What each recording is turned into, where there is an ffmpeg: a name to a list of its arguments. */
const forms: Readonly<Record<string, readonly string[]>> = {
  "8k.wav": ["-ar", "8000"],
  "16k.wav": ["-ar", "16000"],
  "44k.wav": ["-ar", "44100", "-ac", "2"],
  "48k-float.wav": ["-ar", "48000", "-c:a", "pcm_f32le"],
  mp3: ["-ar", "44100", "-b:a", "96k"],
  flac: ["-ar", "22050"],
  "vorbis.ogg": ["-ar", "44100", "-c:a", "libvorbis"],
  opus: ["-c:a", "libopus", "-b:a", "32k"],
};

/** The answer of Node and the same golem's answer elsewhere, side by side. */
export interface Pair {
  readonly name: string;
  readonly native: AudioPrediction;
  readonly other: AudioPrediction;
}

/** The ways to ask a golem that are compared with Node's. */
export type Way = "page" | "server";

const getLargestDifference = ({ native, other }: Pair): number =>
  Math.max(...Object.entries(native.scores).map(([label, score]) => Math.abs(score - other.scores[label]!)));

/** Share of words that two transcripts have in common, in order. */
function computeAgreement(a: readonly string[], b: readonly string[]): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const word of a) {
    const next = [0];
    for (const [i, other] of b.entries()) {
      next.push(word === other ? row[i]! + 1 : Math.max(row[i + 1]!, next[i]!));
    }
    row = next;
  }
  return Math.max(a.length, b.length) === 0 ? 1 : row.at(-1)! / Math.max(a.length, b.length);
}

/** The criterion: 99 % within 0.01, all within 0.05, labels equal wherever they are not a toss-up. */
export function expectParity(way: Way, pairs: readonly Pair[]): void {
  const differences = pairs.map(getLargestDifference).sort((a, b) => a - b);
  const at = (share: number) =>
    differences[Math.min(differences.length - 1, Math.floor(share * differences.length))]!;
  const summary = `${pairs.length} recordings: median ${at(0.5).toExponential(1)}, 99 % ${at(0.99).toExponential(1)}, largest ${at(1).toExponential(1)}`;
  console.info(`parity of Node and ${way}, ${summary}`);
  expect(at(0.99), summary).toBeLessThan(0.01);
  expect(at(1), summary).toBeLessThan(0.05);
  for (const { name, native, other } of pairs) {
    expect(Object.keys(other.scores).sort(), name).toEqual(Object.keys(native.scores).sort());
    const [first, second] = Object.values(native.scores).sort((a, b) => b - a);
    if (first! - second! > 0.05) expect(other.label, name).toBe(native.label);
    expect(other.seconds, name).toBeCloseTo(native.seconds, 6);
    expect(other.warnings, name).toEqual(native.warnings);
  }
}

/** The criterion for words: 98 % in common. */
export function expectSameWords(way: Way, pairs: readonly Pair[]): void {
  const agreements = pairs.map(({ native, other }) =>
    computeAgreement(native.transcript!.split(" "), other.transcript!.split(" ")),
  );
  const mean = agreements.reduce((sum, share) => sum + share, 0) / pairs.length;
  console.info(`words of Node and ${way}: ${(100 * mean).toFixed(2)} % in common`);
  expect(mean).toBeGreaterThan(0.98);
}

/** A test recording of each of these classes of the demo, and forms of it that differ from class to class. */
async function makeRecordings(labels: readonly string[]): Promise<string> {
  const folder = await createScratchFolder();
  for (const [i, label] of labels.entries()) {
    const name = (await readdir(join(banking, "test", label))).sort()[i % 10]!;
    const source = join(banking, "test", label, name);
    await writeFile(join(folder, `${label}.ogg`), await readFile(source));
    if (!hasFfmpeg) continue;
    for (const [ending, args] of Object.entries(forms).filter((_, k) => (i + k) % 4 === 0)) {
      const target = join(folder, `${label}.${ending}`);
      execFileSync("ffmpeg", ["-v", "error", "-i", source, ...args, target]);
    }
  }
  return folder;
}

/** Asks a server for the golem in a folder, a form with one recording after the other. */
async function askServer(golem: string, recordings: string, names: readonly string[]) {
  const served = await serve({ golems: [golem], workers: 1 });
  try {
    const answers: (AudioPrediction | { readonly error: ErrorRecord })[] = [];
    for (const name of names) {
      const body = createForm({ [name]: await readFile(join(recordings, name)) });
      const response = await served.fetch("/v1/golems/golem/predict", { method: "POST", body });
      expect(response.status, name).toBe(200);
      answers.push(...(await response.json()));
    }
    return answers;
  } finally {
    await served.server.close();
  }
}

/** Asks a page that has loaded the golem in a folder. */
async function askPage(golem: string, recordings: string, names: readonly string[]) {
  const folders = { ...(await getSiteFolders()), "/golem/": `${golem}/`, "/data/": `${recordings}/` };
  const { predict, complaints } = await openGolemPage(await getBrowser(), folders);
  const answers = await predict(names.map((name) => `/data/${encodeURIComponent(name)}`));
  expect(complaints).toEqual([]);
  return answers;
}

/** Asks a golem of the demo's classes, which it disposes of, for recordings of these classes in each way. */
export async function compareWays(golem: Golem, labels: readonly string[]): Promise<Record<Way, Pair[]>> {
  const saved = join(await createScratchFolder(), "golem");
  await golem.save(saved);
  const recordings = await makeRecordings(labels);
  const names = (await readdir(recordings)).sort();
  const answers = {
    page: await askPage(saved, recordings, names),
    server: await askServer(saved, recordings, names),
  };
  const pairs: Record<Way, Pair[]> = { page: [], server: [] };
  for (const [i, name] of names.entries()) {
    const native = await golem.predict(join(recordings, name));
    for (const way of ["page", "server"] as const) {
      const other = answers[way][i]!;
      if ("error" in other) throw new Error(`${way}, ${name}: ${other.error.message}`);
      pairs[way].push({ name, native, other });
    }
  }
  await golem.dispose();
  return pairs;
}
