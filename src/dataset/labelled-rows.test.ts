import { describe, expect, it } from "vitest";
import { readLabelledRows } from "./labelled-rows.ts";
import { parseCsv } from "./table.ts";

const read = async (text: string, labels: "required" | "optional" = "required") =>
  readLabelledRows(await parseCsv(text, "m.csv"), "m.csv", labels);

describe("labelled rows", () => {
  it("have label, speaker or group, and split", async () => {
    const { rows, skipped } = await read(
      "speaker,file_name,label,group,split,other\nada,a.wav, yes ,g1,Train,x\n,b.wav,no,g2,dev,\n,c.wav,no,,,\n,d.wav,no,,TEST,\n",
    );
    expect(rows).toEqual([
      { path: "a.wav", label: "yes", speaker: "ada", split: "train", place: "m.csv, line 2" },
      { path: "b.wav", label: "no", speaker: "g2", split: "validation", place: "m.csv, line 3" },
      { path: "c.wav", label: "no", split: "none", place: "m.csv, line 4" },
      { path: "d.wav", label: "no", split: "test", place: "m.csv, line 5" },
    ]);
    expect(skipped).toEqual([]);
  });

  it("have the same label for every encoding of its accents", async () => {
    const { rows } = await read(
      `file_name,label\na.wav,${"ёж".normalize("NFD")}\nb.wav,${"ёж".normalize("NFC")}\n`,
    );
    expect(rows.map(({ label }) => label)).toEqual(["ёж", "ёж"]);
  });

  it.each(["val", "valid", "validation", "dev", "Validation "])("accept %j as validation", async (word) => {
    expect((await read(`file_name,label,split\na.wav,x,${word}`)).rows[0]?.split).toBe("validation");
  });

  it("refuse another split and name its line", async () => {
    await expect(read("file_name,label,split\na.wav,x,fold1")).rejects.toMatchObject({
      code: "invalid-data",
      message: expect.stringMatching(/line 2.*"fold1"/),
    });
  });

  it("list the existing columns when one is missing", async () => {
    await expect(read("id,kind\na.wav,x")).rejects.toMatchObject({
      code: "invalid-data",
      message: 'm.csv has no column file_name and no column label; found "path", "class".',
    });
  });

  it("without a label are skipped, unless no row has one", async () => {
    const { rows, skipped } = await read("file_name,label\na.wav,x\nb.wav, \n");
    expect(rows).toHaveLength(1);
    expect(skipped).toMatchObject([
      { file: "b.wav", code: "invalid-data", message: expect.stringContaining("line 3") },
    ]);
    await expect(read("file_name,label\na.wav,\nb.wav,\n")).rejects.toThrow(/none of its 2 rows has a label/);
    await expect(read("file_name,label\n")).rejects.toMatchObject({ code: "no-recordings" });
    await expect(read("file_name,label\n,x\n")).rejects.toThrow(/line 2: file_name is empty/);
  });

  it("need no label when labels are optional", async () => {
    expect((await read("file_name\na.wav\n", "optional")).rows).toEqual([
      { path: "a.wav", label: "", split: "none", place: "m.csv, line 2" },
    ]);
  });
});
