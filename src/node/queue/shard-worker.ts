/**
 * A worker of the queue: embeds one shard at a time, on all cores.
 *
 * With one shard at a time, a shard that ends the process affects no other. The lease of a shard is renewed
 * while it is embedded; if the worker ends, the shard is given to another worker, and after three tries it
 * has failed. Not its concern: how shards are embedded, the terminal.
 */
import { hostname } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import type { Job } from "bullmq";
import { GolemError, toErrorRecord } from "../../core/error.ts";
import type { EnvironmentOptions } from "../environment.ts";
import { getShardKey, openRun, type Run } from "../shards/run-document.ts";
import { createShardEmbedder, type ShardEmbedder, type ShardResult } from "../shards/shard-embedder.ts";
import { connectQueue, createQueueError, loadQueuePackages } from "./queue-connection.ts";
import { queueDefaults } from "./queue-defaults.ts";
import { queueName, readJob, type ShardJob } from "./shard-queue.ts";
import { type MetricsPlace, serveWorkerMetrics, type WorkerMetrics } from "./worker-metrics.ts";

/** An event in a worker. */
export type WorkerEvent =
  | { readonly event: "ready"; readonly metrics?: string | undefined }
  | { readonly event: "started"; readonly run: string; readonly shard: number }
  | {
      readonly event: "done";
      readonly run: string;
      readonly shard: number;
      readonly clips: number;
      readonly errors: number;
      readonly seconds: number;
    }
  | { readonly event: "failed"; readonly run: string; readonly shard: number; readonly reason: string }
  | { readonly event: "returned"; readonly run: string; readonly shard: number };

/** Options of {@link runShardWorker}; all have defaults. */
export interface ShardWorkerOptions extends EnvironmentOptions {
  /** Number of recordings embedded at a time. */
  readonly threads?: number | undefined;
  readonly leaseSeconds?: number | undefined;
  /** Seconds to finish the current shard after `signal` is aborted. */
  readonly drainSeconds?: number | undefined;
  /** Whether to stop when the queue is empty. */
  readonly exitWhenEmpty?: boolean | undefined;
  readonly metrics?: MetricsPlace | undefined;
  /** Location of the recordings on this machine, if it differs from that in runs. */
  readonly data?: string | undefined;
  readonly onEvent?: ((event: WorkerEvent) => void) | undefined;
}

/** The counts of a worker. */
export interface WorkerTotals {
  readonly shards: number;
  readonly clips: number;
  readonly errors: number;
}

/** Milliseconds between two checks of whether the queue is empty. */
const emptyMilliseconds = 500;

/**
 * Works until `signal` is aborted or, with `exitWhenEmpty`, until the queue is empty. Rejects with
 * `queue-failed`, `missing-package`, `usage`; shards that fail are events.
 */
export async function runShardWorker(url: string, options: ShardWorkerOptions = {}): Promise<WorkerTotals> {
  const { signal, onEvent, onWarning } = options;
  const { leaseSeconds = queueDefaults.leaseSeconds, drainSeconds = queueDefaults.drainSeconds } = options;
  const connection = await connectQueue(url, { stays: true });
  const { bullmq } = await loadQueuePackages();
  const queue = new bullmq.Queue<ShardJob>(queueName, { connection });
  queue.on("error", () => {});
  const countQueue = () => queue.getJobCounts("waiting", "active", "delayed", "failed", "prioritized");
  const metrics = options.metrics && (await serveWorkerMetrics(options.metrics, countQueue));
  const ending = new AbortController();
  const embedders = createEmbedders({ ...options, signal: ending.signal, onProgress: undefined });
  const totals = { shards: 0, clips: 0, errors: 0 };
  const work = async (job: Job<ShardJob>, token: string | undefined): Promise<ShardResult | undefined> => {
    const data = checkJob(job.data);
    const { run, shard } = data;
    onEvent?.({ event: "started", run, shard });
    const started = performance.now();
    try {
      const result = await embedJob(data, embedders, metrics, ending.signal);
      const seconds = (performance.now() - started) / 1000;
      totals.shards++;
      totals.clips += result?.rows ?? 0;
      totals.errors += result?.errors ?? 0;
      metrics?.countShard(result?.rows ?? 0, result?.errors ?? 0, result?.bytes ?? 0);
      onEvent?.({
        event: "done",
        run,
        shard,
        clips: result?.rows ?? 0,
        errors: result?.errors ?? 0,
        seconds,
      });
      return result;
    } catch (error) {
      if (!ending.signal.aborted) throw describeFailure(error);
      await job.moveToWait(token);
      onEvent?.({ event: "returned", run, shard });
      throw new bullmq.WaitingError();
    } finally {
      metrics?.addBusySeconds((performance.now() - started) / 1000);
    }
  };
  const worker = new bullmq.Worker<ShardJob>(queueName, work, {
    connection,
    name: `${hostname()}-${process.pid}`,
    concurrency: 1,
    lockDuration: 1000 * leaseSeconds,
    stalledInterval: 500 * leaseSeconds,
    maxStalledCount: queueDefaults.tries - 1,
    drainDelay: 2,
  });
  worker.on("error", (error) => {
    onWarning?.({ ...toErrorRecord(createQueueError(url, error), "queue-failed") });
  });
  worker.on("failed", (job, error) => {
    if (!job) return;
    metrics?.countFailure();
    const data = readJob(job.data);
    if (data) onEvent?.({ event: "failed", run: data.run, shard: data.shard, reason: error.message });
    else onWarning?.(toErrorRecord(createJobError(), "invalid-data"));
  });
  onEvent?.({ event: "ready", ...(metrics ? { metrics: metrics.url } : {}) });
  try {
    await waitForEnd(signal, options.exitWhenEmpty ? countQueue : undefined);
  } finally {
    const late = setTimeout(() => ending.abort(), 1000 * drainSeconds);
    await worker.close().catch(() => {});
    clearTimeout(late);
    ending.abort();
    await embedders.close();
    await metrics?.close();
    await queue.close().catch(() => {});
    connection.disconnect();
  }
  return totals;
}

/** Resolves when the signal is aborted, or the queue is empty if that ends the work. */
async function waitForEnd(
  signal: AbortSignal | undefined,
  countQueue: (() => Promise<Readonly<Record<string, number>>>) | undefined,
): Promise<void> {
  while (!signal?.aborted) {
    if (countQueue) {
      const { failed: _, ...open } = await countQueue().catch(() => ({ failed: 0, unknown: 1 }));
      if (Object.values(open).every((count) => count === 0)) return;
    }
    await pause(emptyMilliseconds, undefined, signal ? { signal } : {}).catch(() => {});
  }
}

/** Returns the data of a job; throws `invalid-data` if it is not of a shard. */
function checkJob(data: unknown): ShardJob {
  const found = readJob(data);
  if (found) return found;
  throw describeFailure(createJobError());
}

const createJobError = (): GolemError =>
  new GolemError("invalid-data", "A job in the queue is not a shard of a run.", {
    hint: "Fill the queue only with `golem embed --run RUN --queue URL`, and remove other jobs from it.",
  });

/** Embeds the shard of a job; undefined if it exists already. */
async function embedJob(
  { run: address, shard, key, fp16 }: ShardJob,
  embedders: Embedders,
  metrics: WorkerMetrics | undefined,
  signal: AbortSignal,
): Promise<ShardResult | undefined> {
  const { run, embedder } = await embedders.get(
    address,
    (found) => getShardKeyIfAny(found, shard, fp16) === key,
  );
  if (getShardKeyIfAny(run, shard, fp16) !== key) {
    throw new GolemError(
      "invalid-data",
      `${address} was planned again, and its shard ${shard} has changed.`,
      {
        hint: "Put it into the queue again: golem embed --run RUN --queue URL",
      },
    );
  }
  for await (const object of run.store.list(key, { signal })) if (object.key === key) return undefined;
  let counted = 0;
  return embedder.embed(shard, {
    ...{ fp16, signal },
    onProgress: ({ completed }) => {
      metrics?.countClips(completed - counted);
      counted = completed;
    },
  });
}

const getShardKeyIfAny = (run: Run, shard: number, fp16: boolean): string | undefined =>
  shard < run.contents.length ? getShardKey(run, shard, fp16) : undefined;

/** The embedder of the current run: consecutive shards are mostly of one run. */
interface Embedders {
  /** Opens a run, again if it is not the expected one. */
  get(address: string, isExpected: (run: Run) => boolean): Promise<{ run: Run; embedder: ShardEmbedder }>;
  close(): Promise<void>;
}

function createEmbedders(options: ShardWorkerOptions): Embedders {
  let current: { readonly address: string; readonly run: Run; readonly embedder: ShardEmbedder } | undefined;
  const close = async (): Promise<void> => {
    await current?.embedder.close();
    current = undefined;
  };
  return {
    async get(address, isExpected) {
      if (current?.address === address && isExpected(current.run)) return current;
      await close();
      const run = await openRun(address, options);
      current = { address, run, embedder: await createShardEmbedder(run, options) };
      return current;
    },
    close,
  };
}

/** Creates an error with code and hint in its message, since the queue stores only messages. */
function describeFailure(error: unknown): Error {
  if (!(error instanceof GolemError)) return error instanceof Error ? error : new Error(String(error));
  return new Error(`[${error.code}] ${error.message}${error.hint === "" ? "" : ` ${error.hint}`}`, {
    cause: error,
  });
}
