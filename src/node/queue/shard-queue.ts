/**
 * Shards in a queue (BullMQ): adds them and counts their states.
 *
 * The queue only assigns work. Which shards are done is determined by the shards that exist, so a lost queue
 * can be filled again by the same command.
 * Not its concern: embedding (shard-worker.ts), connections.
 *
 * https://docs.bullmq.io
 */
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import type { Job, Queue } from "bullmq";
import * as z from "zod/mini";
import type { EnvironmentOptions } from "../environment.ts";
import { isBucketAddress } from "../object-store/object-store.ts";
import { getShardKey, openRun, type Run } from "../shards/run-document.ts";
import { listDoneShards, listMissingShards, type RunStatus } from "../shards/run-status.ts";
import { connectQueue, createQueueError, loadQueuePackages } from "./queue-connection.ts";
import { queueDefaults } from "./queue-defaults.ts";

/** Name of the queue in Redis: one for all runs. */
export const queueName = "golem-shards";

/** One shard in the queue. */
export interface ShardJob {
  /** Address of the run: s3://..., or an absolute path that is valid for all workers. */
  readonly run: string;
  readonly shard: number;
  /** Key of the shard, which shows workers whether the run was planned again meanwhile. */
  readonly key: string;
  readonly fp16: boolean;
}

const shardJob = z.object({
  run: z.string().check(z.minLength(1), z.maxLength(4096)),
  shard: z.int().check(z.nonnegative()),
  key: z.string().check(z.minLength(1), z.maxLength(1024)),
  fp16: z.boolean(),
});

/** Reads the data of a job; undefined if it is not of a shard. */
export const readJob = (data: unknown): ShardJob | undefined => shardJob.safeParse(data).data;

/** Number of jobs per request. */
const atOnce = 1000;
/** Pause before a failed shard is tried again, in milliseconds; it doubles with each attempt. */
const firstPause = 2000;
const waitingStates = ["waiting", "delayed", "prioritized"] as const;

const getAddress = (run: string): string => (isBucketAddress(run) ? run : resolve(run));

/** Gets the id of a job: equal for the same shard, so that it is in the queue only once. */
const getJobId = ({ run, key }: Pick<ShardJob, "run" | "key">): string =>
  createHash("sha256")
    .update(JSON.stringify([run, key]))
    .digest("hex")
    .slice(0, 32);

/** Options of every shard in the queue. */
const jobOptions = {
  attempts: queueDefaults.tries,
  backoff: { type: "exponential", delay: firstPause },
  removeOnComplete: true,
} as const;

/** A shard that failed permanently. */
export interface ShardFailure {
  readonly shard: number;
  readonly reason: string;
}

/** An open queue. */
export interface ShardQueue {
  readonly queue: Queue<ShardJob>;
  /** Adds the queue's counts to the status of a run. */
  addCounts(run: Run, status: RunStatus): Promise<RunStatus & { readonly failures: readonly ShardFailure[] }>;
  close(): Promise<void>;
}

/** Opens the queue. Rejects with `queue-failed`, `missing-package`, `usage`. */
export async function openShardQueue(url: string): Promise<ShardQueue> {
  const connection = await connectQueue(url);
  const { bullmq } = await loadQueuePackages();
  const queue = new bullmq.Queue<ShardJob>(queueName, { connection });
  queue.on("error", () => {});
  return {
    queue,
    async addCounts(run, status) {
      const address = getAddress(run.store.address);
      const own = (jobs: readonly Job<ShardJob>[]) => jobs.filter(({ data }) => data.run === address);
      try {
        const done = await listDoneShards(run);
        const isOpen = ({ data: { shard, fp16, key } }: Job<ShardJob>): boolean =>
          !done.has(shard) && key === getShardKey(run, shard, fp16);
        const active = own(await listJobs(queue, ["active"])).filter(isOpen).length;
        const failed = own(await listJobs(queue, ["failed"])).filter(isOpen);
        return {
          ...status,
          ...{
            active,
            failed: failed.length,
            waiting: Math.max(0, status.shards - status.done - active - failed.length),
          },
          failures: failed.map(({ data, failedReason }) => ({
            shard: data.shard,
            reason: failedReason ?? "",
          })),
        };
      } catch (error) {
        throw createQueueError(url, error);
      }
    },
    async close() {
      await queue.close().catch(() => {});
      connection.disconnect();
    },
  };
}

/** Lists jobs in some states, page by page. */
async function listJobs(
  queue: Queue<ShardJob>,
  states: readonly ("active" | "failed" | (typeof waitingStates)[number])[],
): Promise<Job<ShardJob>[]> {
  const jobs: Job<ShardJob>[] = [];
  for (const state of states) {
    for (let start = 0; ; start += atOnce) {
      const page = await queue.getJobs([state], start, start + atOnce - 1);
      // A job that ends meanwhile is missing from its page; foreign jobs are ignored.
      jobs.push(...page.filter((job) => job && readJob(job.data) !== undefined));
      if (page.length < atOnce) break;
    }
  }
  return jobs;
}

/** Options of {@link enqueueRun}. */
export interface EnqueueOptions extends EnvironmentOptions {
  readonly fp16?: boolean | undefined;
}

/** Numbers of shards that were put into the queue, and that were not. */
export interface Enqueued {
  readonly shards: number;
  readonly enqueued: number;
  /** Shards that exist. */
  readonly found: number;
  /** Shards that were in the queue already. */
  readonly queued: number;
  /** Shards that have failed; `retryRun` puts them back. */
  readonly failed: number;
}

/** Puts the missing shards of a run into the queue. Rejects with the errors of `openRun` and of the queue. */
export async function enqueueRun(
  address: string,
  url: string,
  options: EnqueueOptions = {},
): Promise<Enqueued> {
  const run = await openRun(address, options);
  const { queue, close } = await openShardQueue(url);
  try {
    const done = await listDoneShards(run, options);
    const missing = listMissingShards(run, done);
    const fp16 = options.fp16 ?? run.fp16;
    const failed = new Set((await listJobs(queue, ["failed"])).map(({ id }) => id));
    const queued = new Set((await listJobs(queue, ["active", ...waitingStates])).map(({ id }) => id));
    const jobs = missing.map((shard) => createJob(run, shard, fp16));
    const fresh = jobs.filter(({ opts: { jobId } }) => !failed.has(jobId) && !queued.has(jobId));
    for (let start = 0; start < fresh.length; start += atOnce) {
      const piece = fresh.slice(start, start + atOnce);
      await queue.addBulk(piece);
      const completed = start + piece.length;
      options.onProgress?.({ stage: "filling the queue", completed, total: fresh.length });
    }
    const count = (ids: ReadonlySet<string | undefined>) =>
      jobs.filter(({ opts }) => ids.has(opts.jobId)).length;
    return {
      ...{ shards: run.contents.length, enqueued: fresh.length, found: done.size },
      ...{ queued: count(queued), failed: count(failed) },
    };
  } catch (error) {
    throw createQueueError(url, error);
  } finally {
    await close();
  }
}

function createJob(run: Run, shard: number, fp16: boolean) {
  const data: ShardJob = {
    run: getAddress(run.store.address),
    shard,
    key: getShardKey(run, shard, fp16),
    fp16,
  };
  return { name: "shard", data, opts: { ...jobOptions, jobId: getJobId(data) } };
}

/** Puts the failed shards of a run back, as if they had not been tried. */
export async function retryRun(
  address: string,
  url: string,
  options: EnvironmentOptions = {},
): Promise<{ readonly retried: number }> {
  const run = await openRun(address, options);
  const { queue, close } = await openShardQueue(url);
  try {
    const own = getAddress(run.store.address);
    const done = await listDoneShards(run, options);
    const failed = (await listJobs(queue, ["failed"])).filter(({ data }) => data.run === own);
    let retried = 0;
    for (const job of failed) {
      const { shard, fp16, key } = job.data;
      // A retried job would keep its count of stalls; a new one has all tries.
      await job.remove();
      if (done.has(shard) || shard >= run.contents.length || key !== getShardKey(run, shard, fp16)) continue;
      const { name, data, opts } = createJob(run, shard, fp16);
      await queue.add(name, data, opts);
      retried++;
    }
    return { retried };
  } catch (error) {
    throw createQueueError(url, error);
  } finally {
    await close();
  }
}
