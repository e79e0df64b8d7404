import { mkdir, rm, symlink, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { arrange, describeRows } from "../../../test/support/dataset-folder.ts";
import type { Dataset } from "../../dataset/dataset.ts";
import { walkFolder } from "../disk/folder-walk.ts";
import { loadDataset } from "./dataset-files.ts";

async function readContent(dataset: Dataset, index: number): Promise<string> {
  const source = await dataset.recordings[index]!.open();
  try {
    return new TextDecoder().decode(await source.read(0, source.byteLength));
  } finally {
    await source.close();
  }
}

describe("a folder per class", () => {
  it("has its recordings in the order of their names, without other files", async () => {
    const folder = await arrange(
      "yes/b.wav", "yes/a.wav", "yes/deeper/c.mp3", "да 🎧/с пробелом.ogg", "no/take 1", "no/notes.txt",
      "no/.DS_Store", "no/Thumbs.db", "no/._a.wav", ".git/x/y.wav", "__MACOSX/yes/a.wav", "yes/cover.jpg", "top.wav",
    ); // biome-ignore format: one list
    await mkdir(join(folder, "empty"));
    const dataset = await loadDataset(folder);
    expect(dataset.name).toBe(folder);
    expect(describeRows(dataset)).toEqual([
      "no/take 1 | no | - | none",
      "yes/a.wav | yes | - | none",
      "yes/b.wav | yes | - | none",
      "yes/deeper/c.mp3 | yes | - | none",
      "да 🎧/с пробелом.ogg | да 🎧 | - | none",
    ]);
    expect(await readContent(dataset, 4)).toBe("да 🎧/с пробелом.ogg");
    expect(dataset.warnings.map(({ message }) => message)).toEqual([
      "1 recordings are not in a class folder and are left out (top.wav).",
      "No recordings in the folder empty.",
      "2 files do not have names of recordings and are left out (.txt 1, .jpg 1).",
    ]);
    expect(dataset.skipped).toEqual([]);
  });

  it("may be inside train, test and validation", async () => {
    const folder = await arrange("train/a/1.wav", "train/b/2.wav", "test/a/3.wav", "validation/b/4.wav");
    expect(describeRows(await loadDataset(folder))).toEqual([
      "test/a/3.wav | a | - | test",
      "train/a/1.wav | a | - | train",
      "train/b/2.wav | b | - | train",
      "validation/b/4.wav | b | - | validation",
    ]);
  });

  it("may contain links: loops end, broken ones are skipped", async () => {
    const folder = await arrange("a/1.wav", "b/2.wav", "elsewhere/c/3.wav");
    const data = join(folder, "data");
    await mkdir(data);
    for (const name of ["a", "b", "elsewhere"]) await symlink(join(folder, name), join(data, name));
    await symlink("..", join(folder, "a", "up"));
    await symlink(folder, join(folder, "b", "all"));
    await mkdir(join(folder, "elsewhere/c/d"));
    await symlink(join(folder, "elsewhere"), join(folder, "elsewhere/c/d/again"));
    await symlink(join(folder, "nothing.wav"), join(folder, "a", "dead.wav"));
    const dataset = await loadDataset(data);
    const files = dataset.recordings.map(({ file }) => file);
    expect(files).toEqual(["a/1.wav", "b/2.wav", "elsewhere/c/3.wav"]);
    expect(dataset.skipped).toMatchObject([{ file: "a/dead.wav", code: "data-not-found" }]);
  });

  it.each([
    ["nothing in it", [], "no-recordings", /is empty/],
    [
      "no recordings in it",
      ["a/readme.md", "b/x.csv"],
      "no-recordings",
      /contains no recordings \(only .md 1, .csv 1\)/,
    ],
    [
      "recordings but no classes",
      ["1.wav", "2.wav"],
      "too-few-classes",
      /2 recordings but no folders of classes and no metadata.csv/,
    ],
  ])("is an error with %s", async (_, files, code, message) => {
    const folder = await arrange(...files);
    await expect(loadDataset(folder)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(/one folder per class.*metadata\.csv/i),
    });
  });

  it("needs no classes if labels are optional", async () => {
    const folder = await arrange("1.wav", "2.wav", "x/3.wav");
    expect(describeRows(await loadDataset(folder, { labels: "optional" }))).toEqual([
      "x/3.wav | x | - | none",
      "1.wav |  | - | none",
      "2.wav |  | - | none",
    ]);
  });
});

describe("a folder with metadata", () => {
  it("is read from metadata.csv, regardless of other files", async () => {
    const list = "file_name,label,speaker,split\r\nclips/б 🎙.wav,да,ада,train\r\nclips/2.wav,нет,,test\r\n";
    const folder = await arrange(["metadata.csv", list], "clips/б 🎙.wav", "clips/2.wav", "clips/3.wav");
    const dataset = await loadDataset(folder);
    expect(describeRows(dataset)).toEqual([
      "clips/б 🎙.wav | да | ада | train",
      "clips/2.wav | нет | - | test",
    ]);
    expect(await readContent(dataset, 0)).toBe("clips/б 🎙.wav");
  });

  it("is read from metadata.jsonl", async () => {
    const list = '{"file_name": "1.wav", "label": 7, "group": "room"}\n';
    const folder = await arrange(["metadata.jsonl", list], "1.wav");
    expect(describeRows(await loadDataset(folder))).toEqual(["1.wav | 7 | room | none"]);
  });

  it("may have one inside each of train and test", async () => {
    const folder = await arrange(
      ["train/metadata.csv", "file_name,label\n1.wav,a\n"],
      ["test/metadata.csv", "file_name,label\n1.wav,a\nmissing.wav,a\n"],
      "train/1.wav",
      "test/1.wav",
    );
    const dataset = await loadDataset(folder);
    expect(describeRows(dataset)).toEqual(["test/1.wav | a | - | test", "train/1.wav | a | - | train"]);
    expect(dataset.skipped).toMatchObject([
      { file: "test/missing.wav", message: expect.stringContaining("test/metadata.csv, line 3") },
    ]);
  });

  it("may not name files outside the folder", async () => {
    for (const name of ["../secret.wav", "/etc/hostname", "a/../../x.wav", "..\\secret.wav"]) {
      const folder = await arrange(["metadata.csv", `file_name,label\n${name},a\n`]);
      await expect(loadDataset(folder)).rejects.toMatchObject({
        code: "invalid-data",
        message: expect.stringContaining("outside the data set's folder"),
      });
    }
  });

  it("in a legacy encoding is rejected with the position", async () => {
    const bytes = Buffer.concat([Buffer.from("file_name,label\n1.wav,"), Buffer.from([0xe4, 0xe0])]);
    const folder = await arrange(["metadata.csv", bytes], "1.wav");
    await expect(loadDataset(folder)).rejects.toMatchObject({
      code: "invalid-data",
      message: expect.stringContaining("metadata.csv is not UTF-8: line 2, byte 7"),
    });
  });

  it("may be UTF-16, as written by spreadsheets", async () => {
    const bytes = Buffer.from("\ufefffile_name\tlabel\r\n1.wav\tёж\r\n", "utf16le");
    const folder = await arrange(["metadata.csv", bytes], "1.wav");
    expect(describeRows(await loadDataset(folder))).toEqual(["1.wav | ёж | - | none"]);
  });
});

describe("a manifest", () => {
  it("may name files next to it, above it, by absolute paths, in the spelling of Windows or macOS", async () => {
    const folder = await arrange("lists/1.wav", "up/2.wav", "abs/3.wav", "lists/win/4.wav", [
      "lists/ё.wav".normalize("NFD"),
      "5",
    ]);
    const list = join(folder, "lists", "train.csv");
    const names = [
      "./1.wav",
      "../up/2.wav",
      join(folder, "abs/3.wav"),
      "win\\4.wav",
      "ё.wav".normalize("NFC"),
      "  1.wav ",
    ];
    await writeFile(list, `file_name,label\n${names.map((name) => `${name},x`).join("\n")}`);
    const dataset = await loadDataset(list);
    expect(dataset.recordings.map(({ file }) => file)).toEqual([
      "1.wav",
      "../up/2.wav",
      "../abs/3.wav",
      "win/4.wav",
      "ё.wav".normalize("NFD"),
    ]);
    expect(await readContent(dataset, 2)).toBe("abs/3.wav");
    expect(dataset.warnings).toMatchObject([{ code: "duplicate-recording", file: "1.wav" }]);
  });

  it("omits missing files, unless all are missing", async () => {
    const folder = await arrange(
      ["m.csv", "file_name,label\n1.wav,a\nx.wav,a\n2.wav,b\nsub,b\n"],
      "1.wav",
      "2.wav",
      "sub/3.wav",
    );
    const dataset = await loadDataset(join(folder, "m.csv"));
    expect(describeRows(dataset)).toEqual(["1.wav | a | - | none", "2.wav | b | - | none"]);
    expect(dataset.skipped.map(({ file, code }) => `${file} ${code}`)).toEqual([
      "x.wav data-not-found",
      "sub data-not-found",
    ]);
    expect(dataset.skipped[0]?.message).toBe("m.csv, line 3: there is no file x.wav.");
    for (const name of ["1.wav", "2.wav"]) await unlink(join(folder, name));
    await rm(join(folder, "sub"), { recursive: true });
    await expect(loadDataset(join(folder, "m.csv"))).rejects.toMatchObject({
      code: "data-not-found",
      message: expect.stringMatching(/None of the 4 recordings .* exists \(1\.wav, x\.wav, 2\.wav, sub\)/),
    });
  });

  it("names at most five missing files", async () => {
    const rows = Array.from({ length: 12 }, (_, i) => `${i}.wav,a`).join("\n");
    const folder = await arrange(["m.csv", `file_name,label\n${rows}`]);
    await expect(loadDataset(join(folder, "m.csv"))).rejects.toMatchObject({
      message: expect.stringMatching(/0\.wav, 1\.wav, 2\.wav, 3\.wav, 4\.wav and 7 more\)/),
    });
  });

  it("uses a repeated row once, for training if it is on both sides", async () => {
    const list = "file_name,label,split\n1.wav,a,test\n2.wav,b,\n./1.wav,a,train\n2.wav,b,\n";
    const folder = await arrange(["m.csv", list], "1.wav", "2.wav");
    const dataset = await loadDataset(join(folder, "m.csv"));
    expect(describeRows(dataset)).toEqual(["1.wav | a | - | train", "2.wav | b | - | none"]);
    expect(dataset.warnings.map(({ code }) => code)).toEqual(["duplicate-recording", "duplicate-recording"]);
    expect(dataset.warnings[0]?.message).toMatch(
      /line 4: .*first in m\.csv, line 2\) as train, there as test/,
    );
  });

  it("is rejected with a file under two labels", async () => {
    const folder = await arrange(
      ["m.jsonl", '{"file_name":"1.wav","label":"a"}\n{"file_name":"./1.wav","label":"b"}'],
      "1.wav",
    );
    await expect(loadDataset(join(folder, "m.jsonl"))).rejects.toMatchObject({
      code: "conflicting-labels",
      message: expect.stringContaining('1.wav ("a") = 1.wav ("b")'),
    });
  });

  it("can be aborted, and reports progress", async () => {
    const folder = await arrange(["m.csv", "file_name,label\n1.wav,a\n"], "1.wav");
    await expect(loadDataset(join(folder, "m.csv"), { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "aborted",
    });
    await expect(walkFolder(folder, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "aborted",
    });
    const reports: number[] = [];
    await loadDataset(join(folder, "m.csv"), { onProgress: ({ completed }) => reports.push(completed) });
    expect(reports).toEqual([1]);
  });
});
