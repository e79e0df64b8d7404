import { describe, expect, it } from "vitest";
import { readFolderLayout } from "./folder-layout.ts";
import { getExtension, isRecordingName, isSystemName } from "./recording-name.ts";

const describeLayout = (paths: string[]): string[] =>
  readFolderLayout(paths).recordings.map(({ path, label, split }) => `${path} ${label} ${split}`);

describe("the layout of a folder", () => {
  it("is a folder per class, with any nesting inside", () => {
    expect(describeLayout(["no/1.wav", "no/deep/er/2.wav", "да 🎧/3.wav"])).toEqual([
      "no/1.wav no none",
      "no/deep/er/2.wav no none",
      "да 🎧/3.wav да 🎧 none",
    ]);
  });

  it("may have folders of splits above the classes", () => {
    expect(describeLayout(["train/no/1.wav", "Test/yes/x/2.wav", "val/yes/3.wav"])).toEqual([
      "train/no/1.wav no train",
      "Test/yes/x/2.wav yes test",
      "val/yes/3.wav yes validation",
    ]);
  });

  it("accepts a class called train", () => {
    const classes = [
      ["train/1.wav", "test/2.wav"],
      ["train/a/1.wav", "plane/a/2.wav"],
      ["train/a/1.wav", "test/2.wav"],
      ["valid/a/1.wav", "dev/a/2.wav"],
    ];
    for (const paths of classes) {
      const { recordings } = readFolderLayout(paths);
      expect(recordings.map(({ split }) => split)).toEqual(["none", "none"]);
      expect(recordings.map(({ label }) => label)).toEqual(paths.map((path) => path.split("/")[0]));
    }
  });

  it("lists recordings outside classes, and joins a class written in two Unicode normal forms", () => {
    const layout = readFolderLayout(["x.wav", "ёж".normalize("NFD").concat("/1.wav"), "ёж/2.wav"]);
    expect(layout.loose).toEqual(["x.wav"]);
    expect(new Set(layout.recordings.map(({ label }) => label))).toEqual(new Set(["ёж"]));
  });
});

describe("names", () => {
  it.each(["a.wav", "A.WAV", "b.Opus", "take 2", "take.2", "interview 12.05", "sound.3gp", "no extension"])(
    "%j may be a recording",
    (name) => expect(isRecordingName(name)).toBe(true),
  );
  it.each(["readme.md", "labels.txt", "a.wav.json", "x.JPG", "notes.pdf", "b.csv", "a.wav~", "x.py"])(
    "%j is not a recording",
    (name) => expect(isRecordingName(name)).toBe(false),
  );
  it.each([".DS_Store", "Thumbs.db", "__MACOSX", "desktop.ini", "._a.wav"])(
    "%j belongs to the system",
    (name) => expect(isSystemName(name)).toBe(true),
  );
  it("have lower-case extensions", () => {
    expect(getExtension("a.b.FLAC")).toBe("flac");
    expect(getExtension(".hidden")).toBe("");
  });
});
