import { describe, expect, it } from "vitest";
import { formatVersion } from "../../golem/golem-document.ts";
import { countAnswers, listHeldOut } from "./held-out-answers.ts";

const account = (label: string, outOfFold?: number[]) => ({
  ...{ file: "f", label, fileHash: "", audioHash: "", seconds: 1 },
  ...(outOfFold ? { outOfFold } : {}),
});
const labels = ["a", "b"];

describe("answers to recordings that were held out", () => {
  const recordings = [
    account("a", [0.9, 0.1]),
    account("b", [0.6, 0.4]),
    account("b", [0.3, 0.7]),
    account("a"),
  ];

  it("are right, wrong, or not given below a threshold", () => {
    const answers = listHeldOut({ formatVersion, recordings }, labels);
    expect(answers).toEqual([
      { confidence: 0.9, isRight: true },
      { confidence: 0.6, isRight: false },
      { confidence: 0.7, isRight: true },
    ]);
    const count = (threshold: number) => {
      const { right, wrong, none } = countAnswers(answers, threshold);
      return [right, wrong, none].map((share) => Math.round(3 * share));
    };
    expect([0, 0.65, 0.8, 0.95].map(count)).toEqual([
      [2, 1, 0],
      [2, 0, 1],
      [1, 0, 2],
      [0, 0, 3],
    ]);
  });

  it("are those of the test set where there is one", () => {
    const test = [account("a", [0.8, 0.2])];
    expect(listHeldOut({ formatVersion, recordings, test }, labels)).toHaveLength(1);
  });
});
