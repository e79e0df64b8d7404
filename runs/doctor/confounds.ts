/**
 * Makes speaker, loudness and file format correlate with labels in real recordings, and counts how often this
 * is found.
 */
import { readdir } from "node:fs/promises";
import { createRandom, type Random, shuffle } from "../../src/core/random.ts";
import type { Recording } from "../../src/dataset/dataset.ts";
import { checkConfounds } from "../../src/doctor/confounds.ts";
import type { ExaminedRecording } from "../../src/doctor/examination.ts";
import { alter, draws, getFacts, getFactsOf, getPath, getSamples, type Material } from "./material.ts";

/** Numbers found and planted, for one confound, number of classes and share of labels explained. */
export interface ConfoundCount {
  readonly set: string;
  readonly nuisance: string;
  readonly classes: number;
  /** Share of the recordings that follow their class's value; the others take another class's. */
  readonly share: number;
  readonly found: number;
  readonly planted: number;
}

const shares = [1, 0.9, 0.8];
/** Approximate number of recordings in all. */
const recordings = 50;
/** Arguments and file name extensions of one format per class. */
const formats = [
  ["wav", "-c:a", "pcm_s16le"],
  ["mp3", "-b:a", "64k"],
  ["flac"],
  ["ogg", "-c:a", "libvorbis"],
  ["aiff"],
] as const;

/**
 * Plants confounds in the draws of one set. Formats need a run of ffmpeg per recording, so they can be left
 * out.
 */
export async function countConfounds(
  material: Material,
  set: string,
  folder: string,
  withFormats: boolean,
): Promise<ConfoundCount[]> {
  const counts = new Map<string, ConfoundCount>();
  for (const draw of draws) {
    const rows = shuffle(await material.load(set), createRandom(draw, 0xc0f));
    const labels = [...new Set(rows.map(({ label }) => label))].sort();
    for (const classes of [2, 5, Math.min(10, labels.length)]) {
      const chosen = labels.slice(0, classes);
      const own = chosen.flatMap((label) =>
        rows.filter((row) => row.label === label).slice(0, Math.round(recordings / classes)),
      );
      for (const share of shares) {
        const random = createRandom(draw, classes, Math.round(100 * share));
        const values = assign(own, chosen, share, random);
        const planted: [string, ExaminedRecording[]][] = [
          ["speaker", await plantSpeakers(own, values)],
          ["loudness", await plantLoudness(own, values, random)],
        ];
        if (withFormats && classes <= formats.length) {
          planted.push(["file format", await plantFormats(own, values, folder)]);
        }
        for (const [nuisance, examined] of planted) {
          const findings = checkConfounds({ recordings: examined, skipped: [], seed: 0 });
          const id = nuisance === "file format" ? "format" : nuisance;
          const isFound = findings.some(({ reason }) => "nuisance" in reason && reason.nuisance === id);
          const key = [nuisance, classes, share].join();
          const before = counts.get(key) ?? { set, nuisance, classes, share, found: 0, planted: 0 };
          counts.set(key, {
            ...before,
            found: before.found + (isFound ? 1 : 0),
            planted: before.planted + 1,
          });
        }
      }
    }
  }
  return [...counts.values()];
}

/**
 * Assigns the number of their class to exactly that share of the recordings, and another number to the rest.
 */
function assign(
  rows: readonly Recording[],
  labels: readonly string[],
  share: number,
  random: Random,
): number[] {
  const order = rows.map((_, row) => ({ row, key: random.uniform() })).sort((a, b) => a.key - b.key);
  const values = rows.map(({ label }) => labels.indexOf(label));
  for (const { row } of order.slice(0, Math.floor((1 - share) * rows.length + 1e-9))) {
    values[row] = (values[row]! + 1 + random.integer(labels.length - 1)) % labels.length;
  }
  return values;
}

const facts = new Map<string, Promise<ExaminedRecording["facts"]>>();
const samples = new Map<string, Promise<Float32Array>>();

function keep<T>(map: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  if (!map.has(key)) map.set(key, make());
  return map.get(key)!;
}

async function plantSpeakers(
  rows: readonly Recording[],
  values: readonly number[],
): Promise<ExaminedRecording[]> {
  const planted: ExaminedRecording[] = [];
  for (const [row, { file, label, split, ...recording }] of rows.entries()) {
    const path = await getPath({ file, label, split, ...recording });
    planted.push({
      file,
      label,
      split,
      speaker: `voice ${values[row]}`,
      facts: await keep(facts, path, () => getFacts(path)),
    });
  }
  return planted;
}

/** Makes each class 4 dB quieter than the one before, plus or minus 1 dB. */
async function plantLoudness(
  rows: readonly Recording[],
  values: readonly number[],
  random: Random,
): Promise<ExaminedRecording[]> {
  const planted: ExaminedRecording[] = [];
  for (const [row, recording] of rows.entries()) {
    const path = await getPath(recording);
    const untouched = await keep(samples, path, () => getSamples(path));
    const square = untouched.reduce((sum, value) => sum + value * value, 0) / untouched.length;
    const wantedDb = -20 - 4 * values[row]! + 2 * random.uniform() - 1;
    const gain = 10 ** (wantedDb / 20) / Math.sqrt(square);
    const { file, label, split } = recording;
    planted.push({ file, label, split, facts: await getFactsOf(untouched.map((value) => gain * value)) });
  }
  return planted;
}

async function plantFormats(
  rows: readonly Recording[],
  values: readonly number[],
  folder: string,
): Promise<ExaminedRecording[]> {
  const planted: ExaminedRecording[] = [];
  for (const [row, recording] of rows.entries()) {
    const [ending, ...args] = formats[values[row]!]!;
    const name = `${recording.file.replaceAll("/", "_")}.${ending}`;
    const made = await readdir(folder);
    const path = `${folder}/${name.split("..").pop()}`;
    if (!made.includes(path.slice(folder.length + 1)))
      await alter(await getPath(recording), folder, path, args);
    const { file, label, split } = recording;
    planted.push({ file, label, split, facts: await keep(facts, path, () => getFacts(path)) });
  }
  return planted;
}
