/** Lines of a plot are aligned with their scale. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { describeLine, describeScale } from "./text-plot.ts";

const share = fc.double({ min: 0, max: 1, noNaN: true });

describe("describeLine", () => {
  test.prop([share, share, share])(
    "is as wide as the scale, with the mark inside its interval",
    (a, b, c) => {
      const [low, middle, high] = [a, b, c].sort((x, y) => x - y) as [number, number, number];
      const line = describeLine({ chance: 0.1, interval: [low, high], stroke: "-", marks: [["o", middle]] });
      expect(line).toHaveLength(describeScale().length);
      const mark = line.indexOf("o");
      expect(Math.abs(mark / 50 - middle)).toBeLessThanOrEqual(0.0101);
      for (const end of [low, high]) expect("-o").toContain(line[Math.round(end * 50)]);
    },
  );

  it("places 0 %, 50 % and 100 % under their numbers", () => {
    const scale = describeScale();
    for (const [value, text] of [
      [0, "0 %"],
      [0.5, "50 %"],
    ] as const) {
      const line = describeLine({
        chance: 0.2,
        interval: [value, value],
        stroke: "-",
        marks: [["o", value]],
      });
      expect(scale.slice(line.indexOf("o")).startsWith(text)).toBe(true);
      expect(line).toContain(":");
    }
  });
});
