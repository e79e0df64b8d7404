/**
 * Writes demo/words/embeddings.zip: what the studio's encoder set gives for the demo's recordings, so that the studio can train on them
 * before its networks are loaded.
 *
 *   npx tsx scripts/make-demo-embeddings.ts      (again whenever encoders, audio settings or the recordings change)
 *
 * Entries are named by store keys, which hash the recording's bytes and everything that shapes an embedding: entries that no longer fit are
 * not found, and the recordings are embedded again. Numbers are rounded to eleven significant bits, like those of half precision, so
 * that they compress.
 */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Zippable, zipSync } from "fflate";
import { createMemorySource } from "../src/core/byte-source.ts";
import { embedSource } from "../src/embed/embed-source.ts";
import { demos } from "../src/node/data/demo-data.ts";
import { loadEncoderSet } from "../src/node/models/load-encoder-set.ts";
import { writeEmbeddings } from "../src/studio/workers/kept-embeddings.ts";
import { resolvedEncoders } from "../src/studio/workers/studio-environment.ts";

const droppedBits = 13;

/** Rounds to the nearest number with eleven significant bits. */
function round(vector: Float32Array): Float32Array {
  const bits = new Uint32Array(vector.slice().buffer);
  const half = 1 << (droppedBits - 1);
  for (let i = 0; i < bits.length; i++) bits[i] = ((bits[i]! + half) >>> droppedBits) << droppedBits;
  return new Float32Array(bits.buffer);
}

const { recordings } = await demos.words!.load({});
const encoderSet = await loadEncoderSet(resolvedEncoders);
const files: Zippable = {};
const shelf = {
  async putEmbeddings(values: readonly { key: string; bytes: Uint8Array }[]) {
    for (const { key, bytes } of values) files[key] = bytes;
  },
};
for (const recording of recordings) {
  const source = await recording.open();
  const bytes = (await source.read(0, source.byteLength)).slice();
  await source.close();
  const output = await embedSource(createMemorySource(bytes, recording.file), encoderSet);
  const { transcript } = output;
  await writeEmbeddings(shelf, createHash("sha256").update(bytes).digest("hex"), {
    facts: output.facts,
    embeddings: output.embeddings.map((own) => ({ ...own, vector: round(own.vector) })),
    ...(transcript ? { transcript: { ...transcript, vectors: transcript.vectors.map(round) } } : {}),
  });
}
await encoderSet.dispose();
const zip = zipSync(files, { level: 9, mtime: new Date(1980, 0, 1) });
writeFileSync(resolve(import.meta.dirname, "../demo/words/embeddings.zip"), zip);
console.log(`${recordings.length} recordings, ${zip.length} bytes`);
