/**
 * The distribution of calls to the workers of a pool, the count of busy workers, and the effect of dead
 * workers, with real threads.
 */
import type { Worker } from "node:worker_threads";
import { expect, it, onTestFinished } from "vitest";
import { watchWorkers } from "../../../test/support/watch-workers.ts";
import { getCacheFolder } from "../disk/cache-folder.ts";
import type { GolemCalls, GolemWorkerSettings } from "./golem-calls.ts";
import { createWorkerPool, type WorkerPoolOptions } from "./worker-pool.ts";

/** A call that does nothing. */
const nothing = ["forget", "none"] as const;

async function createPool(options: Partial<WorkerPoolOptions<GolemCalls>> = {}) {
  const watch = watchWorkers();
  const { count = 2 } = options;
  const busyCounts: number[] = [];
  const settings: GolemWorkerSettings = {
    cache: getCacheFolder(),
    busy: new Int32Array(new SharedArrayBuffer(4)),
    worked: new BigInt64Array(new SharedArrayBuffer(8)),
  };
  const pool = createWorkerPool<GolemCalls>({
    ...{ script: "golem-worker", settings, count: 2 },
    onBusy: (workers) => busyCounts.push(workers),
    ...options,
  });
  onTestFinished(() => pool.close());
  await expect.poll(pool.getReady).toBe(count);
  return { pool, busyCounts, workers: watch.started };
}

it("gives a single call to the first worker, and reports the number of busy workers", async () => {
  const { pool, busyCounts, workers } = await createPool();
  const answered: (Worker | undefined)[] = [];
  for (const worker of workers) worker.on("message", () => answered.push(worker));
  for (let i = 0; i < 3; i++) await pool.run(...nothing);
  expect(answered).toEqual([workers[0], workers[0], workers[0]]);
  expect(busyCounts).toEqual([1, 0, 1, 0, 1, 0]);
  busyCounts.length = 0;
  await Promise.all([pool.run(...nothing), pool.run(...nothing), pool.run(...nothing)]);
  expect(Math.max(...busyCounts)).toBe(2);
  expect(busyCounts.at(-1)).toBe(0);
});

it("does not count a worker that died during a call", async () => {
  const { pool, busyCounts, workers } = await createPool();
  const lost = pool.run(...nothing);
  void workers[0]!.terminate();
  await lost.catch(() => {});
  // It may have answered before it ended.
  await expect.poll(() => workers.length).toBe(3);
  await expect.poll(pool.getReady).toBe(2);
  expect(busyCounts.at(-1)).toBe(0);
  // Its replacement is the first worker again.
  const third = new Promise((resolve) => workers[2]!.once("message", resolve));
  await pool.run(...nothing);
  await third;
});

it("rejects at most the first call of a dead worker; another worker runs the others", async () => {
  const { pool, workers } = await createPool({ ahead: 3 });
  const calls = Array.from({ length: 6 }, () => pool.run(...nothing));
  void workers[0]!.terminate();
  const ended = await Promise.allSettled(calls);
  const rejected = ended.filter(({ status }) => status === "rejected");
  expect(rejected.length).toBeLessThanOrEqual(1);
  for (const call of rejected) expect(call).toMatchObject({ reason: { code: "encoder-failed" } });
});

it("drops calls that are aborted before they start, and all when it is closed", async () => {
  const { pool, workers } = await createPool();
  const controller = new AbortController();
  const calls = Array.from({ length: 2 }, () => pool.run(...nothing));
  const dropped = pool.run(...nothing, { signal: controller.signal });
  controller.abort();
  await expect(dropped).rejects.toMatchObject({ code: "aborted" });
  await Promise.all(calls);
  const ended = Promise.all(workers.map((worker) => new Promise((resolve) => worker.once("exit", resolve))));
  const last = Array.from({ length: 5 }, () => pool.run(...nothing).catch(({ code }) => code));
  await pool.close();
  expect(await Promise.all(last)).toEqual(Array.from({ length: 5 }, () => "aborted"));
  await ended;
  await expect(pool.run(...nothing)).rejects.toMatchObject({ code: "aborted" });
});

it("rejects calls if workers cannot start, with the reason", async () => {
  const deaths: unknown[] = [];
  const pool = createWorkerPool<GolemCalls>({
    ...{ script: "golem-worker", settings: null, count: 2 },
    onDeath: (error) => deaths.push(error),
  });
  await expect(pool.run(...nothing)).rejects.toMatchObject({ code: "unexpected" });
  expect(deaths).toHaveLength(2);
  expect(pool.getReady()).toBe(0);
  await expect(pool.run(...nothing)).rejects.toMatchObject({ code: "unexpected" });
  await pool.close();
});

it("gives a worker to clients in turn, regardless of their numbers of calls", async () => {
  const { pool } = await createPool({ count: 1 });
  const answered: string[] = [];
  const ask = (client: string): Promise<void> =>
    pool.run(...nothing, { client }).then(() => void answered.push(client));
  await Promise.all([..."aaaaaa", "b", "c", "b"].map(ask));
  expect(answered.join("")).toBe("abcabaaaa");
});
