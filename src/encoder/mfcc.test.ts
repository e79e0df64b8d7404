/** mfcc frames compared with an independent implementation (scripts/make-mfcc-fixture.py). */
import { expect, it } from "vitest";
import fixture from "../../test/fixtures/mfcc.json" with { type: "json" };
import { computeMfccFrames } from "./mfcc.ts";

it("computes the frames that numpy and scipy compute", () => {
  const samples = Float32Array.from(fixture.samplesTimes32768, (value) => value / 32_768);
  expect(computeMfccFrames(samples)).toBeAllclose(fixture.frames, { rtol: 1e-4, atol: 1e-4 });
});
