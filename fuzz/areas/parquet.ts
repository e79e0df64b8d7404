/** Parquet files of data sets: the footer, features, and all rows of all columns. */
import { readFile } from "node:fs/promises";
import { createMemorySource } from "../../src/core/byte-source.ts";
import { readFeatures } from "../../src/dataset/parquet-features.ts";
import { openParquetFile } from "../../src/dataset/parquet-file.ts";
import { createIsolatedReader } from "../../src/node/hub/parquet-process.ts";
import type { FuzzArea } from "../area.ts";

const names = ["none", "snappy", "gzip", "brotli", "indexed", "pages-v2", "zstd"];
const fixtures = new URL("../../test/fixtures/parquet/", import.meta.url);

/** The area. */
export const area: FuzzArea = {
  async createCorpus() {
    const files: Record<string, Uint8Array> = {};
    for (const name of names) {
      files[`${name}.parquet`] = new Uint8Array(await readFile(new URL(`${name}.parquet`, fixtures)));
    }
    return files;
  },
  open: async () => ({
    async parse(bytes, name) {
      const file = await openParquetFile(createMemorySource(bytes, name), createIsolatedReader({}));
      readFeatures(file.columns, file.notes.get("huggingface"), undefined, "default");
      const columns = file.columns.map((column) => column.name);
      await file.readRows(columns, 0, file.rows);
    },
  }),
};
