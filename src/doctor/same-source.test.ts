import { describe, expect, it } from "vitest";
import { checkAlikeClasses } from "./alike-labels.ts";
import type { Examination, ExaminedRecording } from "./examination.ts";
import { checkSameSource } from "./same-source.ts";

type Row = Pick<ExaminedRecording, "label" | "split"> & { readonly source?: string };

const examine = (rows: readonly Row[]): Examination => ({
  recordings: rows.map((row, i) => ({ ...row, file: `${i}.wav`, facts: {} as ExaminedRecording["facts"] })),
  skipped: [],
  seed: 0,
});

const pieces = (label: string, source: string, split: Row["split"] = "none"): Row[] =>
  Array.from({ length: 3 }, () => ({ label, source, split }));

describe("pieces of one source", () => {
  it("are a warning if folds keep them together", () => {
    const rows = ["dog", "rain"].flatMap((label) => [
      ...pieces(label, `${label}0`),
      ...pieces(label, `${label}1`),
    ]);
    const [fault, ...others] = checkSameSource(examine(rows));
    expect(others).toEqual([]);
    expect(fault).toMatchObject({
      kind: "same-source",
      severity: "warning",
      reason: { code: "pieces-together", sources: 4 },
    });
    expect(fault?.groups?.[0]).toEqual(["0.wav", "1.wav", "2.wav"]);
  });

  it("are severe if a class has one source, or they are on both sides of a split", () => {
    const alone = checkSameSource(
      examine([...pieces("dog", "a"), ...pieces("rain", "b"), ...pieces("rain", "c")]),
    );
    expect(alone).toMatchObject([
      {
        severity: "severe",
        reason: { code: "pieces-mixed" },
        details: { obstacle: expect.stringContaining("one source") },
      },
    ]);
    const split = [...pieces("dog", "a", "train"), ...pieces("dog", "a", "test")];
    expect(checkSameSource(examine(split))).toMatchObject([
      { severity: "severe", reason: { code: "pieces-other-side" } },
    ]);
  });
});

it("gives severe findings for alike labels that look the same, else warnings", () => {
  const rows = (...labels: string[]): Row[] => labels.map((label) => ({ label, split: "none" }));
  expect(checkAlikeClasses(examine(rows("a", "a", "a\u200b", "b")))).toMatchObject([
    { kind: "alike-labels", severity: "severe", files: ["2.wav"] },
  ]);
  expect(checkAlikeClasses(examine(rows("a", "a", "A", "b")))).toMatchObject([
    { severity: "warning", reason: { code: "labels-differ-by-case", count: 1 } },
  ]);
});
