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

  it("have the same label for any encoding of its accents", async () => {
    const { rows } = await read(
      `file_name,label\na.wav,${"ёж".normalize("NFD")}\nb.wav,${"ёж".normalize("NFC")}\n`,
    );
    expect(rows.map(({ label }) => label)).toEqual(["ёж", "ёж"]);
  });

  it.each(["val", "valid", "validation", "dev", "Validation "])("accept %j as validation", async (word) => {
    expect((await read(`file_name,label,split\na.wav,x,${word}`)).rows[0]?.split).toBe("validation");
  });

  it("reject another split, and name its line", async () => {
    await expect(read("file_name,label,split\na.wav,x,fold1")).rejects.toMatchObject({
      code: "invalid-data",
      message: expect.stringMatching(/line 2.*"fold1"/),
    });
  });

  it("list the existing columns when one is missing", async () => {
    await expect(read("id,kind\na.wav,x")).rejects.toMatchObject({
      code: "invalid-data",
      message: 'm.csv has no column file_name and no column label; found "id", "kind".',
    });
  });

  it.each([
    ["path,class,Speaker ID\na.wav,yes,ada", "ada"],
    ["filename;category;clientId\na.wav;yes;ada", "ada"],
    ["File Name,intent,Subject\na.wav,yes,ada", "ada"],
    ["file_name,label,session\na.wav,yes,s1", "s1"],
    ["file_name,label,source,session\na.wav,yes,fs,s1\nb.wav,no,fs,s2", "s1"],
    ["file_name,label,session,client_id\na.wav,yes,s1,ada\nb.wav,no,s2,bob", "ada"],
  ])("may have other names of columns: %j", async (text, speaker) => {
    const { rows } = await read(text);
    expect(rows[0]).toMatchObject({ path: "a.wav", label: "yes", speaker });
  });

  it("give warnings about several columns of groups, and about a possible one", async () => {
    const several = await read("file_name,label,session,client_id\na.wav,x,s1,ada\nb.wav,y,s2,bob");
    expect(several.warnings[0]?.message).toContain("kept together by client_id, not by session");
    const perhaps = await read("file_name,label,participant\na.wav,x,p1");
    expect(perhaps.warnings[0]?.message).toContain("the column participant, which is not used");
    expect((await read("file_name,label,speaker\na.wav,x,p1")).warnings).toEqual([]);
  });

  it.each([
    ["a line break", '"a\nb"', "m.csv, line 3"],
    ["an escape", "a\u001b[31mb", "m.csv, line 2"],
    ["too many characters", "x".repeat(1025), "m.csv, line 2"],
  ])("reject a label with %s, and name the row", async (_, label, place) => {
    await expect(read(`file_name,label\na.wav,${label}\n`)).rejects.toMatchObject({
      code: "invalid-data",
      message: expect.stringContaining(place),
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
