/**
 * The progress of a run: the shards that exist, their number of recordings, and the speed.
 *
 * Not its concern: queues (callers add the numbers of waiting and active shards).
 */
import * as z from "zod/mini";
import { parseBoundedJson } from "../../core/bounded-json.ts";
import { checkSchema } from "../../core/check-schema.ts";
import { GolemError } from "../../core/error.ts";
import type { WorkOptions } from "../../core/progress.ts";
import { openParquetFile } from "../../dataset/parquet-file.ts";
import { createObjectSource, type StoredObject } from "../object-store/object-store.ts";
import { getShardCount, getShardKey, getShardRows, type Run, shardFolder } from "./run-document.ts";
import { shardNote } from "./shard-columns.ts";

/** Shards by their number. */
export type DoneShards = ReadonlyMap<number, StoredObject>;

/** Lists the shards of a run that are done; if one exists with 16 and 32 bits, that with 32 bits. */
export async function listDoneShards(run: Run, options: WorkOptions = {}): Promise<DoneShards> {
  const numbers = new Map<string, number>();
  for (let shard = 0; shard < getShardCount(run); shard++) {
    for (const fp16 of [true, false]) numbers.set(getShardKey(run, shard, fp16), shard);
  }
  const done = new Map<number, StoredObject>();
  for await (const object of run.store.list(shardFolder, options)) {
    const shard = numbers.get(object.key);
    if (shard === undefined) continue;
    if (!done.has(shard) || object.key === getShardKey(run, shard, false)) done.set(shard, object);
  }
  return done;
}

/** Lists the numbers of the missing shards. */
export function listMissingShards(run: Run, done: DoneShards): number[] {
  return Array.from({ length: getShardCount(run) }, (_, shard) => shard).filter((shard) => !done.has(shard));
}

/** Numbers of shards, and the speed of embedding. */
export interface RunStatus {
  readonly shards: number;
  readonly done: number;
  readonly waiting: number;
  readonly active: number;
  readonly failed: number;
  /** Recordings in shards that are done. */
  readonly clips: number;
  /** Number of these that failed. */
  readonly errors: number;
  /** Mean over the last ten minutes in which shards were written; 0 while unknown. */
  readonly clipsPerSecond: number;
}

/** Milliseconds over which the speed is measured. */
const rateMilliseconds = 10 * 60 * 1000;
const shardNoteSchema = z.object({ errors: z.optional(z.int().check(z.nonnegative())) });
/** Number of footers read at a time. */
const footersAtOnce = 8;

/** Measures a run; `counts` stores the counts read from shards, for the next measurement. */
export async function measureRun(
  run: Run,
  counts: Map<string, number> = new Map(),
  options: WorkOptions = {},
): Promise<RunStatus> {
  const done = await listDoneShards(run, options);
  const unread = [...done.values()].filter(({ key }) => !counts.has(key));
  const read = async (): Promise<void> => {
    for (let object = unread.pop(); object; object = unread.pop()) {
      counts.set(object.key, await countErrors(run, object, options));
    }
  };
  await Promise.all(Array.from({ length: footersAtOnce }, read));
  const shards = getShardCount(run);
  const clips = [...done.keys()].reduce((sum, shard) => sum + getShardRows(run, shard), 0);
  const errors = [...done.values()].reduce((sum, { key }) => sum + (counts.get(key) ?? 0), 0);
  return {
    ...{ shards, done: done.size, waiting: shards - done.size, active: 0, failed: 0 },
    ...{ clips, errors, clipsPerSecond: measureRate(run, done) },
  };
}

/** Computes the recordings per second between the first and the last shard of the last ten minutes. */
function measureRate(run: Run, done: DoneShards): number {
  const latest = [...done.values()].reduce((last, { modified }) => Math.max(last, modified), 0);
  const recent = [...done].filter(([, { modified }]) => modified >= latest - rateMilliseconds);
  const start = recent.reduce((first, [, { modified }]) => Math.min(first, modified), latest);
  // The first is not counted, since it was begun before the measured time.
  const clips = recent
    .filter(([, { modified }]) => modified > start)
    .reduce((sum, [shard]) => sum + getShardRows(run, shard), 0);
  return latest > start ? clips / ((latest - start) / 1000) : 0;
}

/** Reads the number of rows with errors from the footer of a shard; 0 if it is not stated. */
async function countErrors(run: Run, { key, size }: StoredObject, options: WorkOptions): Promise<number> {
  const source = createObjectSource(run.store, { key, size }, { ...options, blockBytes: 1 << 16 });
  const { notes } = await openParquetFile(source);
  const fail = (found: string) =>
    new GolemError(
      "invalid-data",
      `${key} of ${run.store.address} cannot be used because of its footer: ${found}.`,
      {
        hint: "Delete it, and embed it again: golem embed --run RUN",
      },
    );
  const note = checkSchema(shardNoteSchema, parseBoundedJson(notes.get(shardNote) ?? "{}", fail), fail);
  return note.errors ?? 0;
}
