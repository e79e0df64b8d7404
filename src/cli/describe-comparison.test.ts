/** A comparison of heads as text: the right heads are marked, and the recommended command exists. */
import { describe, expect, it } from "vitest";
import type { DatasetComparison, SizedScore } from "../workflow/compare-heads.ts";
import { describeComparison } from "./describe-comparison.ts";

const plain = { bold: (text: string) => text, dim: (text: string) => text };
const scores = { interval: [0.4, 0.8] as const, logLoss: 1.234, trainAccuracy: 1 };
const candidates: SizedScore[] = [
  {
    ...{ ...scores, name: "centroid", parameters: 5770, balancedAccuracy: 0.5 },
    ...{ difference: 0.12, standardError: 0.05, withinOneStandardError: false },
  },
  {
    ...{ ...scores, name: "ridge", parameters: 5770, balancedAccuracy: 0.6 },
    ...{ difference: 0.02, standardError: 0.03, withinOneStandardError: true },
  },
  {
    ...{ ...scores, name: "mlp 64", parameters: 37_578, balancedAccuracy: 0.62 },
    ...{ difference: 0, standardError: 0, withinOneStandardError: true },
  },
];
const comparison: DatasetComparison = {
  ...{
    labels: ["a", "b"],
    recordings: 50,
    chance: 0.1,
    grouping: "speaker",
    folds: 5,
    repeats: 1,
    candidates,
  },
  ...{
    best: "mlp 64",
    simplest: "ridge",
    givenUp: ["mlp 256", "mlp 1024"],
    encoder: "moonshine-tiny",
    layer: 6,
  },
  ...{ pooling: "mean+std", budget: 30, seconds: 29, skipped: [] },
};
const describeLines = (changes: Partial<DatasetComparison> = {}) =>
  describeComparison({ ...comparison, ...changes }, plain);

describe("describeComparison", () => {
  it("has a line of numbers and a line of the plot for each head", () => {
    const lines = describeLines();
    const ridge = lines.filter((line) => line.startsWith("ridge"));
    expect(ridge).toHaveLength(2);
    expect(ridge[0]).toMatch(
      /5,770 +100\.0 % +60\.0 % +40\.0 % to 80\.0 % +1\.23 +2\.0 \+- 3\.0 +simplest within/,
    );
    expect(ridge[1]).toMatch(/^ridge +: +-+o-+ +x$/);
    expect(lines.find((line) => line.startsWith("mlp 64"))).toMatch(/1\.23 +best$/);
  });

  it.each([60, 80, 120])("fits %d columns", (width) => {
    const lines = describeComparison(comparison, { ...plain, width });
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
    expect(lines.find((line) => line.startsWith("ridge"))).toContain("60.0 %");
  });

  it("states the loss of the simplest head, how to use it, and the heads that were not measured", () => {
    const text = describeLines().join("\n");
    expect(text).toContain("The simplest within one standard error of the best: ridge");
    expect(text).toContain("the best, mlp 64, is 2.0 points better (standard error 3.0)");
    expect(text).toContain("`golem train --head ridge --layer 6`");
    expect(text).toContain("No time for mlp 256, mlp 1024 in 30 s");
    expect(text).toContain("no speaker on both sides of a fold");
    expect(describeLines({ simplest: "mlp 64", givenUp: [], layer: "auto" }).join("\n")).toContain(
      "--head mlp",
    );
    expect(describeLines({ givenUp: [] }).join("\n")).not.toContain("No time");
  });
});
