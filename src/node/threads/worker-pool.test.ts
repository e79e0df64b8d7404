/** Which worker of a pool is given a task, and what is told of how many are at work; with real threads. */
import type { Worker } from "node:worker_threads";
import { expect, it, onTestFinished } from "vitest";
import { watchWorkers } from "../../../test/watch-workers.ts";
import { getCacheFolder } from "../disk/cache-folder.ts";
import type { GolemTask, GolemWorkerSettings } from "./golem-pool.ts";
import { createWorkerPool } from "./worker-pool.ts";

/** A task that does nothing. */
const nothing: GolemTask = { kind: "forget", version: "none" };

async function createPool() {
  const watch = watchWorkers();
  const told: number[] = [];
  const settings: GolemWorkerSettings = {
    cache: getCacheFolder(),
    busy: new Int32Array(new SharedArrayBuffer(4)),
  };
  const pool = createWorkerPool<GolemTask, unknown>({
    ...{ script: "golem-worker", settings, count: 2 },
    onBusy: (workers) => told.push(workers),
  });
  onTestFinished(() => pool.close());
  await expect.poll(pool.getReady, { timeout: 20_000 }).toBe(2);
  return { pool, told, workers: watch.started };
}

it("gives a task that comes alone to the first worker, and tells how many are at work", async () => {
  const { pool, told, workers } = await createPool();
  const answered: (Worker | undefined)[] = [];
  for (const worker of workers) worker.on("message", () => answered.push(worker));
  for (let i = 0; i < 3; i++) await pool.run(nothing);
  expect(answered).toEqual([workers[0], workers[0], workers[0]]);
  expect(told).toEqual([1, 0, 1, 0, 1, 0]);
  told.length = 0;
  await Promise.all([pool.run(nothing), pool.run(nothing), pool.run(nothing)]);
  expect(Math.max(...told)).toBe(2);
  expect(told.at(-1)).toBe(0);
});

it("does not count a worker that died at work", async () => {
  const { pool, told, workers } = await createPool();
  const lost = pool.run(nothing);
  void workers[0]!.terminate();
  await lost.catch(() => {});
  // It may have answered first, and be dying still.
  await expect.poll(() => workers.length, { timeout: 20_000 }).toBe(3);
  await expect.poll(pool.getReady, { timeout: 20_000 }).toBe(2);
  expect(told.at(-1)).toBe(0);
  // The one in its place is the first again.
  const third = new Promise((resolve) => workers[2]!.once("message", resolve));
  await pool.run(nothing);
  await third;
});
