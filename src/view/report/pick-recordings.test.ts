/**
 * The order of recordings: misclassified ones, worst first, then doubtful labels, then those in the doctor's
 * findings.
 */
import { expect, it } from "vitest";
import { pickRecordings, rankRecordings } from "./pick-recordings.ts";
import type { ReportRecording } from "./report-data.ts";

function make(file: string, own: number, fields: Partial<ReportRecording> = {}): ReportRecording {
  const answer = own > 0.5 ? "a" : "b";
  return {
    ...{ file, label: "a", isTrained: false, isScored: true, seconds: 1 },
    answers: [{ label: answer, share: 1 }],
    scores: [
      { label: answer, share: Math.max(own, 1 - own) },
      { label: answer === "a" ? "b" : "a", share: Math.min(own, 1 - own) },
    ],
    ...fields,
  };
}

const training = { isTrained: true, isScored: false };
const recordings = [
  make("right", 0.9),
  make("wrong", 0.3),
  make("very wrong", 0.01),
  make("doubtful", 0.2, training),
  make("torn", 0.2, {
    ...training,
    answers: [
      { label: "b", share: 0.6 },
      { label: "a", share: 0.4 },
    ],
  }),
  make("clipped", 0.95, training),
  make("never held out", 0, { ...training, answers: [], scores: [] }),
];
const name = (index: number) => recordings[index]!.file;

it("ranks", () => {
  expect(rankRecordings(recordings).map(name)).toEqual([
    ...["very wrong", "wrong", "doubtful", "torn", "right", "clipped", "never held out"],
  ]);
});

it("picks the worst of the score, and labels that nothing supports or the doctor doubts", () => {
  const finding = {
    kind: "clipped",
    severity: "warning",
    files: ["clipped"],
    message: "",
    advice: "",
  } as const;
  const { worst, doubtful, reported } = pickRecordings(recordings, [finding]);
  expect(worst.map(name)).toEqual(["very wrong", "wrong"]);
  expect(doubtful.map(name)).toEqual(["doubtful"]);
  expect(reported.map(name)).toEqual(["clipped"]);
  expect(pickRecordings(recordings, [{ ...finding, severity: "note" }]).reported).toEqual([]);
  const doubt = { ...finding, kind: "likely-mislabelled", files: ["torn"] };
  expect(pickRecordings(recordings, [doubt]).doubtful.map(name)).toEqual(["doubtful", "torn"]);
});
