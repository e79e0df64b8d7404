/** Distribution of folds over workers, with workers simulated on this thread. */
import { expect, it } from "vitest";
import { makeEmbeddings, testEncoder } from "../../test/support/make-embeddings.ts";
import {
  createCandidateRunner,
  createFoldRunner,
  createInlineRunner,
  type FitProblem,
  type FoldEnvironment,
  type FoldTask,
  fitPredictRows,
} from "./fold-runner.ts";

const recordings = makeEmbeddings({ classes: 2, shots: 6, seed: 1, separation: [0, 1, 0] });
const problem: FitProblem = {
  embeddings: recordings.map(({ vectors }) => ({ vectors })),
  labels: recordings.map(({ label }) => Number(label === "class 1")),
  classes: 2,
  groups: recordings.map(() => undefined),
  encoderSet: { encoders: [testEncoder] },
  options: { seed: 0, layer: 1, head: "centroid" },
};
const slow: FitProblem = { ...problem, options: { seed: 0, head: "mlp", headOptions: { epochs: 3 } } };
const test = [0, 7];
const train = recordings.map((_, row) => row).filter((row) => !test.includes(row));

/** An environment whose workers accept `ahead` folds each, and answer after `release`. */
function simulateWorkers(options: Partial<FoldEnvironment> = {}) {
  const given: FoldTask[] = [];
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const environment: FoldEnvironment = {
    ...{ workers: 2, ahead: 2, candidatesAhead: 1, keepsWorkers: false, takeTurn: async () => {} },
    openWorkers: (opened, ahead) => ({
      getRoom: () => 2 * ahead - given.length,
      async run(fold) {
        given.push(fold);
        await held;
        return fitPredictRows(opened, fold.train, fold.test, fold.options);
      },
      close: async () => {},
    }),
    ...options,
  };
  return { environment, given, release };
}

it("gives slow folds to workers until they are full and runs the others itself, with equal results", async () => {
  const { environment, given, release } = simulateWorkers();
  const runner = createFoldRunner(slow, environment);
  expect(runner.concurrency).toBe(5);
  const folds = Array.from({ length: 6 }, () => runner.fitPredict(train, test));
  const own = await folds[5];
  expect(given).toHaveLength(4);
  release();
  const expected = await createInlineRunner(slow).fitPredict(train, test);
  expect(await Promise.all(folds)).toEqual(Array.from({ length: 6 }, () => expected));
  expect(own).toEqual(expected);
});

it("starts no workers for fast folds, unless they are kept", () => {
  expect(createFoldRunner(problem, simulateWorkers().environment).concurrency).toBe(1);
  expect(createFoldRunner(slow, simulateWorkers({ workers: 0 }).environment).concurrency).toBe(1);
  expect(createFoldRunner(problem, simulateWorkers({ keepsWorkers: true }).environment).concurrency).toBe(5);
});

it("compares candidates on workers, each with its own options", async () => {
  const { environment, given, release } = simulateWorkers();
  const runner = createCandidateRunner(problem, environment);
  expect(runner.concurrency).toBe(3);
  release();
  const options = { ...problem.options, head: "ridge" } as const;
  const found = await runner.fitPredict(options, train, test);
  expect(given).toEqual([{ train, test, options }]);
  expect(found).toEqual(fitPredictRows(problem, train, test, options));
  const alone = createCandidateRunner(problem, simulateWorkers({ workers: 0 }).environment);
  expect(await alone.fitPredict(options, train, test)).toEqual(found);
});
