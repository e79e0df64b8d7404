/** The split by first rows: so many rows, every class among them, nothing else moved. */
import { fc, test } from "@fast-check/vitest";
import { expect, it } from "vitest";
import { splitFirstRows } from "./first-rows.ts";

const createRows = (labels: string) =>
  [...labels].map((label, row) => ({ label, split: "none" as const, file: String(row) }));
const getTrained = (labels: string, count: number): string =>
  splitFirstRows(createRows(labels), count)
    .filter(({ split }) => (split as string) === "train")
    .map(({ file }) => file)
    .join("");

it("takes the first rows where they hold every class", () => {
  expect(getTrained("abcabcab", 4)).toBe("0123");
});

it("lets the first row of a missing class replace the last of the largest", () => {
  expect(getTrained("aaabaac", 4)).toBe("0136");
});

it("refuses counts that leave nothing to test on or a class without a row", () => {
  for (const count of [2, 7, 3.5]) {
    expect(() => splitFirstRows(createRows("abcabca"), count)).toThrow(/from 3 to 6/);
  }
});

test.prop([fc.array(fc.constantFrom("a", "b", "c", "d"), { minLength: 6, maxLength: 40 }), fc.nat()])(
  "always has the count asked for and every class",
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
