/** Runs of shards with drawn vectors, for training on more recordings than it pays to embed. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createRandom, type Random } from "../../../src/core/random.ts";
import type { EmbeddedSource } from "../../../src/embed/embed-source.ts";
import { resolveEncoderSet } from "../../../src/node/models/resolve-encoder-set.ts";
import { openFolderStore } from "../../../src/node/object-store/folder-store.ts";
import { type PlannedRecording, writeManifest } from "../../../src/node/shards/manifest.ts";
import {
  getRunRecipe,
  getShardKey,
  openRun,
  type RunRecipe,
  saveRun,
} from "../../../src/node/shards/run-document.ts";
import { encodeShard, type ShardRow } from "../../../src/node/shards/shard-writer.ts";
import { getEncoderSetInfo } from "../../../src/workflow/encoder-set-info.ts";
import { createShardSeries } from "./shard-series.ts";

/** Distance of class means in standard deviations of a feature's noise. */
const separation = 0.12;
/** Numbers of noise that vectors are cut from: of few recordings, and of many. */
const [shortNoise, longNoise] = [1 << 17, 1 << 21];
/** Number of shards from which on those after the first are written by replacing its vectors. */
const manyShards = 20;

/** Writes a run whose vectors are drawn from a Gaussian per class. */
export async function writeDrawnRun(
  folder: string,
  {
    recordings,
    shardSize,
    classes,
    encoder,
    fp16 = false,
    speakers,
    name = (row) => `${row}.wav`,
  }: {
    readonly recordings: number;
    readonly shardSize: number;
    readonly classes: number;
    /** The default encoders and transcripts unless given. */
    readonly encoder?: string;
    /** Whether vectors are stored in 16 bits. */
    readonly fp16?: boolean;
    /** Speakers that take turns; none is named unless given. */
    readonly speakers?: number;
    readonly name?: (row: number) => string;
  },
): Promise<void> {
  mkdirSync(join(folder, "shards"), { recursive: true });
  const choice = encoder === undefined ? {} : { encoder };
  const { encoders, transcriber } = getEncoderSetInfo(await resolveEncoderSet(choice));
  const store = openFolderStore(folder);
  const planned = Array.from(
    { length: recordings },
    (_, row): PlannedRecording => ({
      ...{ key: name(row), label: `class ${row % classes}`, split: "none", bytes: 1, version: "1" },
      ...(speakers ? { speaker: `speaker ${Math.floor(row / classes) % speakers}` } : {}),
    }),
  );
  const { manifest, contents } = await writeManifest(store, planned, shardSize);
  await saveRun(store, {
    ...{
      format: "golem-run",
      version: 1,
      createdBy: "test",
      data: "/nowhere",
      name: "drawn",
      recordings,
      shardSize,
    },
    ...{ choice, audio: {}, fp16, skipped: [], contents, manifest, encoders: [...encoders] },
    ...(transcriber ? { transcriber: { ...transcriber, vectors: [...transcriber.vectors] } } : {}),
  });
  const run = await openRun(folder);
  const recipe = getRunRecipe(run);
  const drawOutput = createOutputs(recipe, recordings > 10_000 ? longNoise : shortNoise);
  const encode =
    contents.length >= manyShards && !fp16
      ? createShardSeries(recipe)
      : (rows: readonly ShardRow[]) => encodeShard(rows, recipe, fp16);
  for (const shard of contents.keys()) {
    const rows = planned
      .slice(shard * shardSize, (shard + 1) * shardSize)
      .map(({ key, label }, i): ShardRow => {
        const sha256 = (shard * shardSize + i).toString(16).padStart(16, "0").padEnd(64, "0");
        return { key, sha256, outcome: { output: drawOutput(label, sha256) } };
      });
    await store.write(getShardKey(run, shard), await encode(rows));
  }
}

/** Creates a function that draws facts, vectors and the transcript of a recording of a class. */
function createOutputs({ encoders, transcriber }: RunRecipe, noiseLength: number) {
  const random = createRandom(1);
  const means = new Map<string, Float32Array>();
  // Stretches of one sequence of noise: drawing each number anew would take most of the time.
  const noise = Float32Array.from({ length: noiseLength }, () => random.normal());
  const draw = (name: string, length: number): Float32Array => {
    const mean = means.get(name) ?? Float32Array.from({ length }, () => separation * random.normal());
    means.set(name, mean);
    const start = random.integer(noiseLength - length);
    const vector = noise.slice(start, start + length);
    for (let i = 0; i < length; i++) vector[i]! += mean[i]!;
    return vector;
  };
  return (label: string, audioHash: string): EmbeddedSource => {
    const facts = createFacts(random, audioHash);
    const number = Number(label.slice("class ".length));
    const text = Array.from({ length: 4 }, () => `word${(random.integer(60) * (number + 3)) % 97}`).join(" ");
    const vectors = (transcriber?.vectors ?? []).map(({ name, size }) => draw(`${name} ${label}`, size));
    const embeddings = encoders.map(({ id, layers, dimensions }) => ({
      ...{ frames: 50, vector: draw(`${id} ${label}`, 2 * layers * dimensions) },
    }));
    const transcript = transcriber
      ? { transcript: { text, logprob: -0.3, tokens: 8, steps: 9, vectors } }
      : {};
    return { facts, embeddings, ...transcript };
  };
}

function createFacts(random: Random, audioHash: string): EmbeddedSource["facts"] {
  const words = () => Uint32Array.from({ length: 60 }, () => random.integer(2 ** 32));
  return {
    ...{ container: "wav", codec: "pcm-s16", sampleRate: 16_000, channels: 1, seconds: 1 },
    ...{ peak: 0.5, loudnessDb: -20, clippedFraction: 0, offset: 0, noiseDb: -70, warnings: [] },
    ...{ kept: [0, 1] as const, fingerprint: words(), levels: words(), audioHash },
  };
}
