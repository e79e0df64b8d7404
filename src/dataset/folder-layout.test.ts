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

  it("may have splits inside the folders of classes, and one outer folder around everything", () => {
    expect(describeLayout(["no/train/1.wav", "no/test/2.wav", "yes/train/3.wav"])).toEqual([
      "no/train/1.wav no train",
      "no/test/2.wav no test",
      "yes/train/3.wav yes train",
    ]);
    expect(readFolderLayout(["set/v1/no/1.wav", "set/v1/yes/2.wav"])).toMatchObject({
      root: "set/v1",
      recordings: [{ label: "no" }, { label: "yes" }],
    });
    expect(describeLayout(["train/wavs/no/1.wav", "train/wavs/yes/2.wav", "test/wavs/yes/3.wav"])).toEqual([
      "train/wavs/no/1.wav no train",
      "train/wavs/yes/2.wav yes train",
      "test/wavs/yes/3.wav yes test",
    ]);
    expect(describeLayout(["fold1/no/1.wav", "fold2/yes/2.wav"])).toEqual([
      "fold1/no/1.wav no none",
      "fold2/yes/2.wav yes none",
    ]);
  });

  it.each([
    ["01_train/no/1.wav", "02_TEST/no/2.wav", "test"],
    ["train_set/no/1.wav", "Held-out/no/2.wav", "test"],
    ["training data/no/1.wav", "evaluation/no/2.wav", "test"],
    ["trainset/no/1.wav", "valid/no/2.wav", "validation"],
    ["train/no/1.wav", "unseen/no/2.wav", "test"],
    ["entrenamiento/no/1.wav", "prueba/no/2.wav", "test"],
    ["Training/no/1.wav", "Pru\u0308fung/no/2.wav", "test"],
    ["训练集/no/1.wav", "验证集/no/2.wav", "validation"],
    ["birds_train/no/1.wav", "birds_test/no/2.wav", "test"],
    ["train-part-2/no/1.wav", "val-part-2/no/2.wav", "validation"],
  ])("recognises splits by other names: %s, %s", (first, second, split) => {
    expect(readFolderLayout([first, second]).recordings.map((one) => one.split)).toEqual(["train", split]);
  });

  it.each([
    [
      "without classes",
      ["train/1.wav", "test/2.wav"],
      /train, test are named like splits and contain recordings but no/,
    ],
    ["one without classes", ["train/a/1.wav", "train/b/2.wav", "test/3.wav"], /Of the splits, test contains/],
    [
      "next to another folder",
      ["train/a/1.wav", "test/a/2.wav", "noise/3.wav"],
      /train, test are named like splits, and noise/,
    ],
    [
      "one, next to another folder",
      ["train/a/1.wav", "train/b/2.wav", "noise/3.wav"],
      /folder train is named like a split, and noise next to it is not/,
    ],
    ["alone without classes", ["train/1.wav", "train/2.wav"], /The only folder, train/],
    ["numbered folds without classes", ["fold1/1.wav", "fold2/2.wav"], /fold1, fold2/],
  ])("rejects splits %s", (_, paths, message) => {
    const { problem, recordings } = readFolderLayout(paths);
    expect(recordings).toEqual([]);
    expect(problem?.message).toMatch(message);
    expect(problem?.hint).toContain("train/CLASS/1.wav");
  });

  it("accepts a class called train, or test", () => {
    for (const paths of [
      ["train/1.wav", "plane/2.wav"],
      ["blood_test/1.wav", "crash_test/2.wav"],
      ["test/1.wav", "speech/2.wav"],
      ["train/a/1.wav", "plane/a/2.wav"],
      ["test1/1.wav", "test2/2.wav"],
    ]) {
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
  it.each([".DS_Store", "Thumbs.db", "__MACOSX", "desktop.ini", "._a.wav"])("%j is a system file", (name) =>
    expect(isSystemName(name)).toBe(true),
  );
  it("have lower-case extensions", () => {
    expect(getExtension("a.b.FLAC")).toBe("flac");
    expect(getExtension(".hidden")).toBe("");
  });
});
