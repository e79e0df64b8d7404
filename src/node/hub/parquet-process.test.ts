/**
 * Values decoded in a separate process: equal to those of hyparquet, or ended in time if a page decodes
 * endlessly.
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { expect, it } from "vitest";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { createMemorySource } from "../../core/byte-source.ts";
import { createParquetReader, openParquetFile } from "../../dataset/parquet-file.ts";
import { parquetCompressors } from "./parquet-compressors.ts";
import { createIsolatedReader } from "./parquet-process.ts";

/** A file of 64 rows, half of them null, whose first run of levels states 2^30 values. */
function createEndless(): Uint8Array {
  const data = Array.from({ length: 64 }, (_, i) => (i % 2 ? i : null));
  const columnData = [{ name: "label", data, type: "INT32", nullable: true } as const];
  const file = Buffer.from(parquetWriteBuffer({ codec: "UNCOMPRESSED", columnData }));
  // Eight groups of eight levels of one bit each, with every second one set.
  const levels = file.indexOf(Buffer.from("11aaaaaaaaaaaaaaaa", "hex"));
  expect(levels).toBeGreaterThan(0);
  file.set([0xfe, 0xff, 0xff, 0xff, 0x07, 0x01], levels);
  return file;
}

it("gives the same values as the calling thread", async () => {
  for (const name of ["snappy", "gzip", "indexed", "pages-v2"]) {
    const bytes = await readFile(new URL(`../../../test/fixtures/parquet/${name}.parquet`, import.meta.url));
    const source = createMemorySource(bytes, name);
    const [here, there] = [createParquetReader(parquetCompressors), createIsolatedReader({})];
    const expected = await openParquetFile(source, here);
    const file = await openParquetFile(source, there);
    const columns = ["audio", "intent_class", "speaker_id"];
    expect(await file.readRows(columns, 13, 19)).toEqual(await expected.readRows(columns, 13, 19));
  }
});

it("ends an endless reading, and serves the next one", async () => {
  const file = await openParquetFile(
    createMemorySource(createEndless(), "endless"),
    createIsolatedReader({}),
  );
  const reading = file.readRows(["label"], 0, 64);
  // It ends by its deadline, or because the array cannot grow any further, depending on speed.
  await expect(reading).rejects.toMatchObject({ code: "invalid-data" });
  const bytes = await readFile(new URL("../../../test/fixtures/parquet/snappy.parquet", import.meta.url));
  const good = await openParquetFile(createMemorySource(bytes, "good"), createIsolatedReader({}));
  expect(await good.readRows(["speaker_id"], 0, 2)).toEqual([{ speaker_id: "s0" }, { speaker_id: "s1" }]);
});

it("ends a reading at once when aborted", async () => {
  const stop = new AbortController();
  const reader = createIsolatedReader({ signal: stop.signal });
  const file = await openParquetFile(createMemorySource(createEndless(), "endless"), reader);
  const reading = file.readRows(["label"], 0, 64);
  setTimeout(() => stop.abort(), 200);
  await expect(reading).rejects.toMatchObject({ code: "aborted" });
});

it("rejects with the error of the byte source", async () => {
  const bytes = await readFile(new URL("../../../test/fixtures/parquet/snappy.parquet", import.meta.url));
  const memory = createMemorySource(bytes, "cut off");
  let isCut = false;
  const read = async (offset: number, length: number) => {
    if (isCut) throw new Error("the connection was lost");
    return memory.read(offset, length);
  };
  const file = await openParquetFile({ ...memory, read }, createIsolatedReader({}));
  isCut = true;
  await expect(file.readRows(["audio"], 0, 2)).rejects.toThrow(/the connection was lost/);
});

it.skipIf(process.platform !== "linux")(
  "ends if its parent is killed",
  async () => {
    const path = join(await createScratchFolder(), "endless.parquet");
    await writeFile(path, createEndless());
    const code = `
    const { createIsolatedReader } = await import(${JSON.stringify(new URL("./parquet-process.ts", import.meta.url).href)});
    const { openParquetFile } = await import(${JSON.stringify(new URL("../../dataset/parquet-file.ts", import.meta.url).href)});
    const { openFileSource } = await import(${JSON.stringify(new URL("../disk/file-source.ts", import.meta.url).href)});
    const reader = createIsolatedReader({ graceMilliseconds: 600_000 });
    const file = await openParquetFile(await openFileSource(${JSON.stringify(path)}), reader);
    await file.readRows(["label"], 0, 64);`;
    const parent = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", code]);
    const isGone = (pid: number) =>
      !existsSync(`/proc/${pid}`) || /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
    const children = () => readFileSync(`/proc/${parent.pid}/task/${parent.pid}/children`, "utf8").trim();
    const isDecoder = (pid: string) =>
      readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("parquet-worker");
    const find = () =>
      children()
        .split(" ")
        .find((pid) => pid !== "" && isDecoder(pid));
    await expect.poll(find, { timeout: 60_000 }).toBeDefined();
    const decoder = Number(find());
    parent.kill("SIGKILL");
    await expect.poll(() => isGone(decoder), { timeout: 60_000 }).toBe(true);
  },
  130_000,
);
