import { unlink, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { arrange, describeRows } from "../../../test/support/dataset-folder.ts";
import { sharedData, sharedDataNote } from "../../../test/support/shared-data.ts";
import { loadDataset } from "./dataset-files.ts";

describe("a path that is not a data set", () => {
  it.each([
    ["nothing/there", "data-not-found", /There is no folder or file nothing\/there/, /hf:/],
    ["hf:PolyAI/minds14?colour=red", "usage", /colour/, /quotes/],
  ])("%s is an error", async (spec, code, message, hint) => {
    await expect(loadDataset(spec)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
  });

  it("distinguishes a single recording from a folder, and a text from a list", async () => {
    const folder = await arrange("a.wav", "b.txt");
    await expect(loadDataset(join(folder, "a.wav"))).rejects.toMatchObject({
      code: "invalid-data",
      message: expect.stringContaining("is a single file"),
      hint: expect.stringContaining("golem predict"),
    });
    await expect(loadDataset(join(folder, "b.txt"))).rejects.toThrow(/contains no annotations/);
  });

  it("rejects opening a recording that was deleted since", async () => {
    const folder = await arrange("a/1.wav", "b/2.wav");
    const dataset = await loadDataset(folder);
    await unlink(join(folder, "a/1.wav"));
    await expect(dataset.recordings[0]!.open()).rejects.toMatchObject({ code: "data-not-found" });
  });
});

describe("the shared recordings", () => {
  it.skipIf(!sharedData)(`are all found${sharedDataNote}`, async () => {
    const counts = { digits: 400, drinks: 240, esc10: 400, commands: 300, wakewords: 90 };
    for (const [name, count] of Object.entries(counts)) {
      const dataset = await loadDataset(join(sharedData!, name));
      expect(dataset.recordings).toHaveLength(count);
      expect([...dataset.skipped, ...dataset.warnings]).toEqual([]);
    }
  });

  it.skipIf(!sharedData)(`are found through a draw's manifest${sharedDataNote}`, async () => {
    const list = relative(process.cwd(), join(sharedData!, "draws/digits/0/train.csv"));
    const dataset = await loadDataset(list);
    expect(dataset.recordings.length).toBeGreaterThan(40);
    expect(dataset.recordings[0]?.file).toMatch(/^\.\.\/\.\.\/\.\.\/digits\//);
    expect(dataset.skipped).toEqual([]);
  });
});

describe("common layouts", () => {
  const list = "path,class\na.wav,yes\nb.wav,no\n";

  it("may be one folder inside another, with a warning", async () => {
    const folder = await arrange("set/yes/a.wav", "set/no/b.wav");
    const dataset = await loadDataset(folder);
    expect(describeRows(dataset)).toEqual(["set/no/b.wav | no | - | none", "set/yes/a.wav | yes | - | none"]);
    expect(dataset.warnings[0]?.message).toContain("contains only the folder set");
    const listed = await arrange("set/a.wav", ["set/metadata.csv", "file_name,label\na.wav,yes"]);
    expect(describeRows(await loadDataset(listed))).toEqual(["set/a.wav | yes | - | none"]);
  });

  it.each([
    ["next to the recordings", ["a.wav", "b.wav", ["labels.csv", list]]],
    ["above their folder", ["audio/a.wav", "audio/b.wav", ["labels.csv", list]]],
    ["in another folder", ["audio/a.wav", "audio/b.wav", ["meta/set.csv", list]]],
    ["without endings", ["audio/a.wav", "audio/b.wav", ["labels.tsv", "file\tlabel\na\tyes\nb\tno\n"]]],
  ])("may have a list with another name %s", async (_, files) => {
    const dataset = await loadDataset(await arrange(...(files as Parameters<typeof arrange>)));
    expect(dataset.recordings.map(({ label }) => label)).toEqual(["yes", "no"]);
    expect(dataset.warnings[0]?.message).toContain("is used as the list of recordings");
  });

  it("are rejected if a list contradicts the folders, or if there are several lists", async () => {
    const contradicting = await arrange("x/a.wav", "y/b.wav", ["labels.csv", list]);
    await expect(loadDataset(contradicting)).rejects.toMatchObject({
      message: expect.stringContaining('"x" by its folder, "yes" by the list'),
      hint: expect.stringContaining(`golem train ${contradicting}/labels.csv`),
    });
    const agreeing = await arrange("yes/a.wav", "no/b.wav", ["labels.csv", list]);
    expect((await loadDataset(agreeing)).recordings).toHaveLength(2);
    const several = await arrange("a.wav", "b.wav", ["one.csv", list], ["two.csv", list]);
    await expect(loadDataset(several)).rejects.toMatchObject({ hint: expect.stringContaining("one.csv") });
  });

  it("are rejected if folders are splits without classes", async () => {
    const folder = await arrange("train/a.wav", "test/b.wav");
    await expect(loadDataset(folder)).rejects.toMatchObject({
      code: "invalid-data",
      hint: expect.stringContaining("train/CLASS/1.wav"),
    });
    expect((await loadDataset(folder, { labels: "optional" })).recordings).toHaveLength(2);
  });

  it.each([
    ["set.zip", "unzip"],
    ["my set.tar.gz", "tar -xf"],
  ])("must be unpacked first: %s", async (name, command) => {
    const folder = await arrange(name);
    for (const data of [folder, join(folder, name)]) {
      await expect(loadDataset(data)).rejects.toMatchObject({ hint: expect.stringContaining(command) });
    }
  });

  it.runIf(process.platform === "linux")(
    "may contain files whose names are not UTF-8, which are left out",
    async () => {
      const folder = await arrange("yes/a.wav", "no/b.wav");
      await writeFile(
        Buffer.concat([Buffer.from(`${folder}/no/caf`), Buffer.from([0xe9]), Buffer.from(".wav")]),
        "x",
      );
      const { skipped, recordings } = await loadDataset(folder);
      expect(recordings).toHaveLength(2);
      expect(skipped).toMatchObject([
        { file: "no/caf\ufffd.wav", message: expect.stringContaining("63 61 66 e9") },
      ]);
    },
  );
});
