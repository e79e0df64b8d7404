/** Mixing origins: synthetic rows are used if real ones are few, and left out if they mislead. */
import { expect, it } from "vitest";
import { createRandom } from "../../core/random.ts";
import { fitClassifier } from "../classifier.ts";
import type { LabelledRows } from "../labelled-rows.ts";
import { isMixed } from "../labelled-rows.ts";
import type { EncoderSetInfo } from "../view.ts";

const dimensions = 8;
const classes = 4;
const encoderSet: EncoderSetInfo = {
  encoders: [
    {
      ...{ id: "made", revision: "1", sha256: {}, sampleRate: 16_000, layers: 1, dimensions },
      ...{ precision: "fp32", recipe: "made" },
    },
  ],
};

/** Rows around a point per class; synthetic ones have the points of other classes if they mislead. */
function makeRows(real: number, synthetic: number, misleads: boolean, seed: number): LabelledRows {
  const random = createRandom(seed);
  const rows = Array.from({ length: classes * (real + synthetic) }, (_, i) => {
    const label = i % classes;
    const isSynthetic = i >= classes * real;
    const place = isSynthetic && misleads ? (label + 1) % classes : label;
    const vector = Float32Array.from({ length: 2 * dimensions }, () => 0.6 * random.normal());
    vector[place]! += 2;
    return { label, isSynthetic, embedding: { vectors: [vector] } };
  });
  return {
    embeddings: rows.map(({ embedding }) => embedding),
    labels: rows.map(({ label }) => label),
    classes,
    groups: rows.map(() => undefined),
    synthetic: rows.map(({ isSynthetic }) => isSynthetic),
  };
}

function score(rows: LabelledRows): number {
  const test = makeRows(50, 0, false, 99);
  const classifier = fitClassifier(rows, encoderSet, { head: "auto", seed: 0 });
  const { data } = classifier.computeProbabilities(test.embeddings);
  const isRight = test.labels.map((label, row) => {
    const own = data.subarray(row * classes, (row + 1) * classes);
    return own[label] === Math.max(...own);
  });
  return isRight.filter(Boolean).length / isRight.length;
}

it("does no harm if synthetic rows mislead, and helps if real ones are few", () => {
  const real = score(makeRows(6, 0, false, 1));
  expect(score(makeRows(6, 20, true, 1))).toBe(real);
  expect(score({ ...makeRows(6, 20, true, 1), synthetic: [] })).toBeLessThan(real - 0.2);
  const few = score(makeRows(1, 0, false, 1));
  expect(score(makeRows(1, 20, false, 1))).toBeGreaterThan(few);
});

it("is mixed only if both kinds are present", () => {
  expect(isMixed({})).toBe(false);
  expect(isMixed({ synthetic: [true, true] })).toBe(false);
  expect(isMixed({ synthetic: [true, false] })).toBe(true);
});
