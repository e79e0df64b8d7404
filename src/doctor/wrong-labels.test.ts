import { describe, expect, it } from "vitest";
import { createExamination, createExamined } from "../../test/support/examined.ts";
import { createMatrix, type Matrix } from "../math/matrix.ts";
import type { Opinion } from "./examination.ts";
import { checkLabels, findSuspicions } from "./wrong-labels.ts";

const recordings = Array.from({ length: 20 }, (_, i) => createExamined(`${i}`, i % 2 ? "b" : "a"));

/** Probabilities [rows, 2] of classes a and b. */
function createProbabilities(ofB: readonly number[]): Matrix {
  const probabilities = createMatrix(ofB.length, 2);
  for (const [row, share] of ofB.entries()) probabilities.data.set([1 - share, share], 2 * row);
  return probabilities;
}

/** An opinion: the probability of `b` for each recording, in both passes unless the first is given. */
function createOpinion(ofB: readonly number[], first = ofB): Opinion {
  return {
    labels: ["a", "b"],
    rows: ofB.map((_, row) => row),
    probabilities: createProbabilities(ofB),
    firstProbabilities: createProbabilities(first),
  };
}

const sure = recordings.map((_, row): number => (row % 2 ? 0.995 : 0.005));
const suspect = (shares: readonly number[], first?: readonly number[]) =>
  findSuspicions({ recordings }, createOpinion(shares, first));

describe("doubted labels", () => {
  it("are none if predictions agree with labels", () => {
    expect(suspect(sure)).toEqual([]);
    expect(checkLabels(createExamination(recordings))).toEqual([]);
  });

  it("are those of recordings clearly predicted as another class, the most doubtful first", () => {
    const shares = sure.with(4, 0.97).with(9, 0.01).with(2, 0.6);
    expect(suspect(shares)).toEqual([
      { file: "9", label: "b", suggested: "a", confidence: expect.closeTo(0.99) },
      { file: "4", label: "a", suggested: "b", confidence: expect.closeTo(0.97) },
    ]);
  });

  it("must be doubtful in the first pass too", () => {
    const shares = sure.with(4, 0.97);
    expect(suspect(shares)).toHaveLength(1);
    expect(suspect(shares, sure.with(4, 0.6))).toEqual([]);
  });

  it("are none if as many right labels are expected to be as improbable", () => {
    // Of 20 recordings with 8 % for the other class, 1.6 are expected to belong to it.
    const vague = recordings.map((_, row): number => (row % 2 ? 0.92 : 0.08));
    expect(suspect(vague.with(4, 0.92).with(9, 0.08))).toEqual([]);
  });

  it("are at most a few if the classifier has many errors", () => {
    const many = Array.from({ length: 40 }, (_, i) => createExamined(`${i}`, i % 2 ? "b" : "a"));
    const shares = many.map((_, row): number => (row < 24 ? row % 2 : 1 - (row % 2)));
    expect(findSuspicions({ recordings: many }, createOpinion(shares))).toHaveLength(1);
    expect(suspect(shares.slice(14, 34))).toEqual([]);
  });

  it("are at most a few if confidence hardly rises without the doubtful recordings", () => {
    const many = Array.from({ length: 40 }, (_, i) => createExamined(`${i}`, i % 2 ? "b" : "a"));
    const share = (of: number, row: number): number => (row % 2 ? 1 - of : of);
    const doubted = [4, 9, 12, 21];
    const pass = (of: number): number[] =>
      many.map((_, row) => (doubted.includes(row) ? 1 - share(0.005, row) : share(of, row)));
    const count = (first: number, second: number): number =>
      findSuspicions({ recordings: many }, createOpinion(pass(second), pass(first))).length;
    // Expected errors: of the others, 20 % before and 4 % or 16 % after.
    expect(count(0.2, 0.04)).toBe(4);
    expect(count(0.2, 0.16)).toBeLessThanOrEqual(1);
    expect(count(0.02, 0.02)).toBe(4);
  });

  it("are never severe", () => {
    const many = createExamination(recordings, {
      opinion: createOpinion(sure.with(2, 1).with(4, 1).with(9, 0).with(8, 1)),
    });
    expect(checkLabels(many)).toMatchObject([{ kind: "likely-mislabelled", severity: "warning" }]);
  });
});
