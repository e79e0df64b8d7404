import { describe, expect, it } from "vitest";
import { type FoundFile, nameOriginal, understandFiles } from "./found-files.ts";

const file = (path: string, text = ""): FoundFile => ({
  path,
  read: async () => new TextEncoder().encode(text),
});

describe("a heap of files", () => {
  it.each([
    ["folders of classes", ["yes/a.wav", "no/b.mp3"]],
    ["in a folder", ["mine/yes/a.wav", "mine/no/b.mp3", "mine/.DS_Store", "mine/no/notes.txt"]],
  ])("is understood as classes: %s", async (_, paths) => {
    const found = await understandFiles(
      paths.map((path) => file(path)),
      "dropped",
    );
    expect(found).toMatchObject({
      kind: "recordings",
      recordings: [
        { label: "yes", extension: "wav" },
        { label: "no", extension: "mp3" },
      ],
    });
  });

  it("keeps a single folder of recordings as a class", async () => {
    const found = await understandFiles([file("yes/a.wav"), file("yes/b.wav")], "dropped");
    expect(found).toMatchObject({ name: "dropped", recordings: [{ label: "yes" }, { label: "yes" }] });
  });

  it("knows splits, and leaves loose recordings without a label", async () => {
    const split = await understandFiles([file("d/train/yes/a.wav"), file("d/test/no/b.wav")], "dropped");
    expect(split).toMatchObject({
      recordings: [
        { label: "yes", split: "train" },
        { label: "no", split: "test" },
      ],
    });
    const loose = await understandFiles([file("a.wav")], "dropped");
    expect(loose).toMatchObject({ recordings: [{ label: undefined }] });
  });

  it("goes by a list where there is one", async () => {
    const list = "file_name,label,speaker\none/a.wav,yes,Ann\none/gone.wav,yes,Ann\n";
    const found = await understandFiles([file("set/metadata.csv", list), file("set/one/a.wav")], "dropped");
    expect(found).toMatchObject({
      name: "set",
      recordings: [{ label: "yes", speaker: "Ann", extension: "wav" }],
    });
  });

  it("goes by a list of another name, refuses splits without classes, and names archives", async () => {
    const list = file("labels.csv", "filename;category;speaker_id\na;yes;Ann\nb;no;Bob\n");
    const found = await understandFiles([list, file("audio/a.wav"), file("audio/b.wav")], "dropped");
    expect(found).toMatchObject({
      recordings: [
        { label: "yes", speaker: "Ann" },
        { label: "no", speaker: "Bob" },
      ],
    });
    await expect(understandFiles([file("train/a.wav"), file("test/b.wav")], "dropped")).rejects.toMatchObject(
      {
        code: "invalid-data",
        message: expect.stringContaining("named like splits"),
      },
    );
    await expect(understandFiles([file("set.tar.gz")], "dropped")).rejects.toMatchObject({
      message: expect.stringContaining("archive"),
    });
  });

  it("keeps the sources that names tell", async () => {
    const files = ["rec0", "rec1"].flatMap((stem) =>
      [0, 1].flatMap((i) => [file(`dog/${stem}_0${i}.wav`), file(`rain/${stem}_0${i}.wav`)]),
    );
    const found = await understandFiles(files, "dropped");
    expect(found).toMatchObject({
      recordings: [{ source: "dog/rec0" }, { source: "rain/rec0" }, {}, {}, {}, {}, {}, {}],
    });
  });

  it("is a golem where there is a golem.json", async () => {
    const found = await understandFiles(
      [file("g/golem.json"), file("g/head.safetensors"), file("g/training.json"), file("g/report.html")],
      "dropped",
    );
    expect(found.kind).toBe("golem");
    expect(Object.keys((found as { files: object }).files).sort()).toEqual([
      "golem.json",
      "head.safetensors",
      "training.json",
    ]);
  });

  it("without recordings is an error", async () => {
    await expect(understandFiles([file("notes.txt")], "dropped")).rejects.toMatchObject({
      code: "no-recordings",
    });
  });

  it("cuts long recordings at their annotations, the gaps as background", async () => {
    const track = "1\t2\towl\n1\t2\tfox\n4\t5\tfox\n8\t9\towl\n9\t9\towl\n";
    const found = await understandFiles([file("field/day.txt", track), file("field/day.wav")], "dropped");
    if (found.kind !== "recordings") throw new Error(found.kind);
    expect(found.recordings.map((own) => `${own.label} ${nameOriginal(own)} ${own.source}`)).toEqual([
      "fox day.wav#t=4,5 field/day.wav",
      "owl day.wav#t=8,9 field/day.wav",
      "_background day.wav#t=2.25,3.25 field/day.wav",
      "_background day.wav#t=6.25,7.25 field/day.wav",
    ]);
    expect(found.leftOut).toBe(3);
  });

  it("cuts by the times in a list", async () => {
    const list = "file_name,start,end,label\nday.wav,1,2,owl\nday.wav,2.1,3,fox\n";
    const found = await understandFiles([file("metadata.csv", list), file("day.wav")], "dropped");
    expect(found).toMatchObject({
      recordings: [
        { label: "owl", segment: { start: 1, end: 2 } },
        { label: "fox", segment: { start: 2.1, end: 3 } },
      ],
    });
  });
});
