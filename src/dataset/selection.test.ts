import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import type { Split } from "./dataset.ts";
import { drawShots, limitRecordings, splitFirstRows } from "./selection.ts";

const rows = (count: number, split: Split = "none") =>
  Array.from({ length: count }, (_, i) => ({ id: `${split}${i}`, label: `class ${i % 4}`, split }));

const row = fc.record({
  id: fc.uuid(),
  label: fc.constantFrom("a", "b", "c"),
  split: fc.constantFrom<Split>("train", "validation", "test", "none"),
});

describe("limitRecordings", () => {
  it("returns the first rows", () => {
    expect(limitRecordings([1, 2, 3], 2)).toEqual([1, 2]);
    expect(limitRecordings([1, 2, 3], 5)).toEqual([1, 2, 3]);
  });

  it.each([0, -1, 1.5, Number.NaN])("refuses %d", (count) => {
    expect(() => limitRecordings([1], count)).toThrow(/--limit is .*at least 1/);
    expect(() => drawShots(rows(4), count, 0)).toThrow(/--shots is .*at least 1/);
  });
});

describe("drawShots", () => {
  test.prop([fc.array(row), fc.integer({ min: 1, max: 5 }), fc.nat()])(
    "draws the requested number per class, from the right split, in order, and keeps the test rows",
    (all, shots, seed) => {
      const drawn = drawShots(all, shots, seed);
      expect(drawn).toEqual(all.filter((one) => drawn.includes(one)));
      expect(drawn.filter(({ split }) => split === "test")).toEqual(
        all.filter(({ split }) => split === "test"),
      );
      const named = all.some(({ split }) => split === "train");
      const pool = all.filter(({ split }) => (named ? split === "train" : split !== "test"));
      for (const label of ["a", "b", "c"]) {
        const available = pool.filter((one) => one.label === label).length;
        const got = drawn.filter((one) => one.label === label && one.split !== "test");
        expect(got).toHaveLength(Math.min(shots, available));
        expect(got.every((one) => pool.includes(one))).toBe(true);
      }
      expect(drawShots(all, shots, seed)).toEqual(drawn);
    },
  );

  it("differs with the seed and draws every recording equally often", () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 400; seed++) {
      for (const { id } of drawShots(rows(40), 3, seed)) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    // Each of the 10 recordings of a class is drawn with probability 0.3: mean 120, standard deviation 9.2;
    // the bound is six of these.
    for (const { id } of rows(40)) expect(Math.abs((counts.get(id) ?? 0) - 120)).toBeLessThan(55);
  });
});

const createRows = (labels: string) =>
  [...labels].map((label, row) => ({ label, split: "none" as const, file: String(row) }));
const getTrained = (labels: string, count: number): string =>
  splitFirstRows(createRows(labels), count)
    .filter(({ split }) => (split as string) === "train")
    .map(({ file }) => file)
    .join("");

describe("splitFirstRows", () => {
  it("takes the first rows when they contain every class", () => {
    expect(getTrained("abcabcab", 4)).toBe("0123");
  });

  it("replaces the last row of the largest class by the first row of a missing class", () => {
    expect(getTrained("aaabaac", 4)).toBe("0136");
  });

  it("rejects counts that leave no test rows or a class without training rows", () => {
    for (const count of [2, 7, 3.5]) {
      expect(() => splitFirstRows(createRows("abcabca"), count)).toThrow(/from 3 to 6/);
    }
  });

  test.prop([fc.array(fc.constantFrom("a", "b", "c", "d"), { minLength: 6, maxLength: 40 }), fc.nat()])(
    "always selects the requested number of rows and every class",
    (labels, draw) => {
      const classes = new Set(labels).size;
      const count = classes + (draw % (labels.length - classes));
      const rows = splitFirstRows(createRows(labels.join("")), count);
      const trained = rows.filter(({ split }) => (split as string) === "train");
      expect(trained).toHaveLength(count);
      expect(new Set(trained.map(({ label }) => label)).size).toBe(classes);
      expect(rows.map(({ file }) => file)).toEqual(labels.map((_, row) => String(row)));
    },
  );
});
