/** Workers of a server that die with nothing to do. */
import { readFile } from "node:fs/promises";
import type { Worker } from "node:worker_threads";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { getToneGolem, openToneServer, postSound, type Served, type ToneGolems } from "../support/served.ts";
import { watchWorkers } from "../support/watch-workers.ts";

let tones: ToneGolems;
let tone: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  tones = await getToneGolem();
  tone = new Uint8Array(await readFile(tones.files[0]!));
});

describe("a worker that dies with nothing to do", () => {
  const isReady = async (served: Served) => (await served.fetch("/readyz")).status;

  it("is replaced, with its golems loaded before the server says it is ready", async () => {
    const watch = watchWorkers();
    const served = await openToneServer({ workers: 1 });
    await watch.started[0]!.terminate();
    expect(await isReady(served)).toBe(503);
    expect(await (await served.fetch("/metrics")).text()).toMatch(/^golem_ready 0$/m);
    // What comes meanwhile waits.
    expect((await postSound(served, tone)).status).toBe(200);
    expect(await isReady(served)).toBe(200);
    expect(watch.started).toHaveLength(2);
    expect(served.getLog()).toContainEqual(expect.objectContaining({ code: "encoder-failed" }));
  });

  it("leaves the server ready while there is another", async () => {
    const watch = watchWorkers();
    const served = await openToneServer({ workers: 2 });
    await watch.started[0]!.terminate();
    expect(await isReady(served)).toBe(200);
    expect((await postSound(served, tone)).status).toBe(200);
    const getWorkers = async () =>
      /^golem_workers (\d)$/m.exec(await (await served.fetch("/metrics")).text())?.[1];
    await expect.poll(getWorkers, { timeout: 10_000 }).toBe("2");
  });

  it("again and again is given up, and the server says so", async () => {
    const watch = watchWorkers();
    const served = await openToneServer({ workers: 1 });
    // Those that take its place load the golem, and die.
    const kill = (worker: Worker): void => {
      worker.on("message", ({ id }) => void (id !== undefined && worker.terminate()));
    };
    process.on("worker", kill);
    onTestFinished(() => void process.off("worker", kill));
    await watch.started[0]!.terminate();
    await expect.poll(() => watch.ended).toBe(4);
    expect(await isReady(served)).toBe(503);
    expect((await postSound(served, tone)).status).toBe(500);
    expect(watch.started).toHaveLength(4);
    expect((await served.fetch("/healthz")).status).toBe(200);
  });
});
