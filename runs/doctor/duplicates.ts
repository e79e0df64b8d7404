/** Plants altered copies of training recordings on the test side and counts which are found. */

import { createRandom, shuffle } from "../../src/core/random.ts";
import type { Recording } from "../../src/dataset/dataset.ts";
import { examineRecordings } from "../../src/workflow/examine-recordings.ts";
import { alter, correlate, createRow, draws, getFacts, getPath, type Material } from "./material.ts";

/** The alterations of copies, and the number of each per draw. */
const copiesEach = 4;
export const alterations = ["mp3", "gain", "trimmed", "8 kHz", "all at once"] as const;

/** The counts of found copies. */
export interface DuplicateCount {
  readonly set: string;
  /** Numbers found and planted, by alteration. */
  readonly found: Readonly<Record<string, readonly [number, number]>>;
  /** Pairs found that were not planted, in all draws. */
  readonly unplanted: readonly (readonly [string, string])[];
}

/** Plants and counts in one set, over its draws. */
export async function countDuplicates(
  material: Material,
  set: string,
  folder: string,
): Promise<DuplicateCount> {
  const found: Record<string, [number, number]> = Object.fromEntries(
    alterations.map((kind) => [kind, [0, 0]]),
  );
  const unplanted = new Map<string, readonly [string, string]>();
  for (const draw of draws) {
    const rows = await material.load(set, draw);
    const train = shuffle(
      rows.filter(({ split }) => split === "train"),
      createRandom(draw, 0xd0b1e),
    );
    const origins = new Map<string, { original: Recording; kind: string }>();
    const copies: Recording[] = [];
    for (const [i, kind] of alterations.entries()) {
      for (const original of train.slice(i * copiesEach, (i + 1) * copiesEach)) {
        const file = `${set}-${draw}-${kind.replaceAll(" ", "-")}-${copies.length}.${kind === "mp3" || kind === "all at once" ? "mp3" : "wav"}`;
        const path = await getPath(original);
        await alter(path, folder, file, await describeAlteration(kind, path));
        copies.push(createRow(`${folder}/${file}`, file, { label: original.label, split: "test" }));
        origins.set(file, { original, kind });
      }
    }
    const heard = await material.hear([...rows, ...copies], false);
    const groups = examineRecordings(heard, [], { encoders: material.encoderSet.encoders }, 0)
      .filter(({ kind }) => kind === "near-duplicate")
      .map(({ files }) => files);
    for (const [file, { original, kind }] of origins) {
      const isFound = groups.some((files) => files.includes(file) && files.includes(original.file));
      found[kind]![0] += isFound ? 1 : 0;
      found[kind]![1]++;
    }
    for (const files of groups) {
      // A copy is counted as its original; further originals in a group were not planted.
      const stems = [...new Set(files.map((file) => origins.get(file)?.original.file ?? file))].sort();
      for (const stem of stems.slice(1)) unplanted.set(`${stems[0]} ${stem}`, [stems[0]!, stem]);
    }
  }
  return { set, found, unplanted: [...unplanted.values()] };
}

/** Arguments of ffmpeg. */
async function describeAlteration(kind: (typeof alterations)[number], path: string): Promise<string[]> {
  const { seconds } = await getFacts(path);
  const cut = ["-ss", (0.1 * seconds).toFixed(3), "-t", (0.8 * seconds).toFixed(3)];
  switch (kind) {
    case "mp3":
      return ["-b:a", "48k"];
    case "gain":
      return ["-af", "volume=-12dB"];
    case "trimmed":
      return cut;
    case "8 kHz":
      return ["-ar", "8000"];
    case "all at once":
      return [...cut, "-ar", "8000", "-af", "volume=-9dB", "-b:a", "24k"];
    default:
      throw kind satisfies never;
  }
}

/** A pair found in an untouched set, and how alike its samples are. */
export interface NaturalPair {
  readonly files: readonly string[];
  readonly correlation: number;
}

/** Finds the pairs in the whole unchanged set. */
export async function findNaturalPairs(material: Material, set: string): Promise<NaturalPair[]> {
  const rows = await material.load(set);
  const heard = await material.hear(rows);
  const pairs: NaturalPair[] = [];
  for (const { kind, files } of examineRecordings(heard, [], material.encoderSet, 0)) {
    if (kind !== "near-duplicate") continue;
    const paths = await Promise.all(
      files.slice(0, 2).map((file) => getPath(rows.find((row) => row.file === file)!)),
    );
    pairs.push({ files, correlation: await correlate(paths[0]!, paths[1]!) });
  }
  return pairs;
}
