/** A comparison of encoders as text: order, marks, and a command that exists. */
import { expect, it } from "vitest";
import type { EncoderComparison } from "../workflow/compare-encoders.ts";
import { describeEncoderComparison } from "./describe-encoder-comparison.ts";

const plain = { bold: (text: string) => text, dim: (text: string) => text };
const interval = [0.4, 0.8] as const;
const comparison: EncoderComparison = {
  ...{ labels: ["a", "b"], recordings: 50, chance: 0.5, grouping: "speaker", folds: 5, repeats: 1 },
  candidates: [
    {
      ...{ name: "auto", weights: 14_000_000, balancedAccuracy: 0.6, interval, logLoss: 1 },
      ...{ difference: 0.02, standardError: 0.03, withinOneStandardError: true },
    },
    {
      ...{ name: "moonshine-base", weights: 38_000_000, balancedAccuracy: 0.62, interval, logLoss: 0.9 },
      ...{ difference: 0, standardError: 0, withinOneStandardError: true },
    },
  ],
  ...{ best: "moonshine-base", simplest: "auto", skipped: [] },
};

it("marks the best, and the smallest that is not clearly worse", () => {
  const lines = describeEncoderComparison(comparison, plain);
  expect(lines.find((line) => line.startsWith("auto"))).toMatch(
    /14\.0 million +60\.0 % .* 2\.0 \+- 3\.0 +smallest within one standard error$/,
  );
  expect(lines.find((line) => line.startsWith("moonshine-base"))).toMatch(/ best$/);
  expect(lines.join("\n")).toContain("2.0 points better (standard error 3.0), a difference within chance");
  expect(lines.at(-1)).toContain("golem train --encoder auto");
});

it("recommends the best if no smaller one is within one standard error", () => {
  const lines = describeEncoderComparison({ ...comparison, simplest: "moonshine-base" }, plain);
  expect(lines.at(-1)).toContain("golem train --encoder moonshine-base");
  expect(lines.join("\n")).toContain("no smaller one is within one standard error");
});
