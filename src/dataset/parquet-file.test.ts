/**
 * Parquet files written by pyarrow (scripts/make-parquet-fixtures.py), with every compression, and damaged
 * ones.
 */
import { readFile } from "node:fs/promises";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { createMemorySource } from "../core/byte-source.ts";
import { GolemError } from "../core/error.ts";
import { parquetCompressors } from "../node/hub/parquet-compressors.ts";
import { chooseColumns, type Feature, readFeatures, readText } from "./parquet-features.ts";
import { createParquetReader, openParquetFile } from "./parquet-file.ts";

const read = (name: string): Promise<Buffer> =>
  readFile(new URL(`../../test/fixtures/parquet/${name}.parquet`, import.meta.url));

const hasZstd = "ZSTD" in parquetCompressors;
const names = ["none", "snappy", "gzip", "brotli", "indexed", "pages-v2", ...(hasZstd ? ["zstd"] : [])];

describe("a file by pyarrow", () => {
  it.each(names)("compressed or paged as %s returns every value", async (name) => {
    const file = await openParquetFile(
      createMemorySource(await read(name), name),
      createParquetReader(parquetCompressors),
    );
    expect(file.rows).toBe(20);
    const features = readFeatures(file.columns, file.notes.get("huggingface"), undefined, "default");
    const choice = chooseColumns(features, { labels: "required" }, name);
    expect(choice).toEqual({ audio: "audio", label: "intent_class", speaker: "speaker_id" });
    const rows = await file.readRows(["intent_class", "speaker_id"], 0, 20);
    expect(rows.map((row) => readText(row.intent_class, features.get("intent_class"))).slice(3, 7)).toEqual([
      "atm_limit",
      "balance",
      undefined,
      "card_issues",
    ]);
    expect(rows.map((row) => row.speaker_id)).toEqual(Array.from({ length: 20 }, (_, i) => `s${i % 3}`));
    for (const [start, end] of [
      [0, 20],
      [5, 9],
      [13, 14],
      [19, 20],
    ] as const) {
      // biome-ignore format: pairs
      const values = await file.readRows(["audio"], start, end);
      expect(values.length).toBe(end - start);
      for (const [index, { audio }] of values.entries()) {
        const { bytes, path } = audio as { bytes: Uint8Array | null; path: string };
        const row = start + index;
        expect(path).toBe(`response_${row}.wav`);
        const expected = Buffer.concat([Buffer.from("RIFF"), Buffer.alloc(400, row)]);
        if (row === 6) expect(bytes ?? null).toBeNull();
        else expect(expected.equals(bytes!)).toBe(true);
      }
    }
  });

  it("with a page index is read by pages", async () => {
    const bytes = await read("indexed");
    let count = 0;
    const memory = createMemorySource(bytes, "indexed");
    const source = {
      ...memory,
      read: (offset: number, length: number) => {
        count += length;
        return memory.read(offset, length);
      },
    };
    const file = await openParquetFile(source, createParquetReader(parquetCompressors));
    expect(file.hasPageIndex(0, "audio")).toBe(true);
    expect(file.getBytesPerRow(0, "audio")).toBeGreaterThan(20);
    count = 0;
    await file.readRows(["audio"], 17, 18);
    const one = count;
    count = 0;
    await file.readRows(["audio"], 0, 20);
    expect(one).toBeLessThan(0.6 * count);
  });

  it.runIf(!hasZstd)("with Zstandard, which this Node cannot read, names the version that can", async () => {
    const file = await openParquetFile(
      createMemorySource(await read("zstd"), "zstd"),
      createParquetReader(parquetCompressors),
    );
    const error = await file.readRows(["audio"], 0, 1).catch((error: unknown) => error);
    expect(error).toMatchObject({ code: "invalid-data", hint: expect.stringMatching(/22\.15/) });
  });

  it("that is truncated or changed anywhere gives values or a GolemError", async () => {
    const whole = await read("snappy");
    let rejected = 0;
    for (let at = 0; at < whole.length; at += 37) {
      for (const bytes of [whole.subarray(0, at), Buffer.from(whole)]) {
        if (bytes.length === whole.length) bytes[at]! ^= 0x55;
        try {
          const file = await openParquetFile(
            createMemorySource(bytes, "damaged"),
            createParquetReader(parquetCompressors),
          );
          readFeatures(file.columns, file.notes.get("huggingface"), undefined, "default");
          await file.readRows(["audio", "intent_class"], 0, Math.min(20, file.rows));
        } catch (error) {
          expect(error).toBeInstanceOf(GolemError);
          rejected++;
        }
      }
    }
    expect(rejected).toBeGreaterThan(whole.length / 37);
  });

  it("whose footer has lists of other types gives values or a GolemError", async () => {
    const whole = await read("gzip");
    const footer = whole.length - 8 - whole.readUInt32LE(whole.length - 8);
    for (let at = footer; at < whole.length - 10; at++) {
      const bytes = Buffer.from(whole);
      bytes.writeUInt16LE(4, at);
      await openParquetFile(
        createMemorySource(bytes, "damaged"),
        createParquetReader(parquetCompressors),
      ).catch((error: unknown) => expect(error).toBeInstanceOf(GolemError));
    }
  });
});

describe("a footer that states more than the file's bytes can contain", () => {
  const write = (rows: number, groups: number, values = 1) => {
    const bytes = new ByteWriter();
    const schema = [{ name: "root", num_children: 1 }, { name: "label", type: "INT32" } as const];
    const writer = new ParquetWriter({ writer: bytes, schema });
    void writer.write({ columnData: [{ name: "label", data: [1] }] });
    const [group] = writer.row_groups;
    for (const { meta_data } of group!.columns) meta_data!.num_values = BigInt(values);
    group!.num_rows = BigInt(rows / groups);
    writer.num_rows = BigInt(rows);
    writer.row_groups = Array.from({ length: groups }, () => group!);
    void writer.finish();
    return new Uint8Array(bytes.getBuffer());
  };

  it.each([
    ["rows", 9e8, 1, 1, /stated 900000000 rows/],
    ["values", 1, 1, 9e8, /stated 900000000 values/],
    ["row groups", 0, 110_000, 1, /row groups/],
  ])("in %s is rejected", async (_, rows, groups, values, message) => {
    const source = createMemorySource(write(rows, groups, values), "false.parquet");
    const error = await openParquetFile(source).catch((error: unknown) => error);
    expect(error).toMatchObject({ code: "invalid-data", message: expect.stringMatching(message) });
  });
});

describe("columns", () => {
  const value: Feature = { kind: "value" };
  const audio: Feature = { kind: "audio" };
  const classes: Feature = { kind: "class", names: ["a", "b"] };
  const choose = (columns: Record<string, Feature>, wish = {}) =>
    chooseColumns(new Map(Object.entries(columns)), { labels: "required", ...wish }, "x");

  it("are found by name, then by kind", () => {
    expect(choose({ audio, label: value, intent_class: classes })).toMatchObject({ label: "label" });
    expect(choose({ audio, genre: classes, text: value })).toMatchObject({ label: "genre" });
    expect(choose({ sound: audio, genre: classes, client_id: value })).toEqual({
      ...{ audio: "sound", label: "genre", speaker: "client_id" },
    });
    expect(choose({ audio, text: value }, { labels: "optional" })).toEqual({ audio: "audio" });
    expect(() => choose({ audio, a: classes, b: classes })).toThrow(
      /clearly the label.*a \(2 classes\), b \(2 classes\)/,
    );
    expect(() => choose({ text: value })).toThrow(/no column of audio.*columns text/);
  });

  it("contain text in several forms", () => {
    expect([0n, 1, -1, 2, null].map((cell) => readText(cell, classes))).toEqual([
      "a",
      "b",
      undefined,
      undefined,
      undefined,
    ]);
    expect([" e\u0301 ", "", 3n, 0.5, true].map((cell) => readText(cell, value))).toEqual([
      "é",
      undefined,
      "3",
      "0.5",
      "true",
    ]);
    expect(readText(Buffer.from("café"), value)).toBe("café");
    expect(readText({ a: 1 }, value)).toBeUndefined();
  });
});
