/**
 * What the peers are compared on: the recordings of the scoreboard and their draws, as Golem embeds them, and what peers need beside.
 *
 * Not its concern: classifiers, scores.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadDraws, loadRealSet, type RealSet } from "../../runs/scoreboard/real-set.ts";
import { openAudio } from "../../src/audio/open-audio.ts";
import { listVariations } from "../../src/augment/variation.ts";
import type { Recording } from "../../src/dataset/dataset.ts";
import type { EmbeddedRecording } from "../../src/embed/embedded-recording.ts";
import { removeWindowReshapes } from "../../src/encoder/google-speech-embedding.ts";
import { encoderDefinitions } from "../../src/encoder/registry.ts";
import { loadDataset } from "../../src/node/data/dataset-files.ts";
import { embedRecordings } from "../../src/node/data/embed-recordings.ts";
import { getCacheFolder } from "../../src/node/disk/cache-folder.ts";
import { openEmbeddingStore } from "../../src/node/disk/file-store.ts";
import { loadWeights } from "../../src/node/models/encoder-weights.ts";
import { createNodeOnnxRuntime } from "../../src/node/models/onnx-runtime-node.ts";
import { resolveEncoderSet } from "../../src/node/models/resolve-encoder-set.ts";

/** A set with its draws, as places in `set.recordings`. */
export interface PeerSet {
  readonly set: RealSet;
  readonly draws: readonly { readonly train: readonly number[]; readonly test: readonly number[] }[];
  /** The training recordings with their copies, by file. */
  readonly varied: ReadonlyMap<string, EmbeddedRecording>;
}

/** Loads a set and its first draws; training recordings also with `copies` varied copies. What the cache has is not computed again. */
export async function loadPeerSet(
  folder: string,
  name: string,
  draws: number,
  copies: number,
): Promise<PeerSet> {
  const set = await loadRealSet(folder, name);
  const places = new Map(set.recordings.map((row, place) => [row, place]));
  const divided = (await loadDraws(folder, set)).slice(0, draws).map(({ train, test }) => ({
    train: train.map((row) => places.get(row)!),
    test: test.map((row) => places.get(row)!),
  }));
  if (copies === 0) return { set, draws: divided, varied: new Map() };
  const trained = new Set(divided.flatMap(({ train }) => train.map((place) => set.recordings[place]!.file)));
  const { recordings } = await loadDataset(join(folder, name));
  const store = await openEmbeddingStore(getCacheFolder().embeddings);
  try {
    const { embedded } = await embedRecordings(
      recordings.filter(({ file }) => trained.has(file)),
      { ...(await resolveEncoderSet({})), store, variations: listVariations(copies) },
    );
    return { set, draws: divided, varied: new Map(embedded.map((row) => [row.file, row])) };
  } finally {
    await store.close();
  }
}

const [windowFrames, hopFrames, bands, dimensions] = [76, 8, 32, 96];
/** openWakeWord's classifiers take 16 vectors, 2 s of sound; shorter clips get silence in front. */
const minimumSamples = 32_000;

/**
 * The vectors of the Google speech embedding for each recording, [windows, 96], one every 80 ms, as openWakeWord's classifiers take
 * them. Kept in .cache/peers.
 */
export async function computeWindows(folder: string, { name, recordings }: RealSet): Promise<Float32Array[]> {
  return keep(`${name}.windows.json`, async () => {
    const files = await loadWeights(encoderDefinitions["google-speech-embedding"]!);
    const runtime = createNodeOnnxRuntime({ threads: 1 });
    const front = await runtime.createSession(files["melspectrogram.onnx"]!);
    const network = await runtime.createSession(removeWindowReshapes(files["embedding_model.onnx"]!));
    const { recordings: all } = await loadDataset(join(folder, name));
    const byFile = new Map(all.map((row) => [row.file, row]));
    const out: number[][] = [];
    for (const { file } of recordings) {
      const samples = await readSamples(byFile.get(file)!);
      const output = await front.run({ input: { dims: [1, samples.length], data: samples } });
      const mel = (Object.values(output)[0]!.data as Float32Array).map((value) => value / 10 + 2);
      const windows = Math.floor((mel.length / bands - windowFrames) / hopFrames) + 1;
      const frames = (windows - 1) * hopFrames + windowFrames;
      const input = { dims: [1, 1, frames, bands], data: mel.subarray(0, frames * bands) };
      const vectors = Object.values(await network.run({ "model/conv2d/Conv2D__6:0": input }))[0]!;
      out.push(Array.from(vectors.data as Float32Array));
      if (vectors.data.length !== windows * dimensions) throw new Error(`${file} gave other windows`);
    }
    await front.release();
    await network.release();
    return out;
  }).then((rows) => rows.map((row) => Float32Array.from(row)));
}

/** Samples of a recording on the scale of 16-bit integers, trimmed, with silence in front of short ones. */
async function readSamples(recording: Recording): Promise<Float32Array> {
  const source = await recording.open();
  const parts: Float32Array[] = [];
  for await (const part of (await openAudio(source)).windows()) parts.push(part);
  await source.close();
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const samples = new Float32Array(Math.max(length, minimumSamples));
  let at = samples.length - length;
  for (const part of parts) {
    for (const value of part) samples[at++] = 32_767 * value;
  }
  return samples;
}

/** What is made once and read afterwards, from .cache/peers. */
export async function keep<T>(name: string, make: () => T | Promise<T>): Promise<T> {
  const file = join(".cache/peers", name);
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8"));
  const made = await make();
  mkdirSync(".cache/peers", { recursive: true });
  writeFileSync(file, JSON.stringify(made));
  return made;
}

/** Vectors of texts by a sentence encoder, 512 numbers each; and the processor time of one text in ms. Kept in .cache/peers. */
export function embedSentences(
  set: string,
  texts: readonly string[],
): Promise<{ readonly vectors: readonly number[][]; readonly milliseconds: number }> {
  return keep(`${set}.sentences.json`, () => {
    const here = resolve("bench/peers");
    if (!existsSync(join(here, "node_modules")))
      execFileSync("npm", ["ci", "--prefix", here, "--ignore-scripts", "--no-audit", "--no-fund"]);
    const output = execFileSync(process.execPath, [join(here, "sentences.mjs")], {
      ...{ input: JSON.stringify(texts), encoding: "utf8", maxBuffer: 1 << 28 },
    });
    return JSON.parse(output);
  });
}
