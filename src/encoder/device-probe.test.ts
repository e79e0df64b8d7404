import { describe, expect, it } from "vitest";
import { compareLayers } from "./device-probe.ts";

describe("the difference of two pooled vectors", () => {
  it("is relative to the root mean square of each layer", () => {
    const a = Float32Array.of(3, 4, 3, 4, 300, 400, 300, 400);
    const b = Float32Array.from(a);
    expect(compareLayers(a, b, 2)).toBe(0);
    b[1]! += 0.5;
    b[5]! += 5;
    // Root mean squares 3.54 and 354: 0.141 of the first layer, 0.0141 of the second.
    expect(compareLayers(a, b, 2)).toBeCloseTo(0.5 / Math.sqrt(12.5), 6);
  });

  it("is infinite for NaN, and absolute if a layer is zero", () => {
    expect(compareLayers(Float32Array.of(1, 2), Float32Array.of(1, Number.NaN), 1)).toBe(
      Number.POSITIVE_INFINITY,
    );
    expect(compareLayers(Float32Array.of(0, 0), Float32Array.of(0, 0.25), 1)).toBe(0.25);
  });
});
