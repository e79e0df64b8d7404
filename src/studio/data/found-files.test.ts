import { describe, expect, it } from "vitest";
import { type FoundFile, understandFiles } from "./found-files.ts";

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
});
