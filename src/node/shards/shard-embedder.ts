/**
 * Embeds shards one after another, each recording on the next free worker thread, with eight recordings
 * fetched ahead.
 *
 * A recording that cannot be embedded is a row with its error; a fault of the machine (weights, disk,
 * network) fails the shard, so that it can be tried again.
 * Not its concern: the order of shards, queues.
 */
import { availableParallelism } from "node:os";
import { type ErrorCode, GolemError, throwIfAborted, toErrorRecord } from "../../core/error.ts";
import type { WorkOptions } from "../../core/progress.ts";
import { checkSameEncoder, checkSameTranscriber } from "../../encoder/identity.ts";
import type { ResolvedEncoderSet } from "../../encoder/resolved-encoder.ts";
import { getCacheFolder } from "../disk/cache-folder.ts";
import { computeFileHash } from "../disk/file-hash.ts";
import type { EnvironmentOptions } from "../environment.ts";
import { chooseDevice } from "../models/device-trial.ts";
import { prepareEncoderSet } from "../models/load-encoder-set.ts";
import { resolveEncoderSet } from "../models/resolve-encoder-set.ts";
import type { ObjectStore } from "../object-store/object-store.ts";
import { openObjectStore } from "../object-store/open-store.ts";
import { createEmbeddingPool, type EmbeddingPool } from "../threads/embedding-pool.ts";
import { type PlannedRecording, readManifestShard } from "./manifest.ts";
import { createRecordingFetcher, type RecordingFetcher } from "./recording-fetcher.ts";
import { checkShard, getRunRecipe, getShardKey, type Run } from "./run-document.ts";
import { encodeShard, type ShardRow } from "./shard-writer.ts";

/** Number of recordings fetched ahead of those being embedded. */
const fetchedAhead = 8;

/** Errors of a machine or a network, not of a recording. */
const machineErrors: readonly ErrorCode[] = [
  ...(["aborted", "usage", "missing-package", "weights-missing", "weights-damaged", "fetch-failed"] as const),
  ...([
    "cache-failed",
    "store-failed",
    "output-failed",
    "unexpected",
    "hub-denied",
    "invalid-option",
  ] as const),
];

/** Options of {@link createShardEmbedder}. */
export interface ShardEmbedderOptions extends EnvironmentOptions {
  /** Number of recordings embedded at a time; default: one per core. */
  readonly threads?: number | undefined;
  /** Location of the recordings on this machine, if it differs from that in the run. */
  readonly data?: string | undefined;
}

/** The result of embedding a shard. */
export interface ShardResult {
  readonly key: string;
  readonly rows: number;
  readonly errors: number;
  readonly bytes: number;
}

/** Embeds shards of one run. */
export interface ShardEmbedder {
  /**
   * Embeds a shard and writes it. Rejects, without writing it, with `usage` for a number that the run does
   * not have, `aborted`, and errors of the machine. `onProgress` counts its recordings.
   */
  embed(shard: number, options?: WorkOptions & { readonly fp16?: boolean | undefined }): Promise<ShardResult>;
  close(): Promise<void>;
}

/**
 * Creates an embedder; the networks are loaded with the first shard. Rejects with the errors of resolving
 * encoders, and `golem-version` if the encoders on this machine differ from those of the run.
 */
export async function createShardEmbedder(
  run: Run,
  options: ShardEmbedderOptions = {},
): Promise<ShardEmbedder> {
  const { cache = getCacheFolder(), threads = availableParallelism() } = options;
  const encoderSet = await resolveEncoderSet(run.choice, options);
  checkSameSet(run, encoderSet);
  const recipe = getRunRecipe(run);
  const data = await openObjectStore(options.data ?? run.data);
  let pool: Promise<EmbeddingPool> | undefined;
  const openPool = (): Promise<EmbeddingPool> => {
    pool ??= prepareEncoderSet(encoderSet, { ...options, cache }).then(async () =>
      createEmbeddingPool({
        encoderSet,
        audio: recipe.audio,
        cache,
        device: await chooseDevice(options.device, encoderSet, { ...options, cache }),
        tasks: Number.POSITIVE_INFINITY,
        workers: threads,
      }),
    );
    pool.catch(() => {
      pool = undefined;
    });
    return pool;
  };
  return {
    async embed(shard, { fp16 = run.fp16, signal, onProgress } = {}) {
      checkShard(run, shard);
      await checkData(data);
      const recordings = await readManifestShard(run, shard, signal ? { signal } : {});
      const work = { cache, ...(signal ? { signal } : {}) };
      const fetcher = createRecordingFetcher(data, recordings, work);
      let rows: ShardRow[];
      try {
        rows = await embedRows(recordings, fetcher, await openPool(), { signal, onProgress }, threads);
      } finally {
        await fetcher.close();
      }
      checkPlausible(rows, shard);
      const bytes = await encodeShard(rows, recipe, fp16);
      throwIfAborted(signal);
      const key = getShardKey(run, shard, fp16);
      await run.store.write(key, bytes);
      const errors = rows.filter(({ outcome }) => "error" in outcome).length;
      return { key, rows: rows.length, errors, bytes: bytes.length };
    },
    async close() {
      await (await pool?.catch(() => undefined))?.close();
    },
  };
}

/** Throws `golem-version` if an encoder's numbers differ from those of the encoder in the run. */
function checkSameSet(run: Run, { encoders, transcriber }: ResolvedEncoderSet): void {
  for (const [i, expected] of run.encoders.entries()) {
    const found = encoders[i]?.info;
    if (found) checkSameEncoder(expected, found);
  }
  if (run.transcriber) checkSameTranscriber(run.transcriber, transcriber?.info);
  if (
    encoders.length === run.encoders.length &&
    (transcriber === undefined) === (run.transcriber === undefined)
  )
    return;
  throw new GolemError(
    "golem-version",
    `${run.store.address} was planned with encoders that differ from those of this version.`,
    {
      hint: "Use the version of golem-audio that planned it, or plan it again.",
    },
  );
}

/** Checks that the data exist: an unmounted folder would make every recording an error. */
async function checkData(data: ObjectStore): Promise<void> {
  if (data.folder === undefined) return;
  const { stat } = await import("node:fs/promises");
  if ((await stat(data.folder).catch(() => undefined))?.isDirectory()) return;
  throw new GolemError(
    "data-not-found",
    `There is no folder ${data.folder}; expected the run's recordings in it.`,
    {
      hint: "Mount it on this machine, or name its location with --data.",
    },
  );
}

/** Rejects a shard if the encoders failed on all its recordings, which is a fault of this machine. */
function checkPlausible(rows: readonly ShardRow[], shard: number): void {
  const failures = rows.flatMap(({ outcome }) =>
    "error" in outcome && outcome.error.code === "encoder-failed" ? [outcome.error] : [],
  );
  if (rows.length < 2 || failures.length < rows.length) return;
  throw new GolemError(
    "encoder-failed",
    `The encoders failed on all ${rows.length} recordings of shard ${shard}: ${failures[0]!.message}`,
    { hint: "Check the memory and the weights of this machine: golem encoders verify" },
  );
}

/** Embeds the recordings of a shard, enough at a time to use all threads. */
async function embedRows(
  recordings: readonly PlannedRecording[],
  fetcher: RecordingFetcher,
  pool: EmbeddingPool,
  { signal, onProgress }: WorkOptions,
  threads: number,
): Promise<ShardRow[]> {
  const rows: ShardRow[] = new Array(recordings.length);
  const total = recordings.length;
  let next = 0;
  let completed = 0;
  let failure: { readonly error: unknown } | undefined;
  const work = async (): Promise<void> => {
    while (next < total && !failure && !signal?.aborted) {
      const place = next++;
      try {
        rows[place] = await embedRow(recordings[place]!, place, fetcher, pool, signal);
        onProgress?.({ stage: "embedding", completed: ++completed, total });
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(total, threads + fetchedAhead) }, work));
  throwIfAborted(signal);
  if (failure) throw failure.error;
  return rows;
}

async function embedRow(
  { key }: PlannedRecording,
  place: number,
  fetcher: RecordingFetcher,
  pool: EmbeddingPool,
  signal: AbortSignal | undefined,
): Promise<ShardRow> {
  let sha256: string | undefined;
  try {
    const { path, release } = await fetcher.fetch(place);
    try {
      sha256 = await computeFileHash(path, signal ? { signal } : {});
      return { key, sha256, outcome: { output: await pool.embed(path, key) } };
    } finally {
      await release();
    }
  } catch (error) {
    throwIfAborted(signal);
    if (!(error instanceof GolemError) || machineErrors.includes(error.code)) throw error;
    return { key, sha256, outcome: { error: toErrorRecord(error, "encoder-failed") } };
  }
}
