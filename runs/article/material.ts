/**
 * The material of the article's experiments: a data set in two parts, an encoder, and the output of each
 * front end.
 */

import type { LabelledRows } from "../../src/classifier/labelled-rows.ts";
import type { EncoderSetInfo } from "../../src/classifier/view.ts";
import type { Dataset, Recording } from "../../src/dataset/dataset.ts";
import { splitFirstRows } from "../../src/dataset/selection.ts";
import type { EmbeddedRecording } from "../../src/embed/embedded-recording.ts";
import type { Encoder } from "../../src/encoder/encoder.ts";
import { defaultEncoderId } from "../../src/encoder/registry.ts";
import type { ResolvedEncoder, ResolvedEncoderSet } from "../../src/encoder/resolved-encoder.ts";
import { loadDataset } from "../../src/node/data/dataset-files.ts";
import { getDemo, isHubUnreachable } from "../../src/node/data/demo-data.ts";
import { embedRecordings } from "../../src/node/data/embed-recordings.ts";
import { embedFile } from "../../src/node/decode/embed-file.ts";
import { getCacheFolder } from "../../src/node/disk/cache-folder.ts";
import { openEmbeddingStore } from "../../src/node/disk/file-store.ts";
import { resolveEncoder } from "../../src/node/models/resolve-encoder.ts";
import { getEncoderSetInfo } from "../../src/workflow/encoder-set-info.ts";

/** A data set whose rows are for training or for testing, and the encoder of the article. */
export interface Material {
  readonly dataset: Dataset;
  readonly encoder: ResolvedEncoder;
  /** Description of the data, for reports. */
  readonly data: string;
  /** Whether it is the repository's synthetic speech. */
  readonly synthetic: boolean;
  /** Description of the division, for reports. */
  readonly division: string;
}

/** The output of one front end for the material. */
export interface Part {
  readonly encoderSet: EncoderSetInfo;
  readonly train: readonly EmbeddedRecording[];
  /** The test part, without recordings that are also in the training part. */
  readonly test: readonly EmbeddedRecording[];
}

/**
 * Opens data and encoder; if the Hub cannot be reached, says so in one line and uses the repository's own.
 */
export async function openMaterial(
  data: string,
  encoderId: string,
  limit: number,
  warn: (line: string) => void,
): Promise<Material> {
  try {
    const encoder = await resolveEncoder(encoderId);
    const dataset = await loadDataset(data);
    if (dataset.recordings.some(({ split }) => split === "test")) {
      return { dataset, encoder, data, synthetic: false, division: "the data set's own parts" };
    }
    const recordings = splitFirstRows(dataset.recordings, limit);
    const division = `the first ${limit} rows to learn from (where they lack a class, its first row instead of the last of the largest class), all others held out`;
    return { dataset: { ...dataset, recordings }, encoder, data, synthetic: false, division };
  } catch (cause) {
    if (!isHubUnreachable(cause)) throw cause;
    const reason = cause.message.split("\n")[0]!;
    warn(`The Hub cannot be reached; demo/banking (synthetic) with ${defaultEncoderId} instead: ${reason}`);
    const dataset = await getDemo("banking").load({});
    const encoder = await resolveEncoder(defaultEncoderId);
    const division = "the data set's own parts: other voices and other words in the test part";
    return { dataset, encoder, data: "demo/banking", synthetic: true, division };
  }
}

/** Embeds the material with one encoder, or with the default encoder set. */
export async function embedPart(
  { dataset }: Material,
  encoderSet: ResolvedEncoder | ResolvedEncoderSet,
): Promise<Part> {
  const resolved = "encoders" in encoderSet ? encoderSet : { encoders: [encoderSet], transcriber: undefined };
  const store = await openEmbeddingStore(getCacheFolder().embeddings);
  try {
    const { embedded } = await embedRecordings(dataset.recordings, { ...resolved, store });
    return divide(getEncoderSetInfo(resolved), embedded);
  } finally {
    await store.close();
  }
}

/** Runs the material through a front end of these experiments. */
export async function encodePart({ dataset }: Material, encoder: Encoder, known: Part): Promise<Part> {
  const kept = new Map([...known.train, ...known.test].map((recording) => [recording.file, recording]));
  const embedded: EmbeddedRecording[] = [];
  for (const recording of dataset.recordings) {
    const same = kept.get(recording.file);
    if (!same) continue;
    const path = await getPath(recording);
    const { facts, embeddings } = await embedFile(path, recording.file, { encoders: [encoder] });
    embedded.push({ ...same, facts, vectors: embeddings.map(({ vector }) => vector) });
  }
  return divide({ encoders: [encoder.info] }, embedded);
}

/** Returns the rows on which classifiers are fitted: the training part, with its classes by name. */
export function getTrainingRows({ train }: Part): { readonly names: string[]; readonly rows: LabelledRows } {
  const names = [...new Set(train.map(({ label }) => label))].sort();
  const labels = train.map(({ label }) => names.indexOf(label));
  const groups = train.map(({ speaker }) => speaker);
  return { names, rows: { embeddings: train, labels, classes: names.length, groups } };
}

function divide(encoderSet: EncoderSetInfo, embedded: readonly EmbeddedRecording[]): Part {
  const train = embedded.filter(({ split }) => split === "train");
  const seen = new Set(train.flatMap(({ fileHash, facts }) => [fileHash, facts.audioHash]));
  const isNew = ({ fileHash, facts }: EmbeddedRecording): boolean =>
    !seen.has(fileHash) && !seen.has(facts.audioHash);
  return { encoderSet, train, test: embedded.filter((row) => row.split === "test" && isNew(row)) };
}

async function getPath(recording: Recording): Promise<string> {
  const source = await recording.open();
  await source.close();
  if (source.path === undefined) throw new Error(`${recording.file} is not a file.`);
  return source.path;
}
