/** The JSON output of `embed` and of the commands for runs, as in `output.ts`. */
import type { SkippedRecording } from "../dataset/dataset.ts";
import type { Enqueued, ShardFailure } from "../node/queue/shard-queue.ts";
import type { WorkerEvent, WorkerTotals } from "../node/queue/shard-worker.ts";
import type { EmbeddedRun } from "../node/shards/embed-missing.ts";
import type { RunStatus } from "../node/shards/run-status.ts";

/** The output of `embed`: a table, shards of a run, or entries of a queue. */
export type EmbedOutput = EmbeddingTableOutput | ShardsOutput | QueuedShardsOutput;

/** With `--run`: the shards that were embedded. */
interface ShardsOutput extends EmbeddedRun {
  readonly run: string;
  /** With `--shard`, or in a job of an array. */
  readonly shard?: number;
}

/** With `--run` and `--queue`: the shards that were put into the queue. */
interface QueuedShardsOutput extends Enqueued {
  readonly run: string;
}

/** The run that was planned. */
export interface PlanOutput {
  readonly run: string;
  readonly data: string;
  readonly recordings: number;
  readonly shards: number;
  /** Recordings per shard, at most. */
  readonly shardSize: number;
  readonly encoders: readonly string[];
  /** Whether vectors are stored in 16 bits. */
  readonly fp16: boolean;
  readonly skipped: readonly SkippedRecording[];
}

/** One line per event of a shard, and finally the totals. */
export type WorkOutput = WorkerEvent | ({ readonly event: "stopped" } & WorkerTotals);

/** Progress of a run; with `--watch` one line per update. */
export interface StatusOutput extends RunStatus {
  /** With `--queue`: shards that failed. */
  readonly failures?: readonly ShardFailure[];
}

/** The shards that were put back into the queue. */
export interface RetryOutput {
  readonly run: string;
  readonly retried: number;
}

interface EmbeddingTableOutput {
  readonly out: string;
  /** Rows written. */
  readonly recordings: number;
  readonly encoder: string;
  readonly layers: number;
  /** Numbers per frame; a layer has twice as many, means and standard deviations. */
  readonly dimensions: number;
  /** Recordings that were not in the cache. */
  readonly computed: number;
  /** Duration of the command. */
  readonly seconds: number;
  readonly skipped: readonly SkippedRecording[];
}
