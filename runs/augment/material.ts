/**
 * Material for measuring variation: data sets with varied copies of their recordings, and the same recordings
 * in noise.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { openAudio } from "../../src/audio/open-audio.ts";
import { encodeWav } from "../../src/audio/wav-writer.ts";
import { listVariations } from "../../src/augment/variation.ts";
import type { EncoderSetInfo } from "../../src/classifier/view.ts";
import { createMemorySource } from "../../src/core/byte-source.ts";
import { createRandom } from "../../src/core/random.ts";
import type { Recording } from "../../src/dataset/dataset.ts";
import type { EmbeddedRecording } from "../../src/embed/embedded-recording.ts";
import { loadDataset } from "../../src/node/data/dataset-files.ts";
import { embedRecordings } from "../../src/node/data/embed-recordings.ts";
import { getCacheFolder } from "../../src/node/disk/cache-folder.ts";
import { openEmbeddingStore } from "../../src/node/disk/file-store.ts";
import { resolveEncoderSet } from "../../src/node/models/resolve-encoder-set.ts";
import { getEncoderSetInfo } from "../../src/workflow/encoder-set-info.ts";
import { createNoises } from "../scoreboard/noises.ts";

/** One data set with its draws. */
export interface VariedSet {
  readonly name: string;
  readonly classes: readonly string[];
  readonly encoderSet: EncoderSetInfo;
  readonly draws: readonly VariedDraw[];
}

/** One division of a set; the test recordings clean, and the same in noise. */
interface VariedDraw {
  readonly train: readonly EmbeddedRecording[];
  readonly clean: readonly EmbeddedRecording[];
  /** In noise 8 dB below their louder half; empty if not wanted. */
  readonly noisy: readonly EmbeddedRecording[];
  /** In the same noise, 8 dB below their loudest tenth of a second; empty if not wanted. */
  readonly noisier: readonly EmbeddedRecording[];
}

/** Level of the noise in the noisy test recordings, in dB below the recording. */
const noiseDecibels = 8;

/** What the level of the noise is relative to, by the name of the folder of the noisy recordings. */
const references = { noisy: computeActiveLevel, noisier: computeLoudestLevel } as const;
const sampleRate = 16_000;

/** One division, by paths: of the published draws, or of a data set with splits. */
interface Division {
  readonly train: readonly string[];
  readonly test: readonly string[];
}

/**
 * Loads a set and embeds the needed part of it: training recordings with `copies` copies, test recordings in
 * both forms, or clean alone.
 */
export async function loadVariedSet(
  folder: string,
  name: string,
  {
    copies,
    draws,
    isClean = false,
  }: { readonly copies: number; readonly draws: number; readonly isClean?: boolean },
): Promise<VariedSet> {
  const isDemo = name === "banking";
  const root = isDemo ? resolve("demo/banking") : join(folder, name);
  const { recordings } = await loadDataset(root);
  const byPath = new Map(recordings.map((row) => [resolve(root, row.file), row]));
  const divisions: Division[] = isDemo
    ? [
        {
          train: recordings.filter(({ split }) => split !== "test").map(({ file }) => resolve(root, file)),
          test: recordings.filter(({ split }) => split === "test").map(({ file }) => resolve(root, file)),
        },
      ]
    : await Promise.all(
        Array.from({ length: draws }, (_, d) => readDraw(join(folder, "draws", name, `${d}`))),
      );
  const tests = [...new Set(divisions.flatMap(({ test }) => test))];
  const loadNoisy = async (condition: keyof typeof references) =>
    isClean ? [] : (await loadDataset(await writeNoisy(condition, name, recordings, tests, root))).recordings;
  const noisy = await loadNoisy("noisy");
  const noisier = await loadNoisy("noisier");
  const resolved = await resolveEncoderSet({});
  const store = await openEmbeddingStore(getCacheFolder().embeddings);
  const embed = async (rows: readonly Recording[], variations: ReturnType<typeof listVariations>) =>
    new Map(
      (await embedRecordings(rows, { ...resolved, store, variations })).embedded.map((row) => [
        row.file,
        row,
      ]),
    );
  try {
    const find = (paths: readonly string[]) => [...new Set(paths)].flatMap((path) => byPath.get(path) ?? []);
    const trained = await embed(find(divisions.flatMap(({ train }) => train)), listVariations(copies));
    const tested = await embed(find(divisions.flatMap(({ test }) => test)), []);
    const testedNoisy = await embed(noisy, []);
    const testedNoisier = await embed(noisier, []);
    const findNoisy = (paths: readonly string[], embedded: typeof testedNoisy) =>
      find(paths).flatMap(({ file, label }) => {
        const row = embedded.get(getNoisyName(file));
        return row ? [{ ...row, label }] : [];
      });
    return {
      name,
      classes: [...new Set(recordings.map(({ label }) => label))].sort(),
      encoderSet: getEncoderSetInfo(resolved),
      draws: divisions.map(({ train, test }) => ({
        train: find(train).flatMap(({ file }) => trained.get(file) ?? []),
        clean: find(test).flatMap(({ file }) => tested.get(file) ?? []),
        noisy: findNoisy(test, testedNoisy),
        noisier: findNoisy(test, testedNoisier),
      })),
    };
  } finally {
    await store.close();
  }
}

async function readDraw(path: string): Promise<Division> {
  const load = async (part: string) =>
    (await loadDataset(join(path, `${part}.csv`))).recordings.map(({ file }) => resolve(path, file));
  return { train: await load("train"), test: await load("test") };
}

const getNoisyName = (file: string): string => `${file.replaceAll("/", "__")}.wav`;

/** Writes recordings in noise, half of them in pink noise, half in babble of three recordings of other classes. */
async function writeNoisy(
  condition: keyof typeof references,
  name: string,
  recordings: readonly Recording[],
  paths: readonly string[],
  root: string,
): Promise<string> {
  const out = join(getCacheFolder().root, condition, name);
  const list = join(out, "metadata.csv");
  if (existsSync(list)) return out;
  mkdirSync(out, { recursive: true });
  const pink = createNoises(15).filter(({ kind }) => kind === "pink");
  const wanted = new Set(paths);
  const lines = ["file_name,label"];
  for (const [i, { file, label }] of recordings.entries()) {
    const path = resolve(root, file);
    if (!wanted.has(path)) continue;
    const random = createRandom(8, i);
    const samples = await readSamples(path);
    const others = recordings.filter((row) => row.label !== label);
    const parts =
      i % 2 === 0
        ? [pink[random.integer(pink.length)]!.samples]
        : await Promise.all(
            [0, 1, 2].map(() => readSamples(resolve(root, others[random.integer(others.length)]!.file))),
          );
    const noise = new Float32Array(samples.length);
    for (const part of parts) {
      const start = random.integer(part.length);
      const gain = 1 / (computeActiveLevel(part) || 1);
      for (let k = 0; k < noise.length; k++) noise[k]! += gain * part[(start + k) % part.length]!;
    }
    const level = references[condition](samples) * 10 ** (-noiseDecibels / 20);
    const gain = level / (computeActiveLevel(noise) || 1);
    const mixed = samples.map((value, k) => 0.5 * (value + gain * noise[k]!));
    writeFileSync(join(out, getNoisyName(file)), encodeWav(mixed, sampleRate, "float32"));
    lines.push(`${JSON.stringify(getNoisyName(file))},${JSON.stringify(label)}`);
  }
  writeFileSync(list, `${lines.join("\n")}\n`);
  return out;
}

async function readSamples(path: string): Promise<Float32Array> {
  const source = createMemorySource(readFileSync(path), path);
  const { windows } = await openAudio(source, { trim: false, identify: false });
  for await (const window of windows()) return window;
  return new Float32Array(0);
}

/** Root mean square of the loudest half of frames of 20 ms, so that pauses do not count. */
function computeActiveLevel(samples: Float32Array): number {
  const frame = sampleRate / 50;
  const powers = Array.from({ length: Math.ceil(samples.length / frame) }, (_, f) =>
    samples.subarray(f * frame, (f + 1) * frame).reduce((sum, value) => sum + value * value, 0),
  ).sort((a, b) => b - a);
  const loud = powers.slice(0, Math.ceil(powers.length / 2));
  return Math.sqrt(loud.reduce((sum, power) => sum + power, 0) / (loud.length * frame));
}

/** Root mean square of the loudest tenth of a second, in steps of 20 ms. */
function computeLoudestLevel(samples: Float32Array): number {
  const frame = sampleRate / 50;
  let loudest = 0;
  for (let start = 0; start === 0 || start + 5 * frame <= samples.length; start += frame) {
    const piece = samples.subarray(start, start + 5 * frame);
    const power = piece.reduce((sum, value) => sum + value * value, 0) / Math.max(1, piece.length);
    loudest = Math.max(loudest, power);
  }
  return Math.sqrt(loudest);
}
