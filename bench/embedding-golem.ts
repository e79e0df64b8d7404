/**
 * Processor milliseconds per clip of the built-in moonshine-tiny encoder, one thread, as embedding.py prints them.
 * Its frames count by amplitude; the embedding printed is that of its earlier form, the mean, which the others compute.
 *
 *   npx tsx bench/embedding-golem.ts FOLDER
 */
import { readFileSync } from "node:fs";
import { getEncoderDefinition } from "../src/encoder/registry.ts";
import { loadEncoder } from "../src/node/models/load-encoder.ts";

const samples = 32_000;
const bytes = readFileSync(`${process.argv[2]}/clips.f32`);
const all = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
const clips = Array.from({ length: all.length / samples }, (_, i) =>
  all.subarray(i * samples, (i + 1) * samples),
);
const encoder = await loadEncoder("moonshine-tiny", { threads: 1 });
const { layers, dimensions } = encoder.info;
const start = (layers - 1) * 2 * dimensions;
const earlier = getEncoderDefinition("moonshine-tiny").earlier![0]!;
const even = await loadEncoder({ ...earlier, source: { kind: "built-in" } }, { threads: 1 });
const { vector } = await even.encode(clips[0]!);
await even.dispose();
for (const clip of clips) await encoder.encode(clip);
const times: number[] = [];
for (let round = 0; round < 3; round++) {
  const before = process.cpuUsage();
  for (const clip of clips) await encoder.encode(clip);
  const { user, system } = process.cpuUsage(before);
  times.push((user + system) / 1000 / clips.length);
}
await encoder.dispose();
const embedding = [...vector.subarray(start, start + dimensions)];
console.log(JSON.stringify({ milliseconds: Math.min(...times), embedding }));
