import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatCsvRow } from "./csv-row.ts";

describe("a row of CSV", () => {
  it("is read back unchanged, whatever its cells contain", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme" }), { minLength: 2, maxLength: 5 }), (cells) => {
        expect(
          parse(`${formatCsvRow(cells)}\n`, { relax_column_count: true, record_delimiter: "\n" }),
        ).toEqual([cells]);
      }),
    );
    expect(formatCsvRow(["a", 'say "hi"', "1,5", "two\nlines"])).toBe('a,"say ""hi""","1,5","two\nlines"');
  });
});
