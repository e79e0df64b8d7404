/** Predicting many files: order, failures, abortion, and readers that stop early. */
import { writeFile } from "node:fs/promises";
import type { Worker } from "node:worker_threads";
import { describe, expect, it, onTestFinished } from "vitest";
import { writeTones } from "../../../test/support/recordings/tone-recordings.ts";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { getCacheFolder } from "../disk/cache-folder.ts";
import type { Golem } from "../golem.ts";
import { train } from "../train.ts";
import { predictFiles } from "./predict-files.ts";

/** A golem that distinguishes low tones from high ones, and files to predict: low, high, low, high ... */
async function prepare(count: number): Promise<{ golem: Golem; files: string[] }> {
  const folder = await createScratchFolder();
  const { dataset, files } = await writeTones(folder, count);
  const recordings = dataset.recordings.slice(0, 8);
  const golem = await train(
    { name: "tones", recordings, warnings: [], skipped: [] },
    { encoder: "mfcc", head: "centroid", repeats: 1, cache: getCacheFolder({ GOLEM_HOME: folder }) },
  );
  return { golem, files };
}

/** Counts running workers. */
function watchWorkers(): { running: number } {
  const watch = { running: 0 };
  const note = (worker: Worker): void => {
    watch.running++;
    worker.on("exit", () => watch.running--);
  };
  process.on("worker", note);
  onTestFinished(() => void process.off("worker", note));
  return watch;
}

describe("predicting files", () => {
  it.each([5, 100])("yields results for %i files in their order, including bad files", async (count) => {
    const { golem, files } = await prepare(Math.max(count, 8));
    const asked = files.slice(0, count);
    await writeFile(asked[2]!, "only text, without any sound in this file");
    const answers = [];
    for await (const answer of predictFiles(golem.model, asked)) answers.push(answer);
    expect(answers.map(({ file }) => file)).toEqual(asked);
    expect(answers[2]!.error).toMatchObject({ code: "not-audio" });
    for (const [n, { prediction }] of answers.entries()) {
      if (n !== 2) expect(prediction?.label).toBe(n % 2 ? "high" : "low");
    }
  });

  it.each([6, 100])("leaves no workers when its reader stops or aborts (%i files)", async (count) => {
    const { golem, files } = await prepare(Math.max(count, 8));
    const watch = watchWorkers();
    for await (const { prediction } of predictFiles(golem.model, files.slice(0, count))) {
      expect(prediction?.label).toBe("low");
      break;
    }
    expect(watch.running).toBe(0);
    const controller = new AbortController();
    const read = async () => {
      for await (const _ of predictFiles(golem.model, files.slice(0, count), {
        signal: controller.signal,
      })) {
        controller.abort();
      }
    };
    await expect(read()).rejects.toMatchObject({ code: "aborted" });
    expect(watch.running).toBe(0);
  });
});
