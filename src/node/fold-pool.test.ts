/** Folds on all cores give the very numbers that they give on one thread. */
import { describe, expect, it } from "vitest";
import { makeEmbeddings, testEncoder } from "../../test/make-embeddings.ts";
import { crossValidate } from "../evaluate/cross-validate.ts";
import { createInlineRunner, type FitProblem, type FoldRunner } from "../golem/fold-runner.ts";
import { createFoldPool } from "./fold-pool.ts";

const recordings = makeEmbeddings({ classes: 3, shots: 8, seed: 1, separation: [0, 0.5, 0] });
const classes = ["class 0", "class 1", "class 2"];
const problem: FitProblem = {
  vectors: recordings.map(({ vector }) => vector),
  labels: recordings.map(({ label }) => classes.indexOf(label)),
  classes: 3,
  encoder: testEncoder,
  options: { seed: 0, head: "mlp", headOptions: { epochs: 60 } },
};

async function run(runner: FoldRunner, signal?: AbortSignal) {
  const { fitPredict, concurrency } = runner;
  const input = { labels: problem.labels, classes, seed: 0, repeats: 4, fitPredict, concurrency };
  return crossValidate(input, { signal }).finally(() => runner.close());
}

describe("createFoldPool", () => {
  it("gives the same probabilities, bit for bit", async () => {
    const pool = createFoldPool(problem);
    expect(pool.concurrency).toBeGreaterThan(1);
    const there = await run(pool);
    const here = await run(createInlineRunner(problem));
    expect(there.probabilities).toEqual(here.probabilities);
  });

  it("stays on this thread for quick heads", () => {
    expect(createFoldPool({ ...problem, options: { seed: 0 } }).concurrency).toBe(1);
  });

  it("passes on what goes wrong in a worker", async () => {
    const wrong = { ...problem, options: { seed: 0, head: "mlp", headOptions: { epochs: -1 } } } as const;
    await expect(run(createFoldPool(wrong))).rejects.toMatchObject({ code: "invalid-option" });
  });

  it("can be interrupted", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    const long = { ...problem, options: { seed: 0, head: "mlp", headOptions: { epochs: 3000 } } } as const;
    await expect(run(createFoldPool(long, controller.signal), controller.signal)).rejects.toMatchObject({
      code: "aborted",
    });
  });
});
