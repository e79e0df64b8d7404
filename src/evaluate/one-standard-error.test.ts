/** The one-standard-error rule: properties, and comparison with a direct computation and a simulation. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { createRandom } from "../core/random.ts";
import { chooseSimplest, type SimplestInput } from "./one-standard-error.ts";

/** Recordings with a class, a speaker, and how often each of several candidates is right about them. */
const inputs: fc.Arbitrary<SimplestInput & { groups: readonly (string | undefined)[] }> = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 2, max: 30 }))
  .chain(([candidates, recordings]) => {
    const list = <T>(value: fc.Arbitrary<T>) =>
      fc.array(value, { minLength: recordings, maxLength: recordings });
    const right = fc.integer({ min: 0, max: 4 }).map((hits) => hits / 4);
    return fc.record({
      truth: list(fc.integer({ min: 0, max: 3 })),
      groups: list(fc.constantFrom("a", "b", "c", undefined)),
      correctness: fc.array(list(right), { minLength: candidates, maxLength: candidates }),
    });
  });

/** Mean over classes of the mean of the class. */
function computeBalanced(truth: readonly number[], values: readonly number[]): number {
  const classes = [...new Set(truth)];
  const means = classes.map((own) => {
    const ofClass = values.filter((_, i) => truth[i] === own);
    return ofClass.reduce((sum, value) => sum + value, 0) / ofClass.length;
  });
  return means.reduce((sum, mean) => sum + mean, 0) / means.length;
}

describe("chooseSimplest", () => {
  test.prop([inputs])(
    "takes the best, or a simpler one that is at most one standard error worse",
    (input) => {
      const { best, simplest, scores, distances } = chooseSimplest(input);
      const expected = input.correctness.map((right) => computeBalanced(input.truth, right));
      expect(scores).toBeAllclose(expected, { atol: 1e-12 });
      expect(expected[best]!).toBeCloseTo(Math.max(...expected), 10);
      expect(distances[best]).toEqual({ difference: 0, standardError: 0, isClose: true });
      expect(simplest).toBeLessThanOrEqual(best);
      for (const [i, { difference, standardError, isClose }] of distances.entries()) {
        expect(difference).toBeCloseTo(expected[best]! - expected[i]!, 10);
        expect(isClose).toBe(difference <= standardError + 1e-12);
        if (i < simplest) expect(isClose).toBe(false);
      }
      expect(distances[simplest]!.isClose).toBe(true);
    },
  );

  test.prop([inputs])(
    "does not depend on the order of the recordings or on a copy of a candidate",
    (input) => {
      const { correctness, truth, groups } = input;
      const choice = chooseSimplest(input);
      const turned = chooseSimplest({
        truth: truth.toReversed(),
        groups: groups.toReversed(),
        correctness: correctness.map((right) => right.toReversed()),
      });
      expect(turned.simplest).toBe(choice.simplest);
      expect(turned.distances.map(({ standardError }) => standardError)).toBeAllclose(
        choice.distances.map(({ standardError }) => standardError),
        { atol: 1e-9 },
      );
      const twice = chooseSimplest({ ...input, correctness: [...correctness, correctness.at(-1)!] });
      expect(twice.simplest).toBe(choice.simplest);
      expect(twice.best).toBe(choice.best);
    },
  );

  it("has the standard error of a mean of paired differences", () => {
    // One class, so that weights are equal: the textbook s / sqrt(n) of the differences, with n - 1 below.
    const better = [1, 1, 1, 0, 1, 0.5, 1, 1];
    const worse = [1, 0, 0.5, 0.5, 1, 0, 1, 0];
    const differences = better.map((value, i) => value - worse[i]!);
    const mean = differences.reduce((a, b) => a + b) / 8;
    const variance = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 7;
    const { distances } = chooseSimplest({
      truth: better.map(() => 0),
      correctness: [worse, better],
    });
    expect(distances[0]!.difference).toBeCloseTo(mean, 12);
    expect(distances[0]!.standardError).toBeCloseTo(Math.sqrt(variance / 8), 12);
  });

  it("counts speakers, not their recordings, when a speaker's are right or wrong together", () => {
    const truth = Array.from({ length: 40 }, (_, i) => i % 2);
    const groups = truth.map((_, i) => `speaker ${Math.floor(i / 10)}`);
    const best = truth.map(() => 1);
    const other = truth.map((_, i) => (i < 10 ? 0 : 1));
    const alone = chooseSimplest({ truth, correctness: [other, best] }).distances[0]!.standardError;
    const together = chooseSimplest({ truth, groups, correctness: [other, best] }).distances[0]!
      .standardError;
    expect(together / alone).toBeCloseTo(Math.sqrt(13), 5);
  });

  it("states the standard deviation that the difference has over new data", () => {
    const random = createRandom(5);
    const runs = 600;
    const seen = Array.from({ length: runs }, () => {
      const truth = Array.from({ length: 60 }, (_, i) => i % 4);
      // The same recordings are hard for both candidates, so their results are correlated.
      const ease = truth.map(() => random.normal());
      const correctness = [0, 0.4].map((skill) =>
        ease.map((own) => Number(own + 0.5 * random.normal() + skill > 0)),
      );
      const { distances, scores } = chooseSimplest({ truth, correctness });
      const standardError = Math.max(...distances.map((distance) => distance.standardError));
      return { gap: scores[1]! - scores[0]!, variance: standardError ** 2 };
    });
    const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / runs;
    const middle = mean(seen.map(({ gap }) => gap));
    const spread = Math.sqrt(mean(seen.map(({ gap }) => (gap - middle) ** 2)));
    const claimed = Math.sqrt(mean(seen.map(({ variance }) => variance)));
    expect(claimed / spread).toBeGreaterThan(0.9);
    expect(claimed / spread).toBeLessThan(1.1);
    // Without pairing it would be about 0.085.
    expect(spread).toBeLessThan(0.07);
  });
});
