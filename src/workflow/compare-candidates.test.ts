/**
 * Compares heads on synthetic embeddings: scores equal those of cross-validation, and the time limit is
 * respected.
 */
import { describe, expect, it } from "vitest";
import { makeEmbeddings, testEncoder } from "../../test/support/make-embeddings.ts";
import { type HeadCandidate, listHeadCandidates } from "../classifier/choosing/head-candidates.ts";
import { createFitProblem } from "../classifier/fit-problem.ts";
import { fitPredictRows } from "../classifier/fold-runner.ts";
import { createRandom, shuffle } from "../core/random.ts";
import type { EmbeddedRecording } from "../embed/embedded-recording.ts";
import { crossValidate } from "../evaluate/cross-validate.ts";
import { computeEvaluation } from "../evaluate/evaluate.ts";
import { compareCandidates, type HeadComparisonInput } from "./compare-candidates.ts";

const quick: readonly HeadCandidate[] = [
  { name: "centroid", options: { head: "centroid", layer: "auto" } },
  { name: "fusion", options: {} },
  { name: "mlp 4", options: { head: "mlp", layer: 1, headOptions: { hidden: [4], epochs: 20 } } },
];

/** A comparison in which every fit takes one second of a simulated clock. */
function prepare(
  recordings: readonly EmbeddedRecording[],
  options: Partial<HeadComparisonInput> = {},
): HeadComparisonInput {
  const { problem, labels } = createFitProblem(recordings, { encoders: [testEncoder] }, { seed: 0 });
  let seconds = 0;
  const fitPredict: HeadComparisonInput["runner"]["fitPredict"] = (own, train, test) => {
    seconds++;
    return fitPredictRows(problem, train, test, own);
  };
  return {
    ...{ problem, labels, candidates: quick, budget: 1000, repeats: 3, getElapsed: () => seconds },
    runner: { concurrency: 2, fitPredict, close: async () => {} },
    ...options,
  };
}

const recordings = makeEmbeddings({
  ...{ classes: 4, shots: 6, seed: 3, separation: [0, 0.3, 0.1], speakers: 6 },
});

describe("compareCandidates", () => {
  it("scores each candidate as cross-validation would, on the same folds", async () => {
    const input = prepare(recordings);
    const { problem, labels } = input;
    const comparison = await compareCandidates(input);
    expect(comparison).toMatchObject({ recordings: 24, chance: 0.25, grouping: "speaker", repeats: 1 });
    expect(comparison.candidates.map(({ name }) => name)).toEqual(["centroid", "fusion", "mlp 4"]);
    for (const [i, { options }] of quick.entries()) {
      const validation = await crossValidate({
        ...{ labels: problem.labels, classes: labels, groups: problem.groups, seed: 0, repeats: 3 },
        fitPredict: (train, test) => fitPredictRows(problem, train, test, { seed: 0, ...options }),
      });
      const { balancedAccuracy, interval, logLoss } = computeEvaluation({
        ...{ protocol: "cross-validation", labels, truth: problem.labels, groups: problem.groups },
        ...{
          probabilities: validation.probabilities,
          k: validation.k,
          growth: validation.growth,
          grouping: "speaker",
          trainAccuracy: 1,
        },
      });
      const score = comparison.candidates[i]!;
      expect([score.balancedAccuracy, score.logLoss, ...score.interval]).toBeAllclose(
        [balancedAccuracy, logLoss, ...interval],
        { atol: 1e-9 },
      );
    }
    const { candidates, best, simplest } = comparison;
    const find = (name: string) => candidates.findIndex((candidate) => candidate.name === name);
    expect(find(simplest)).toBeLessThanOrEqual(find(best));
    expect(candidates[find(simplest)]!.withinOneStandardError).toBe(true);
    expect(candidates[find(best)]!.difference).toBe(0);
  });

  it("drops repeats first, then the most flexible candidates, never the first", async () => {
    // With five folds, a repeat of all three candidates takes 15 seconds.
    const alone = makeEmbeddings({ classes: 4, shots: 6, seed: 3, separation: [0, 0.3, 0.1] });
    const run = async (budget: number) => {
      const { repeats, givenUp, candidates } = await compareCandidates(prepare(alone, { budget }));
      return { repeats, givenUp, measured: candidates.length };
    };
    expect(await run(50)).toEqual({ repeats: 3, givenUp: [], measured: 3 });
    expect(await run(32)).toEqual({ repeats: 2, givenUp: [], measured: 3 });
    expect(await run(20)).toEqual({ repeats: 1, givenUp: [], measured: 3 });
    expect(await run(12)).toEqual({ repeats: 1, givenUp: ["mlp 4"], measured: 2 });
    expect(await run(1)).toEqual({ repeats: 1, givenUp: ["fusion", "mlp 4"], measured: 1 });
  });

  it("shows over-fitting to random labels: full training accuracy, chance on held-out recordings", async () => {
    const made = makeEmbeddings({ classes: 2, shots: 20, seed: 1, separation: [1, 1, 1] });
    const scores = [];
    for (let seed = 0; seed < 6; seed++) {
      const labels = shuffle(
        made.map(({ label }) => label),
        createRandom(seed, 9),
      );
      const shuffled = made.map((recording, i) => ({ ...recording, label: labels[i]! }));
      const { candidates } = await compareCandidates(
        prepare(shuffled, {
          repeats: 1,
          candidates: [{ name: "linear", options: { head: "logistic", layer: 0 } }],
        }),
      );
      expect(candidates[0]!.trainAccuracy).toBeGreaterThan(0.8);
      scores.push(candidates[0]!.balancedAccuracy);
    }
    const mean = scores.reduce((a, b) => a + b) / scores.length;
    expect(mean).toBeGreaterThan(0.3);
    expect(mean).toBeLessThan(0.7);
  });

  it("reports progress, and stops when aborted", async () => {
    const seen: number[] = [];
    await compareCandidates(prepare(recordings, { budget: 20 }), {
      onProgress: ({ completed, total }) => {
        expect(total).toBe(200);
        seen.push(completed);
      },
    });
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(200);
    const controller = new AbortController();
    const stopped = compareCandidates(prepare(recordings), {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ code: "aborted" });
  });
});

describe("listHeadCandidates", () => {
  it("orders candidates from nearest means to wide networks", () => {
    const names = listHeadCandidates("last").map(({ name }) => name);
    expect(names.slice(0, 5)).toEqual(["centroid", "ridge", "logistic", "linear", "fusion"]);
    expect(names.slice(5)).toEqual(["mlp 4", "mlp 16", "mlp 64", "mlp 256", "mlp 1024"]);
  });
});
