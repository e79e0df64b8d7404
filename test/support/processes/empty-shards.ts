/**
 * A worker for runs/queue-simulation.ts: takes shards from the queue as `golem work` does, and writes empty
 * ones. Its arguments are the queue's address and the lease in milliseconds.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Worker } from "bullmq";
import { Redis } from "ioredis";
import { queueDefaults } from "../../../src/node/queue/queue-defaults.ts";
import { queueName, type ShardJob } from "../../../src/node/queue/shard-queue.ts";

const [url = "", lease = "1000"] = process.argv.slice(2);
const connection = new Redis(url, { maxRetriesPerRequest: null });
const worker = new Worker<ShardJob>(
  queueName,
  async ({ data: { run, key, shard } }) => {
    // Shards that are tried in vain.
    if (shard % 2000 === 1999) throw new Error("a fault of this machine");
    const path = join(run, key);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "");
  },
  {
    ...{ connection, concurrency: 8, lockDuration: Number(lease), stalledInterval: Number(lease) / 2 },
    maxStalledCount: queueDefaults.tries - 1,
  },
);
worker.on("error", () => {});
