/** Fusion of views follows its definition. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { computeLogProbabilities, poolViews } from "./fusion.ts";

const classes = 4;

describe("poolViews", () => {
  it("is a softmax of weighted log-probabilities: rows sum to 1, a single view of weight 1 is unchanged", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -30, max: 30, noNaN: true }), { minLength: 4, maxLength: 4 }),
        (scores) => {
          const view = computeLogProbabilities(scores, classes);
          const { data } = poolViews([view, view], [0.25, 0.75], classes);
          expect(data.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
          for (let k = 0; k < classes; k++) expect(data[k]).toBeCloseTo(Math.exp(view[k]!), 5);
        },
      ),
    );
  });
});
