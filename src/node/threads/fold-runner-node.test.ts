/** Folds on all cores give exactly the same numbers as on one thread. */
import { describe, expect, it } from "vitest";
import { makeEmbeddings, testEncoder, testTranscriber } from "../../../test/support/make-embeddings.ts";
import {
  createInlineRunner,
  createProductRunner,
  type FitProblem,
  type FoldRunner,
} from "../../classifier/fold-runner.ts";
import type { Embedding } from "../../embed/embedded-recording.ts";
import { crossValidate } from "../../evaluate/cross-validate.ts";
import { createNodeOnnxRuntime } from "../models/onnx-runtime-node.ts";
import { createOrtMatrixProduct } from "../models/ort-matrix-product.ts";
import { createFoldRunner } from "./fold-runner-node.ts";

const recordings = makeEmbeddings({ classes: 3, shots: 8, seed: 1, separation: [0, 0.5, 0] });
const classes = ["class 0", "class 1", "class 2"];
const problem: FitProblem = {
  embeddings: recordings.map(({ vectors }) => ({ vectors })),
  labels: recordings.map(({ label }) => classes.indexOf(label)),
  classes: 3,
  groups: recordings.map(() => undefined),
  encoderSet: { encoders: [testEncoder] },
  options: { seed: 0, head: "mlp", headOptions: { epochs: 60 } },
};

async function run(runner: FoldRunner, signal?: AbortSignal) {
  const { fitPredict, concurrency } = runner;
  const input = { labels: problem.labels, classes, seed: 0, repeats: 4, fitPredict, concurrency };
  return crossValidate(input, { signal }).finally(() => runner.close());
}

describe("createFoldRunner", () => {
  it("gives the same probabilities, bit for bit", async () => {
    const pool = await createFoldRunner(problem);
    expect(pool.concurrency).toBeGreaterThan(1);
    const there = await run(pool);
    const here = await run(createInlineRunner(problem));
    expect(there.probabilities).toEqual(here.probabilities);
  });

  it("stays on this thread for small problems", async () => {
    expect((await createFoldRunner({ ...problem, options: { seed: 0 } })).concurrency).toBe(1);
  });

  it("pools many views on all cores, including words, with the same probabilities", async () => {
    const embeddings = Array.from({ length: 240 }, (_, i): Embedding => {
      const { vectors } = problem.embeddings[i % problem.embeddings.length]!;
      const text = `${i % 2 ? "pay" : "play"} number ${i}`;
      const decoded = [vectors[0]!.subarray(0, 12), vectors[0]!.subarray(12, 17)];
      return { vectors: Array.from({ length: 12 }, () => vectors[0]!), text, decoded };
    });
    const many: FitProblem = {
      embeddings,
      labels: embeddings.map((_, i) => i % 3),
      classes: 3,
      groups: embeddings.map(() => undefined),
      encoderSet: {
        encoders: Array.from({ length: 12 }, (_, i) => ({ ...testEncoder, id: `test ${i}` })),
        transcriber: testTranscriber,
      },
      options: { seed: 0 },
    };
    const pool = await createFoldRunner(many);
    expect(pool.concurrency).toBeGreaterThan(1);
    const rows = [...embeddings.keys()];
    const train = rows.filter((row) => row % 5 > 0);
    const test = rows.filter((row) => row % 5 === 0);
    const there = await Promise.all([pool.fitPredict(train, test), pool.fitPredict(train, test)]);
    const here = await createInlineRunner(many).fitPredict(train, test);
    expect(there).toEqual([here, here]);
    await pool.close();
  });

  it("multiplies with ONNX Runtime for thousands of recordings, with about the same probabilities", async () => {
    const many = makeEmbeddings({ classes: 3, shots: 3000, seed: 2, separation: [0, 0.1, 0] });
    const large: FitProblem = {
      ...problem,
      embeddings: many.map(({ vectors }) => ({ vectors })),
      labels: many.map(({ label }) => classes.indexOf(label)),
      groups: many.map(() => undefined),
      options: { seed: 0, layer: 1 },
    };
    const product = await createOrtMatrixProduct(createNodeOnnxRuntime({ threads: 2 }));
    const there = createProductRunner(large, product);
    const here = createInlineRunner(large);
    const some = large.embeddings.slice(0, 50);
    const ours = (await there.fit()).computeProbabilities(some);
    expect(ours.data).toBeAllclose((await here.fit()).computeProbabilities(some).data, {
      rtol: 0,
      atol: 1e-3,
    });
    await there.close();
  });

  it("passes on errors of a worker", async () => {
    const wrong = { ...problem, options: { seed: 0, head: "mlp", headOptions: { epochs: -1 } } } as const;
    await expect(run(await createFoldRunner(wrong))).rejects.toMatchObject({ code: "invalid-option" });
  });

  it("can be aborted", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    const long = { ...problem, options: { seed: 0, head: "mlp", headOptions: { epochs: 3000 } } } as const;
    await expect(
      run(await createFoldRunner(long, controller.signal), controller.signal),
    ).rejects.toMatchObject({
      code: "aborted",
    });
  });
});
