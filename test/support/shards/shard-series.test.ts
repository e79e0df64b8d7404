/** Shards of a series are read like those written one by one. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { listVectorColumns } from "../../../src/node/shards/shard-columns.ts";
import { openShardVectors, readShardValues } from "../../../src/node/shards/shard-reader.ts";
import { encodeShard, type ShardRow } from "../../../src/node/shards/shard-writer.ts";
import { createScratchFolder } from "../scratch-folder.ts";
import { createShardSeries } from "./shard-series.ts";

/** More than one row group. */
const count = 420;
const recipe = {
  encoders: [{ id: "first", layers: 2, dimensions: 3 }],
  transcriber: { id: "words", vectors: [{ name: "context", size: 5000 }] },
  audio: {},
} as never as Parameters<typeof createShardSeries>[0];

function createRows(first: number): ShardRow[] {
  return Array.from({ length: count }, (_, i) => {
    const number = first + i;
    const fill = (size: number) => Float32Array.from({ length: size }, (_, k) => Math.sin(number * 7919 + k));
    const facts = {
      ...{ container: "wav", codec: "pcm-s16", sampleRate: 16_000, channels: 1, seconds: number },
      ...{ peak: 0.5, loudnessDb: -20, clippedFraction: 0, offset: 0, noiseDb: -70, warnings: [] },
      ...{ kept: [0, 1] as const, fingerprint: new Uint32Array(3), levels: new Uint32Array(3) },
      audioHash: `hash ${number}`,
    };
    const transcript = {
      text: `text ${number}`,
      logprob: -number,
      tokens: 1,
      steps: 1,
      vectors: [fill(5000)],
    };
    const output = { facts, embeddings: [{ frames: 1, vector: fill(12) }], transcript };
    return { key: `${number}.wav`, sha256: `${number}`, outcome: { output } };
  });
}

it("gives the values and vectors of shards that are encoded whole", async () => {
  const folder = await createScratchFolder();
  const encode = createShardSeries(recipe);
  const columns = listVectorColumns(recipe);
  for (const [place, rows] of [createRows(0), createRows(count)].entries()) {
    const paths = ["own", "series"].map((name) => join(folder, `${name}-${place}.parquet`));
    writeFileSync(paths[0]!, await encodeShard(rows, recipe, false));
    writeFileSync(paths[1]!, await encode(rows));
    const [own, series] = await Promise.all(paths.map(readShardValues));
    expect(series).toEqual(own);
    const [whole, joined] = await Promise.all(paths.map((path) => openShardVectors(path, columns, count)));
    for (const c of columns.keys()) {
      const [a, b] = [whole!, joined!].map((vectors) => Buffer.from(vectors.read(c, 0, count).buffer));
      expect(a!.equals(b!)).toBe(true);
    }
    whole!.close();
    joined!.close();
  }
});
