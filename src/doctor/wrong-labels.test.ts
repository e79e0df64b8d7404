import { describe, expect, it } from "vitest";
import { createExamination, createExamined } from "../../test/support/examined.ts";
import { createMatrix } from "../math/matrix.ts";
import type { Opinion } from "./examination.ts";
import { checkLabels, findSuspicions } from "./wrong-labels.ts";

const recordings = Array.from({ length: 20 }, (_, i) => createExamined(`${i}`, i % 2 ? "b" : "a"));

/** An opinion: the probability of `b` for each recording. */
function createOpinion(ofB: readonly number[], rest: Partial<Opinion> = {}): Opinion {
  const probabilities = createMatrix(ofB.length, 2);
  for (const [row, share] of ofB.entries()) probabilities.data.set([1 - share, share], 2 * row);
  return {
    labels: ["a", "b"],
    rows: ofB.map((_, row) => row),
    probabilities,
    trusted: ofB.map((share, row) => share > 0.5 === (row % 2 === 1)),
    firstGuesses: ofB.map((share) => (share > 0.5 ? 1 : 0)),
    ...rest,
  };
}

const sure = recordings.map((_, row): number => (row % 2 ? 0.9 : 0.1));
const suspect = (shares: readonly number[], rest: Partial<Opinion> = {}) =>
  findSuspicions({ recordings }, createOpinion(shares, rest));

describe("doubted labels", () => {
  it("are none where the opinion agrees", () => {
    expect(suspect(sure)).toEqual([]);
    expect(checkLabels(createExamination(recordings))).toEqual([]);
  });

  it("are those taken for another class about as surely as its own recordings are, worst first", () => {
    const shares = sure.with(4, 0.8).with(9, 0.05).with(2, 0.52);
    expect(suspect(shares)).toEqual([
      { file: "9", label: "b", suggested: "a", confidence: expect.closeTo(0.95) },
      { file: "4", label: "a", suggested: "b", confidence: expect.closeTo(0.8) },
    ]);
  });

  it("need both looks where the first erred often", () => {
    const shares = sure.with(4, 0.8);
    const erring = recordings.map((_, row) => (row < 14 ? 0 : row % 2));
    expect(suspect(shares, { firstGuesses: erring })).toEqual([]);
    expect(suspect(shares, { firstGuesses: erring.with(4, 1) })).toHaveLength(1);
  });

  it("need the neighbours in small classes", () => {
    const few = recordings.slice(0, 6);
    const place = (values: number[]) => createMatrix(6, 1, Float32Array.from(values));
    const opinion = createOpinion(sure.slice(0, 6).with(0, 0.9));
    const near = { recordings: few, likeness: place([10, 11, 0, 12, 1, 13]) };
    const far = { recordings: few, likeness: place([0.5, 11, 0, 12, 1, 13]) };
    expect(findSuspicions(near, opinion)).toMatchObject([{ file: "0" }]);
    expect(findSuspicions(far, opinion)).toEqual([]);
  });

  it("are severe where they are many and the witness is good", () => {
    const many = createExamination(recordings, {
      opinion: createOpinion(sure.with(2, 0.9).with(4, 0.9).with(9, 0)),
    });
    expect(checkLabels(many)).toMatchObject([
      { kind: "likely-mislabelled", severity: "severe", files: ["9", "2", "4"] },
    ]);
    const one = createExamination(recordings, { opinion: createOpinion(sure.with(2, 0.9)) });
    expect(checkLabels(one)).toMatchObject([{ severity: "warning", files: ["2"] }]);
  });
});
