/** Distribution functions against SciPy's numbers (scripts/make-metrics-fixture.py). */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bisect, computeIncompleteBeta, computeLogGamma, computeStudentQuantile } from "./distribution.ts";

interface Fixture {
  incompleteBeta: [number, number, number, number][];
  studentQuantile: [number, number, number][];
  logGamma: [number, number][];
}
const fixture = JSON.parse(
  readFileSync(new URL("../../test/fixtures/metrics/distributions.json", import.meta.url), "utf8"),
) as Fixture;

describe("distribution functions against SciPy", () => {
  it("ln gamma", () => {
    const got = fixture.logGamma.map(([x]) => computeLogGamma(x));
    expect(got).toBeAllclose(
      fixture.logGamma.map((row) => row[1]),
      { rtol: 1e-12, atol: 1e-12 },
    );
  });

  it("regularised incomplete beta", () => {
    const got = fixture.incompleteBeta.map(([a, b, x]) => computeIncompleteBeta(a, b, x));
    expect(got).toBeAllclose(
      fixture.incompleteBeta.map((row) => row[3]),
      { rtol: 1e-9, atol: 1e-13 },
    );
  });

  it("Student's t quantile, integer and fractional degrees of freedom", () => {
    const got = fixture.studentQuantile.map(([p, d]) => computeStudentQuantile(p, d));
    expect(got).toBeAllclose(
      fixture.studentQuantile.map((row) => row[2]),
      { rtol: 1e-6 },
    );
  });

  it("bisects an increasing function", () => {
    expect([bisect(0, 10, 2, Math.sqrt)]).toBeAllclose([4], { rtol: 1e-10 });
  });
});
