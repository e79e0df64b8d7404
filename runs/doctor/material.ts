/**
 * The material of the doctor's run: the draws of the real sets, embedded, and copies of recordings that
 * ffmpeg altered.
 */
import { execFile } from "node:child_process";
import { basename, join, resolve } from "node:path";
import { promisify } from "node:util";
import { type AudioFacts, openAudio } from "../../src/audio/index.ts";
import { encodeWav } from "../../src/audio/wav-writer.ts";
import type { EncoderSetInfo } from "../../src/classifier/view.ts";
import { createMemorySource } from "../../src/core/byte-source.ts";
import type { Recording } from "../../src/dataset/dataset.ts";
import type { EmbeddedRecording } from "../../src/embed/embedded-recording.ts";
import { loadDataset } from "../../src/node/data/dataset-files.ts";
import { embedRecordings } from "../../src/node/data/embed-recordings.ts";
import { getCacheFolder } from "../../src/node/disk/cache-folder.ts";
import { openFileSource } from "../../src/node/disk/file-source.ts";
import { openEmbeddingStore } from "../../src/node/disk/file-store.ts";
import { resolveEncoderSet } from "../../src/node/models/resolve-encoder-set.ts";
import { getEncoderSetInfo } from "../../src/workflow/encoder-set-info.ts";

/** The real sets. */
export const sets = ["digits", "wakewords", "commands", "esc10", "drinks"] as const;
/** Draws of each. */
export const draws = [0, 1, 2, 3, 4, 5] as const;

const run = promisify(execFile);

/** The recordings, and the encoders that embed them. */
export interface Material {
  readonly encoderSet: EncoderSetInfo;
  /** Rows of a whole set, or of one of its draws (training rows with split train, test rows with split test). */
  load(set: string, draw?: number): Promise<Recording[]>;
  /** Without words there are no transcripts: copies are found by their sound. */
  hear(recordings: readonly Recording[], words?: boolean): Promise<EmbeddedRecording[]>;
  close(): Promise<void>;
}

/** Opens the material in `data`; embeddings come from the cache folder. */
export async function openMaterial(data: string): Promise<Material> {
  const cache = getCacheFolder();
  const store = await openEmbeddingStore(cache.embeddings, {});
  const resolved = await resolveEncoderSet({});
  const rows = async (path: string) => [...(await loadDataset(resolve(data, path), {})).recordings];
  return {
    encoderSet: getEncoderSetInfo(resolved),
    async load(set, draw) {
      if (draw === undefined) return rows(set);
      const sides = [];
      for (const split of ["train", "test"] as const) {
        const side = await rows(`draws/${set}/${draw}/${split}.csv`);
        sides.push(...side.map((row) => ({ ...row, split })));
      }
      return sides;
    },
    async hear(recordings, words = true) {
      const transcriber = words ? resolved.transcriber : undefined;
      const options = { encoders: resolved.encoders, transcriber, store, cache };
      return (await embedRecordings(recordings, options)).embedded;
    },
    close: () => store.close(),
  };
}

/** The path of a recording on this machine. */
export async function getPath(recording: Recording): Promise<string> {
  const source = await recording.open();
  await source.close();
  return source.path!;
}

/** Creates a row for a file that was made here. */
export function createRow(path: string, file: string, row: Pick<Recording, "label" | "split">): Recording {
  return { file, label: row.label, split: row.split, open: () => openFileSource(path) };
}

/** Alters a recording with ffmpeg; resolves with the new path. */
export async function alter(
  path: string,
  folder: string,
  name: string,
  args: readonly string[],
): Promise<string> {
  const out = join(folder, basename(name));
  await run("ffmpeg", ["-v", "error", "-y", "-i", path, ...args, out]);
  return out;
}

/** The facts of a file. */
export async function getFacts(path: string): Promise<AudioFacts> {
  const source = await openFileSource(path);
  try {
    return (await openAudio(source)).facts;
  } finally {
    await source.close();
  }
}

/** All samples of a file: mono, 16 kHz, untrimmed. */
export async function getSamples(path: string): Promise<Float32Array> {
  const source = await openFileSource(path);
  const windows: Float32Array[] = [];
  try {
    for await (const window of (await openAudio(source, { trim: false })).windows()) windows.push(window);
  } finally {
    await source.close();
  }
  const samples = new Float32Array(windows.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const window of windows) {
    samples.set(window, at);
    at += window.length;
  }
  return samples;
}

/** The facts of samples at 16 kHz. */
export async function getFactsOf(samples: Float32Array): Promise<AudioFacts> {
  return (await openAudio(createMemorySource(encodeWav(samples, 16_000, "float32"), "samples"))).facts;
}

/** Computes the largest normalised correlation of two files over shifts of at most `reach` samples. */
export async function correlate(a: string, b: string, reach = 800): Promise<number> {
  const [x, y] = [await getSamples(a), await getSamples(b)];
  let highest = 0;
  for (let shift = -reach; shift <= reach; shift++) {
    let [product, squareX, squareY] = [0, 0, 0];
    for (let i = Math.max(0, -shift); i < y.length && i + shift < x.length; i++) {
      product += x[i + shift]! * y[i]!;
      squareX += x[i + shift]! ** 2;
      squareY += y[i]! ** 2;
    }
    highest = Math.max(highest, Math.abs(product) / Math.sqrt(squareX * squareY));
  }
  return highest;
}
