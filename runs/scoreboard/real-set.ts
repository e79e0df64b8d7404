/**
 * The real data sets on which published numbers are measured, embedded once for all runs, and their draws:
 * about fifty recordings for training, and recordings of other speakers (or sources) for testing.
 */
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { listVariations } from "../../src/augment/variation.ts";
import type { LabelledRows } from "../../src/classifier/labelled-rows.ts";
import type { EncoderSetInfo } from "../../src/classifier/view.ts";
import { createRandom, shuffle } from "../../src/core/random.ts";
import type { Recording } from "../../src/dataset/dataset.ts";
import type { EmbeddedRecording, Embedding } from "../../src/embed/embedded-recording.ts";
import type { ResolvedEncoderSet } from "../../src/encoder/resolved-encoder.ts";
import { loadDataset } from "../../src/node/data/dataset-files.ts";
import { embedRecordings } from "../../src/node/data/embed-recordings.ts";
import { getCacheFolder } from "../../src/node/disk/cache-folder.ts";
import { openEmbeddingStore } from "../../src/node/disk/file-store.ts";
import { resolveEncoder } from "../../src/node/models/resolve-encoder.ts";
import { resolveEncoderSet } from "../../src/node/models/resolve-encoder-set.ts";
import { getEncoderSetInfo } from "../../src/workflow/encoder-set-info.ts";

/** Names of the sets, in the order of the tables. */
export const setNames = ["digits", "drinks", "esc10", "commands", "wakewords"] as const;

/** One embedded data set. */
export interface RealSet {
  readonly name: string;
  readonly classes: readonly string[];
  readonly recordings: readonly EmbeddedRecording[];
  /** Whether all recordings name a speaker or source. */
  readonly isGrouped: boolean;
  /** Default encoders in their order, then mfcc; and the transcriber. */
  readonly encoderSet: EncoderSetInfo;
}

/** One division of a set. */
export interface Draw {
  readonly train: readonly EmbeddedRecording[];
  readonly test: readonly EmbeddedRecording[];
}

/**
 * Embeds all recordings of a set by the default encoders or the set of `encoder`, and `copies` varied copies
 * of each, or of those alone that a published draw trains on; cached embeddings are not computed again.
 */
export async function loadRealSet(
  folder: string,
  name: string,
  copies = 0,
  copied: "all" | "drawn" = "all",
  encoder?: string,
): Promise<RealSet> {
  const all = await resolveEncoderSet({ encoder });
  const encoderSet: ResolvedEncoderSet = {
    ...all,
    encoders: [...all.encoders, await resolveEncoder("mfcc")],
  };
  const store = await openEmbeddingStore(getCacheFolder().embeddings);
  try {
    const { recordings } = await loadDataset(join(folder, name));
    const drawn = copied === "drawn" ? await listDrawn(folder, name) : undefined;
    const isVaried = ({ file }: Recording) => drawn?.has(resolve(folder, name, file)) ?? true;
    const embed = async (rows: readonly Recording[], variations: ReturnType<typeof listVariations>) => {
      const { embedded, skipped } = await embedRecordings(rows, { ...encoderSet, store, variations });
      for (const { file, message } of skipped) console.error(`${name}/${file} is left out: ${message}`);
      return embedded;
    };
    const embedded = [
      ...(await embed(recordings.filter(isVaried), listVariations(copies))),
      ...(await embed(
        recordings.filter((row) => !isVaried(row)),
        [],
      )),
    ];
    return {
      name,
      classes: [...new Set(embedded.map(({ label }) => label))].sort(),
      recordings: embedded,
      isGrouped: embedded.every(({ speaker }) => speaker !== undefined),
      encoderSet: getEncoderSetInfo(encoderSet),
    };
  } finally {
    await store.close();
  }
}

/** Loads the published draws: folders with a train.csv and a test.csv. */
export async function loadDraws(folder: string, set: RealSet): Promise<Draw[]> {
  const byPath = new Map(set.recordings.map((row) => [resolve(folder, set.name, row.file), row]));
  const load = async (draw: string, part: string): Promise<EmbeddedRecording[]> =>
    (await listPart(draw, part)).flatMap((path) => byPath.get(path) ?? []);
  return Promise.all(
    listDraws(folder, set.name).map(async (draw) => ({
      train: await load(draw, "train"),
      test: await load(draw, "test"),
    })),
  );
}

/** Lists the folders of the published draws. */
function listDraws(folder: string, name: string): string[] {
  const draws = join(folder, "draws", name);
  return readdirSync(draws)
    .sort((a, b) => Number(a) - Number(b))
    .map((draw) => join(draws, draw));
}

/** Lists the recordings of one part of a draw. */
async function listPart(draw: string, part: string): Promise<string[]> {
  const { recordings } = await loadDataset(join(draw, `${part}.csv`));
  return recordings.map(({ file }) => resolve(draw, file));
}

/** Lists the recordings that any draw trains on. */
async function listDrawn(folder: string, name: string): Promise<Set<string>> {
  const drawn = await Promise.all(listDraws(folder, name).map((draw) => listPart(draw, "train")));
  return new Set(drawn.flat());
}

/**
 * Makes a draw like the published ones: half of the speakers (rounded up) are for training, with `shots`
 * recordings per class; recordings of the others are for testing. Without speakers, all recordings that are
 * not used for training are for testing.
 */
export function drawRecordings(set: RealSet, shots: number, seed: number): Draw {
  const { recordings, classes, isGrouped } = set;
  for (let attempt = 0; ; attempt++) {
    const random = createRandom(seed, attempt);
    const speakers = shuffle([...new Set(recordings.map(({ speaker }) => speaker))], random);
    const ours = new Set(speakers.slice(0, Math.ceil(speakers.length / 2)));
    const isOurs = ({ speaker }: EmbeddedRecording) => !isGrouped || ours.has(speaker);
    const train = classes.flatMap((label) => {
      const own = recordings.filter((row) => row.label === label && isOurs(row));
      return shuffle(own, random).slice(0, shots);
    });
    const trained = new Set(train);
    const test = recordings.filter((row) => (isGrouped ? !isOurs(row) : !trained.has(row)));
    const tested = new Set(test.map(({ label }) => label));
    if (train.length === shots * classes.length && tested.size === classes.length) return { train, test };
  }
}

/** Gets the number of recordings per class that gives about fifty in all. */
export const getShots = ({ classes }: RealSet): number => Math.max(2, Math.round(50 / classes.length));

/** Recordings, with their varied copies, as training rows of a classifier of these classes. */
export function toRows(recordings: readonly EmbeddedRecording[], classes: readonly string[]): LabelledRows {
  return {
    embeddings: recordings,
    labels: recordings.map(({ label }) => classes.indexOf(label)),
    classes: classes.length,
    groups: recordings.map(({ speaker }) => speaker),
    ...(recordings.some(({ copies }) => copies)
      ? { copies: recordings.map(({ copies = [] }) => copies) }
      : {}),
  };
}

/** Selects the embeddings of some encoders, and the transcripts if wanted. */
export function selectEmbeddings<
  T extends Embedding & { readonly copies?: readonly Embedding[] | undefined },
>(
  rows: readonly T[],
  encoderSet: EncoderSetInfo,
  { encoders, reads }: { readonly encoders: readonly string[]; readonly reads: boolean },
): { readonly rows: T[]; readonly encoderSet: EncoderSetInfo } {
  const places = encoders.map((id) => encoderSet.encoders.findIndex((info) => info.id === id));
  const select = <E extends Embedding>({ text, decoded, ...row }: E) => ({
    ...row,
    vectors: places.map((place) => row.vectors[place]!),
    ...(reads ? { text, decoded } : {}),
  });
  return {
    rows: rows.map((row) => ({
      ...(select(row) as Embedding as T),
      ...(row.copies ? { copies: row.copies.map(select) } : {}),
    })),
    encoderSet: {
      encoders: places.map((place) => encoderSet.encoders[place]!),
      ...(reads ? { transcriber: encoderSet.transcriber } : {}),
    },
  };
}
