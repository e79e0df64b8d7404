/** Segments: names, overlaps, gaps. */
import { expect, it } from "vitest";
import {
  cutGaps,
  getSegmentFile,
  type LabelledSegment,
  nameSegment,
  separateOverlaps,
  widen,
} from "./segment.ts";

const place = (start: number, end: number, label: string, file = "day.wav"): LabelledSegment => ({
  ...{ file, label, split: "none" },
  segment: { start, end },
});

it("names segments by their times, and gets the file from the name", () => {
  expect(nameSegment("a/day.wav", { start: 12.3, end: 14.5004 })).toBe("a/day.wav#t=12.3,14.5");
  expect(getSegmentFile("a/day.wav#t=12.3,14.5")).toBe("a/day.wav");
  expect(getSegmentFile("a#t=b.wav")).toBe("a#t=b.wav");
});

it("leaves out segments half covered by another label, and keeps those that overlap less", () => {
  const { kept, skipped } = separateOverlaps([
    place(0, 10, "rain"),
    place(2, 4, "dog"),
    place(9, 12, "cat"),
    place(20, 22, "dog"),
    place(21, 23, "dog"),
    place(21, 23, "cat", "other.wav"),
  ]);
  expect(kept.map(({ segment, label }) => `${label} ${segment.start}`)).toEqual([
    ...["rain 0", "cat 9", "dog 20", "dog 21", "cat 21"],
  ]);
  expect(skipped).toEqual([expect.objectContaining({ file: "day.wav#t=2,4", code: "overlapping-labels" })]);
  expect(skipped[0]!.message).toContain("dog overlaps rain, from 0.00 to 10.00 s");
});

it("takes background only between annotations, away from their ends, and no more than the largest class", () => {
  const annotated = [place(10, 11, "dog"), place(20, 21, "dog"), place(40, 41, "cat")];
  const gaps = cutGaps(annotated);
  expect(gaps).toHaveLength(2);
  for (const { segment, label } of gaps) {
    expect(label).toBe("_background");
    expect(segment.end - segment.start).toBe(1);
    for (const { segment: other } of annotated)
      expect(segment.end <= other.start - 0.25 || segment.start >= other.end + 0.25).toBe(true);
    expect(segment.start).toBeGreaterThan(11);
    expect(segment.end).toBeLessThan(40);
  }
  expect(cutGaps([...annotated, place(50, 60, "_background")])).toEqual([]);
  expect(cutGaps([])).toEqual([]);
});

it("adds context, but not before the start of the recording", () => {
  expect(widen({ start: 0.2, end: 1 }, 0.5)).toEqual({ start: 0, end: 1.5 });
});
