/**
 * The training recordings of a run beyond the listed sample, as rows for fitting heads: read by shards, with
 * 24 bytes kept per row, 16 of them only while the shards are read.
 *
 * Not its concern: which recordings are listed (run-dataset.ts), heads.
 *
 * As for listed recordings, those that failed, are silent, are too long or are copies of others are left out;
 * the same audio with two labels is an error. Audio is compared by the first 64 bits of its hash.
 */
import { throwIfAborted } from "../../core/error.ts";
import { createConflictError, type LabelConflict } from "../../dataset/duplicates.ts";
import { shortenHash } from "../../embed/audio-hashes.ts";
import { getAudioSettings, isSilent } from "../../embed/embed-source.ts";
import { type EmbeddedRecording, expectsSilence } from "../../embed/embedded-recording.ts";
import { parseFacts } from "../../embed/stored-facts.ts";
import type { ResolvedEncoderSet } from "../../encoder/resolved-encoder.ts";
import type { EmbedOptions, UnlistedResult } from "../../workflow/environment.ts";
import type { CacheFolder } from "../disk/cache-folder.ts";
import { findColumns } from "./embed-from-runs.ts";
import { findLocalShard } from "./local-shard.ts";
import { type PlannedRecording, readManifestShard } from "./manifest.ts";
import { listNumbers, type UnlistedRows } from "./run-dataset.ts";
import { getRunRecipe } from "./run-document.ts";
import { listVectorColumns } from "./shard-columns.ts";
import { openShardVectors, readShardValues, type ShardValues, type ShardVectors } from "./shard-reader.ts";
import { createGrouping } from "./unlisted-groups.ts";
import { createMoreRows } from "./unlisted-vectors.ts";

/** Values of `labels` for rows that are not used for fitting: without vectors, or left out. */
const [failed, unused] = [-2, -1];

/** The recordings in memory: those for training, and test ones, whose copies must not be fitted to. */
interface InMemory {
  readonly listed: readonly EmbeddedRecording[];
  readonly tested: readonly EmbeddedRecording[];
}

/** Reads the rows. Rejects with the errors of `embedFromRuns`, and `conflicting-labels`. */
export async function readUnlisted(
  { origin: { run, done }, listed: places }: UnlistedRows,
  inMemory: InMemory,
  encoderSet: ResolvedEncoderSet,
  { audio, cache, signal, onProgress }: EmbedOptions & { readonly cache: CacheFolder },
): Promise<UnlistedResult> {
  const columns = findColumns(run, encoderSet, audio);
  const { maximumSeconds } = getAudioSettings(0, audio);
  const names: string[] = [];
  const placeOfName = new Map<string, number>();
  const seconds: number[] = [];
  const labels = new Int32Array(run.recordings).fill(unused);
  const hashes = new BigUint64Array(run.recordings);
  const shards = new Map<number, ShardVectors>();
  const grouping = createGrouping(inMemory.listed, run.recordings);
  let leftOut = 0;
  for (const shard of listNumbers(done)) {
    throwIfAborted(signal);
    const path = await findLocalShard(run, done.get(shard)!, { cache, signal });
    const [planned, values] = [await readManifestShard(run, shard), await readShardValues(path)];
    const first = shard * run.shardSize;
    for (const [i, value] of values.entries()) {
      const row = first + i;
      const { label, split } = planned[i]!;
      if (value.error) labels[row] = failed;
      if (places.has(row) || split === "test" || label === "") continue;
      const used = value.error ? undefined : readUsed(value, label, maximumSeconds);
      if (!used) {
        leftOut++;
        continue;
      }
      const place = placeOfName.get(label) ?? names.push(label) - 1;
      placeOfName.set(label, place);
      labels[row] = place;
      seconds[place] = (seconds[place] ?? 0) + used.seconds;
      hashes[row] = used.hash;
      grouping.add(row, planned[i]!);
    }
    const good = values.filter(({ error }) => !error).length;
    shards.set(shard, await openShardVectors(path, listVectorColumns(getRunRecipe(run)), good));
    onProgress?.({ stage: "reading shards", completed: first + values.length, total: run.recordings });
  }
  const copies = await dropCopies(labels, names, hashes, inMemory, async (row) => {
    const shard = Math.floor(row / run.shardSize);
    return (await readManifestShard(run, shard))[row - shard * run.shardSize]!;
  });
  const { groups, placeOf, listed } = grouping.finish();
  const sorted = hashes.filter((_, row) => labels[row]! >= 0).sort();
  const counts = names.map(() => 0);
  for (const label of labels) if (label >= 0) counts[label]!++;
  return {
    ...{ listed, leftOut, copies },
    perClass: new Map(names.map((name, k) => [name, { count: counts[k]!, seconds: seconds[k]! }])),
    audioHashes: sorted,
    createRows: (classes) =>
      createMoreRows({
        ...{ run, shards, columns, encoderSet, labels, groups, placeOf, count: sorted.length },
        classOf: names.map((name) => classes.indexOf(name)),
      }),
  };
}

/** Reads hash and duration of a recording; undefined if it is not used. */
function readUsed(value: ShardValues, label: string, maximumSeconds: number) {
  const facts = value.facts === undefined ? undefined : parseFacts(value.facts);
  if (!facts || value.sha256 === undefined || facts.seconds > maximumSeconds) return undefined;
  if (isSilent(facts) && !expectsSilence([label])) return undefined;
  return { hash: shortenHash(facts.audioHash), seconds: facts.seconds };
}

/** Marks copies as unused: of recordings in memory, and of earlier rows. Resolves with their number. */
async function dropCopies(
  labels: Int32Array,
  names: readonly string[],
  hashes: BigUint64Array,
  { listed, tested }: InMemory,
  readRow: (row: number) => Promise<PlannedRecording>,
): Promise<number> {
  const sorted = hashes.slice().sort();
  /** Label and file of the recordings that are kept, by hash. */
  const known = new Map<bigint, { readonly label: string; readonly file: string | number } | undefined>();
  for (let i = 1; i < sorted.length; i++) if (sorted[i] === sorted[i - 1]) known.set(sorted[i]!, undefined);
  for (const { facts, label, file } of [...listed, ...tested])
    known.set(shortenHash(facts.audioHash), { label, file });
  const conflicts: { readonly row: number; readonly kept: { label: string; file: string | number } }[] = [];
  let copies = 0;
  for (let row = 0; row < labels.length; row++) {
    if (labels[row]! < 0 || !known.has(hashes[row]!)) continue;
    const kept = known.get(hashes[row]!);
    const label = names[labels[row]!]!;
    if (!kept) {
      known.set(hashes[row]!, { label, file: row });
      continue;
    }
    if (kept.label !== label && conflicts.length < 5) conflicts.push({ row, kept });
    labels[row] = unused;
    copies++;
  }
  if (conflicts.length === 0) return copies;
  const named: LabelConflict[] = [];
  for (const { row, kept } of conflicts) {
    const file = typeof kept.file === "number" ? (await readRow(kept.file)).key : kept.file;
    const { key, label } = await readRow(row);
    named.push({
      files: [
        { file, label: kept.label },
        { file: key, label },
      ],
    });
  }
  throw createConflictError(named);
}
