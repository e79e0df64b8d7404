import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scaleRuns } from "../../test/support/effort.ts";
import { parseCsv, parseJsonLines, type Table } from "./table.ts";

const toObjects = (table: Table): object[] => table.rows.map(({ cells }) => Object.fromEntries(cells));

describe("CSV", () => {
  it("has trimmed, case-insensitive column names, CRLF, quotes and empty lines", async () => {
    const table = await parseCsv(
      '\ufeff File_Name , LABEL,slots\r\n"a b, c.wav",yes,"{""x"": 1}"\r\n\r\nb.wav,"two\nlines",\r\n',
      "m.csv",
    );
    expect(table.columns).toEqual(["File_Name", "LABEL", "slots"]);
    expect(toObjects(table)).toEqual([
      { file_name: "a b, c.wav", label: "yes", slots: '{"x": 1}' },
      { file_name: "b.wav", label: "two\nlines", slots: "" },
    ]);
    expect(table.rows.map(({ line }) => line)).toEqual([2, 5]);
  });

  it.each([";", "\t"])("may be delimited by %j", async (delimiter) => {
    const text = `file_name${delimiter}label\na, b.wav${delimiter}yes\n`;
    expect(toObjects(await parseCsv(text, "m.csv"))).toEqual([{ file_name: "a, b.wav", label: "yes" }]);
  });

  it("may begin with a line that states the delimiter", async () => {
    const table = await parseCsv("\ufeffsep=;\r\nfile_name;label\r\na, b.wav;yes\r\n", "m.csv");
    expect(toObjects(table)).toEqual([{ file_name: "a, b.wav", label: "yes" }]);
    expect(table.rows.map(({ line }) => line)).toEqual([3]);
  });

  it("pads short rows and rejects surplus cells", async () => {
    expect(toObjects(await parseCsv("a,b\n1\n", "m.csv"))).toEqual([{ a: "1", b: "" }]);
    expect(toObjects(await parseCsv("a,b\n1,2,,\n", "m.csv"))).toEqual([{ a: "1", b: "2" }]);
    await expect(parseCsv("a,b\n1,2\nx,y,z\n", "m.csv")).rejects.toMatchObject({
      code: "invalid-data",
      message: "m.csv, line 3: 3 cells; the header has 2.",
    });
  });

  it("names the line of a broken quote", async () => {
    await expect(parseCsv('a,b\n1,2\n3,"4"5\n', "m.csv")).rejects.toMatchObject({
      code: "invalid-data",
      message: expect.stringMatching(/m\.csv is not valid CSV.*line 3/),
    });
    await expect(parseCsv('a,b\n1,"2\n3,4\n', "m.csv")).rejects.toMatchObject({ code: "invalid-data" });
  });

  it("is an error when empty", async () => {
    for (const text of ["", "\n\n"]) {
      await expect(parseCsv(text, "m.csv")).rejects.toMatchObject({ code: "no-recordings" });
    }
  });

  it("reads back any cells quoted according to RFC 4180", async () => {
    const quote = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;
    const cell = fc.string({ unit: "grapheme" }).filter((text) => text.trim() !== "");
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1 }), async (pairs) => {
        const text = ["file_name,label", ...pairs.map((pair) => pair.map(quote).join(","))].join("\r\n");
        const table = await parseCsv(text, "m.csv");
        expect(toObjects(table)).toEqual(pairs.map(([file_name, label]) => ({ file_name, label })));
      }),
      { numRuns: scaleRuns(50) },
    );
  });
});

describe("JSON lines", () => {
  it("contain text, numbers, booleans and null", () => {
    const text =
      '{"file_name":"a.wav","Label":3,"x":{"y":1}}\r\n\r\n{"file_name":"b.wav","Label":true,"speaker":null}';
    const table = parseJsonLines(text, "m.jsonl");
    expect(table.columns).toEqual(["file_name", "Label", "x", "speaker"]);
    expect(toObjects(table)).toEqual([
      { file_name: "a.wav", label: "3" },
      { file_name: "b.wav", label: "true", speaker: "" },
    ]);
    expect(table.rows.map(({ line }) => line)).toEqual([1, 3]);
  });

  it.each([["{"], ["[1]"], ['"a"'], ["null"], ["{} {}"]])("reject %s, and name its line", (line) => {
    expect(() => parseJsonLines(`{"file_name":"a"}\n${line}\n`, "m.jsonl")).toThrow(/m\.jsonl, line 2/);
  });

  it("are an error when empty", () => {
    expect(() => parseJsonLines(" \n", "m.jsonl")).toThrow(/empty/);
  });
});
