/** The threshold for unknown rejects the stated share of recordings like those it was derived from. */
import { describe, expect, it } from "vitest";
import { createRandom } from "../../core/random.ts";
import { computeRejectionThreshold } from "./fit-familiarity.ts";

describe("computeRejectionThreshold", () => {
  it.each([10, 15, 19, 40, 120])(
    "rejects about one in twenty new scores on average, and not more (%i scores)",
    (count) => {
      let rejected = 0;
      const draws = 4000;
      for (let draw = 0; draw < draws; draw++) {
        const random = createRandom(draw, count);
        const scores = Array.from({ length: count }, () => random.normal());
        const threshold = computeRejectionThreshold(scores);
        for (let i = 0; i < 25; i++) if (random.normal() < threshold) rejected++;
      }
      const rate = rejected / draws / 25;
      expect(rate).toBeLessThan(0.055);
      expect(rate).toBeGreaterThan(0.02);
    },
  );

  it("is one of the scores if there are enough of them, otherwise not above the lowest", () => {
    const scores = Array.from({ length: 39 }, (_, i) => 39 - i);
    expect(computeRejectionThreshold(scores)).toBe(2);
    expect(computeRejectionThreshold([5, 5, 5])).toBe(5);
    expect(computeRejectionThreshold([1, 2, 3])).toBeLessThan(1);
    expect(computeRejectionThreshold([1])).toBe(Number.NEGATIVE_INFINITY);
  });
});
