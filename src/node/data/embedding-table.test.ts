import { spawnSync } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { unzipSync } from "fflate";
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { describe, expect, it } from "vitest";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { type EmbeddingRow, writeEmbeddingTable } from "./embedding-table.ts";

const shape = { layers: 3, dimensions: 2 };

function createRows(count: number, { layers, dimensions } = shape): EmbeddingRow[] {
  const names = ["a.wav", "ёж/б 🎙.wav", "../c, d.flac"];
  return Array.from({ length: count }, (_, i) => ({
    file: i < names.length ? names[i]! : `clip ${i}.wav`,
    label: i % 2 ? "да 🦔" : "no",
    speaker: i % 3 ? `s${i}` : undefined,
    seconds: 1 / 3 + i,
    vector: Float32Array.from({ length: layers * 2 * dimensions }, (_, d) =>
      Math.fround(Math.sin(i * 100 + d)),
    ),
  }));
}

const getLayer = ({ vector }: EmbeddingRow, layer: number, { dimensions } = shape): number[] =>
  Array.from(vector.subarray(layer * 2 * dimensions, (layer + 1) * 2 * dimensions));

describe("a Parquet table", () => {
  it("contains the written values", async () => {
    const path = join(await createScratchFolder(), "new", "F.parquet");
    const rows = createRows(5);
    await writeEmbeddingTable(path, rows, shape);
    const objects = await parquetReadObjects({ file: await asyncBufferFromFile(path) });
    expect(objects).toEqual(
      rows.map((row) => ({
        file: row.file,
        label: row.label,
        speaker: row.speaker ?? null,
        seconds: row.seconds,
        layer_0: getLayer(row, 0),
        layer_1: getLayer(row, 1),
        layer_2: getLayer(row, 2),
      })),
    );
    expect(await readdir(dirname(path))).toEqual(["F.parquet"]);
  });

  it("has single-precision lists in the standard three levels", async () => {
    const path = join(await createScratchFolder(), "F.PARQUET");
    await writeEmbeddingTable(path, createRows(2), shape);
    const { schema } = await parquetMetadataAsync(await asyncBufferFromFile(path));
    const at = schema.findIndex(({ name }) => name === "layer_1");
    expect(schema.slice(at, at + 3)).toMatchObject([
      { name: "layer_1", converted_type: "LIST" },
      { name: "list", repetition_type: "REPEATED" },
      { name: "element", type: "FLOAT" },
    ]);
  });

  it("may have several row groups, or no rows", async () => {
    const large = { layers: 1, dimensions: 1 << 18 };
    const path = join(await createScratchFolder(), "F.parquet");
    const rows = createRows(5, large).map((row, i) => ({ ...row, vector: row.vector.fill(i) }));
    await writeEmbeddingTable(path, rows, large);
    const file = await asyncBufferFromFile(path);
    expect((await parquetMetadataAsync(file)).row_groups).toHaveLength(2);
    const objects = await parquetReadObjects({ file, columns: ["file", "layer_0"], rowStart: 4 });
    expect(objects).toHaveLength(1);
    expect(objects[0]).toMatchObject({ file: "clip 4.wav" });
    expect(new Set(objects[0]!.layer_0)).toEqual(new Set([4]));

    await writeEmbeddingTable(path, [], shape);
    const empty = await asyncBufferFromFile(path);
    expect((await parquetMetadataAsync(empty)).num_rows).toBe(0n);
  });
});

describe("an .npz table", () => {
  const check = spawnSync("/usr/bin/python3", ["-c", "import numpy"]);
  const numpy = check.status === 0;

  it.skipIf(!numpy)(
    `is read by NumPy without pickle${numpy ? "" : " (skipped: no /usr/bin/python3 with numpy)"}`,
    async () => {
      const path = join(await createScratchFolder(), "F.npz");
      const rows = createRows(4);
      await writeEmbeddingTable(path, rows, shape);
      const script = `
import json, sys, numpy
data = numpy.load(sys.argv[1], allow_pickle=False)
print(json.dumps({name: [data[name].dtype.str, data[name].shape, data[name].tolist()] for name in data.files}))`;
      const { stdout, stderr } = spawnSync("/usr/bin/python3", ["-c", script, path], { encoding: "utf8" });
      expect(stderr).toBe("");
      expect(JSON.parse(stdout)).toEqual({
        file: ["<U12", [4], rows.map(({ file }) => file)],
        label: ["<U4", [4], rows.map(({ label }) => label)],
        speaker: ["<U2", [4], rows.map(({ speaker }) => speaker ?? "")],
        seconds: ["<f8", [4], rows.map(({ seconds }) => seconds)],
        layer_0: ["<f4", [4, 4], rows.map((row) => getLayer(row, 0))],
        layer_1: ["<f4", [4, 4], rows.map((row) => getLayer(row, 1))],
        layer_2: ["<f4", [4, 4], rows.map((row) => getLayer(row, 2))],
      });
      await writeEmbeddingTable(path, [], shape);
      expect(
        JSON.parse(spawnSync("/usr/bin/python3", ["-c", script, path], { encoding: "utf8" }).stdout),
      ).toMatchObject({
        file: ["<U1", [0], []],
        layer_2: ["<f4", [0, 4], []],
      });
    },
  );

  it("has headers of a multiple of 64 bytes, and always the same bytes", async () => {
    const path = join(await createScratchFolder(), "F.npz");
    await writeEmbeddingTable(path, createRows(4), shape);
    const first = await readFile(path);
    const members = unzipSync(first);
    expect(Object.keys(members)).toEqual(
      ["file", "label", "speaker", "seconds", "layer_0", "layer_1", "layer_2"].map((name) => `${name}.npy`),
    );
    for (const bytes of Object.values(members)) {
      const header = new TextDecoder().decode(bytes.subarray(10, 10 + bytes[8]!));
      expect((10 + bytes[8]!) % 64).toBe(0);
      expect(header).toMatch(/^\{'descr': '<[Uf]\d+', 'fortran_order': False, 'shape': \(4,( 4)?\), \} *\n$/);
    }
    const values = new Float32Array(members["layer_1.npy"]!.slice(-4 * 16).buffer);
    expect(Array.from(values)).toEqual(createRows(4).flatMap((row) => getLayer(row, 1)));
    await writeEmbeddingTable(path, createRows(4), shape);
    expect((await readFile(path)).equals(first)).toBe(true);
  });
});

describe("a table that cannot be written", () => {
  it.each(["F.csv", "F", "parquet", "F.npy", ".npz.txt"])("%s is an error of usage", async (name) => {
    await expect(writeEmbeddingTable(name, createRows(1), shape)).rejects.toMatchObject({
      code: "usage",
      message: expect.stringMatching(/\.parquet or \.npz/),
    });
  });

  it("does not change an existing file", async () => {
    const path = join(await createScratchFolder(), "F.npz");
    await writeFile(path, "old");
    const rows = [{ ...createRows(1)[0]!, vector: new Float32Array(11) }];
    await expect(writeEmbeddingTable(path, rows, shape)).rejects.toMatchObject({
      code: "invalid-shape",
      message: expect.stringContaining("a.wav has 11 numbers; expected 3 layers of 2 x 2"),
    });
    expect(await readFile(path, "utf8")).toBe("old");
  });
});
