/** Assignment of files to splits, for the layouts of data sets on the Hub. */
import { describe, expect, it } from "vitest";
import { findHubConfigs, parseHubSplit } from "./hub-splits.ts";

const describeConfigs = (files: readonly string[], card?: unknown): string[] =>
  findHubConfigs(files, card).flatMap(({ name, splits }) =>
    splits.map((split) => `${name} ${split.name}: ${split.files.join(" ")}`),
  );

describe("files with the usual names", () => {
  it.each([
    [["data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet", "data/test-00000-of-00001.parquet"],
      ["default train: data/train-00000-of-00002.parquet data/train-00001-of-00002.parquet", "default test: data/test-00000-of-00001.parquet"]],
    [["data/train-00000-of-00001-8f1a2b3c4d5e6f70.parquet"], ["default train: data/train-00000-of-00001-8f1a2b3c4d5e6f70.parquet"]],
    [["en/dev-00000-of-00001.parquet", "ru/dev-00000-of-00001.parquet"], ["en dev: en/dev-00000-of-00001.parquet", "ru dev: ru/dev-00000-of-00001.parquet"]],
    [["en/train/0000.parquet", "en/train/0001.parquet", "en/test.clean/0000.parquet"], ["en train: en/train/0000.parquet en/train/0001.parquet", "en test.clean: en/test.clean/0000.parquet"]],
    [["train.parquet", "README.md", "x.wav"], ["default train: train.parquet"]],
    [["everything.parquet"], ["default train: everything.parquet"]],
    [["0000.parquet"], ["default train: 0000.parquet"]],
    [["a.csv"], []],
  ])("%j", (files, expected) => {
    expect(describeConfigs(files)).toEqual(expected);
  }); // biome-ignore format: a table
});

describe("files listed in a card", () => {
  const files = ["a/x-1.parquet", "a/x-2.parquet", "a/b/y.parquet", "c/z.parquet", "z.csv"];
  it.each([
    [[{ split: "train", path: "a/*" }], ["default train: a/x-1.parquet a/x-2.parquet"]],
    [[{ split: "train", path: "a/**" }], ["default train: a/b/y.parquet a/x-1.parquet a/x-2.parquet"]],
    [[{ split: "train", path: ["a/x-[12].parquet"] }, { split: "test", path: "./c/?.parquet" }], ["default train: a/x-1.parquet a/x-2.parquet", "default test: c/z.parquet"]],
    [{ train: "a/x-{1,9}.parquet", test: ["c/z.parquet"] }, ["default train: a/x-1.parquet", "default test: c/z.parquet"]],
    ["**/y.parquet", ["default train: a/b/y.parquet"]],
    [["z.csv"], []],
    [[{ split: "train", path: "a/(x+" }], []],
    [7, []],
    [[null, { split: "train" }], []],
  ])("%j", (data_files, expected) => {
    expect(describeConfigs(files, { configs: [{ config_name: "default", data_files }] })).toEqual(expected);
  }); // biome-ignore format: a table

  it("in a separate folder", () => {
    const configs = [
      { config_name: "c", data_dir: "c" },
      { config_name: "a", data_dir: "a/", data_files: "x-*" },
    ];
    expect(describeConfigs(files, { configs })).toEqual([
      "c train: c/z.parquet",
      "a x: a/x-1.parquet a/x-2.parquet",
    ]);
  });

  it.each(["**a", "*a", "{a,*}", "[a-b]*", "?*"])("are matched in linear steps with %s repeated", (part) => {
    const paths = Array.from({ length: 20 }, (_, i) => `${`${"a".repeat(250)}/`.repeat(4)}${i}.parquet`);
    const pattern = `${part.repeat(40)}b`;
    expect(describeConfigs(paths, { configs: [{ data_files: pattern }] })).toEqual([]);
  });

  it("are rejected when a card lists too many costly patterns", () => {
    const paths = Array.from({ length: 2000 }, (_, i) => `${"a".repeat(250)}${i}.parquet`);
    const data_files = Array.from({ length: 200 }, () => `${"*a".repeat(400)}b`);
    expect(() => findHubConfigs(paths, { configs: [{ data_files }] })).toThrow(/take too long/);
  });

  it.each([
    ["x/[!a-c]?.parquet", ["x/d1.parquet"]],
    ["**/{a,d}*.parquet", ["x/a1.parquet", "x/d1.parquet", "x/y/a2.parquet"]],
    ["x/{a*,y/*}.parquet", ["x/a1.parquet", "x/y/a2.parquet"]],
    ["x/*", ["x/a1.parquet", "x/d1.parquet"]],
    ["x[!a]*", []],
  ])("are chosen by %s", (data_files, expected) => {
    const paths = ["x/a1.parquet", "x/d1.parquet", "x/y/a2.parquet"];
    const found = findHubConfigs(paths, {
      configs: [{ data_files: [{ split: "train", path: data_files }] }],
    });
    expect(found.flatMap(({ splits }) => splits.flatMap((split) => split.files))).toEqual(expected);
  });

  it("are matched quickly against a malicious pattern", () => {
    const path = `${"a".repeat(1000)}.parquet`;
    const pattern = `${"*a".repeat(60)}b`;
    expect(describeConfigs([path], { configs: [{ data_files: pattern }] })).toEqual([]);
    expect(describeConfigs([path], { configs: [{ data_files: `{${"a".repeat(4)},`.repeat(10) }] })).toEqual(
      [],
    );
  });
});

it("have splits that are parsed by the first word of their names", () => {
  const names = ["train", "test.clean", "train-other-500", "validation_matched", "contest", "", "DEV"];
  expect(names.map(parseHubSplit)).toEqual([
    "train",
    "test",
    "train",
    "validation",
    "none",
    "none",
    "validation",
  ]);
});
