/**
 * Plants faults of single recordings in real data, and counts how many are found, and how many other findings
 * there are.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeWav } from "../../src/audio/wav-writer.ts";
import { createRandom, shuffle } from "../../src/core/random.ts";
import type { Recording } from "../../src/dataset/dataset.ts";
import type { FindingKind } from "../../src/doctor/finding.ts";
import { examineDataset } from "../../src/node/doctor.ts";
import { createRow, draws, getPath, getSamples, type Material } from "./material.ts";

/** Numbers found and planted, and other recordings with the same finding. */
export interface FaultCount {
  readonly kind: FindingKind;
  readonly found: number;
  readonly planted: number;
  readonly others: number;
  readonly untouched: number;
}

/** Number of recordings per draw with each fault. */
const each = 3;

const faults: readonly (readonly [FindingKind, (samples: Float32Array) => Uint8Array])[] = [
  [
    "silent",
    (samples) =>
      encodeWav(
        samples.map(() => 0),
        16_000,
        "float32",
      ),
  ],
  ["clipped", (samples) => encodeWav(clip(samples), 16_000, "float32")],
  [
    "dc-offset",
    (samples) =>
      encodeWav(
        samples.map((value) => 0.5 * value + 0.1),
        16_000,
        "float32",
      ),
  ],
  [
    "too-short",
    (samples) =>
      encodeWav(samples.subarray(samples.length >> 1, (samples.length >> 1) + 800), 16_000, "float32"),
  ],
  ["unreadable", () => new Uint8Array(4096).fill(7)],
];

/** Plants faults in the draws of one set. */
export async function countFaults(material: Material, set: string, folder: string): Promise<FaultCount[]> {
  const counts = faults.map(([kind]) => ({ kind, found: 0, planted: 0, others: 0, untouched: 0 }));
  for (const draw of draws) {
    const rows = (await material.load(set, draw)).filter(({ split }) => split === "train");
    const order = shuffle([...rows.keys()], createRandom(draw, 0xfa17));
    const recordings: Recording[] = [...rows];
    const planted = new Map<FindingKind, Set<string>>();
    for (const [i, [kind, make]] of faults.entries()) {
      planted.set(kind, new Set());
      for (const row of order.slice(i * each, (i + 1) * each)) {
        const file = `${set}-${draw}-${kind}-${row}.wav`;
        await writeFile(join(folder, file), make(await getSamples(await getPath(rows[row]!))));
        recordings[row] = createRow(join(folder, file), file, rows[row]!);
        planted.get(kind)!.add(file);
      }
    }
    const data = { name: set, recordings, warnings: [], skipped: [] };
    const { findings } = await examineDataset(data, { transcript: false });
    for (const count of counts) {
      const files = new Set(
        findings.filter(({ kind }) => kind === count.kind).flatMap((finding) => finding.files),
      );
      const wanted = planted.get(count.kind)!;
      const found = [...wanted].filter((file) => files.has(file)).length;
      count.found += found;
      count.planted += wanted.size;
      count.others += files.size - found;
      count.untouched += recordings.length - wanted.size;
    }
  }
  return counts;
}

/** Makes samples twenty times as loud, clipped at full scale. */
const clip = (samples: Float32Array): Float32Array => {
  const peak = samples.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
  return samples.map((value) => Math.max(-1, Math.min(1, (5 * value) / peak)));
};
