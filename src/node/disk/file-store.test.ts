import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  appendFile,
  chmod,
  copyFile,
  mkdir,
  open,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { describeStoreContract } from "../../../test/support/store-contract.ts";
import { createStoredEmbedding, createStoreKey, fillStore } from "../../../test/support/store-values.ts";
import type { ErrorRecord } from "../../core/error.ts";
import { clearCache, getCacheStats } from "./cache-account.ts";
import { openEmbeddingStore, openFileStore } from "./file-store.ts";

describeStoreContract("the store on disk", async () =>
  openFileStore(join(await createScratchFolder(), "embeddings")),
);

const writerScript = fileURLToPath(
  new URL("../../../test/support/processes/store-writer.ts", import.meta.url),
);

/**
 * Starts a process that writes and reports; `numbers` are the values it reported as committed, `ended`
 * resolves when it ends.
 */
function startWriter(...argv: readonly (string | number)[]): {
  child: ChildProcess;
  numbers: number[];
  ended: Promise<void>;
} {
  const child = spawn(process.execPath, ["--import", "tsx", writerScript, ...argv.map(String)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const numbers: number[] = [];
  let rest = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    numbers.push(...lines.map(Number));
  });
  return { child, numbers, ended: new Promise((resolve) => child.on("close", () => resolve())) };
}

async function waitFor(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

describe("the store on disk", () => {
  it("is persistent, in folders with spaces, dots and Cyrillic in their names", async () => {
    const folder = join(await createScratchFolder(), "мой кэш.v1", "embeddings");
    await fillStore(folder, 3);
    const store = await openFileStore(folder);
    expect(store.get(createStoreKey(2))).toStrictEqual(createStoredEmbedding(2, 700));
    await store.close();
  });

  it("loses nothing committed and is not damaged when its writers are killed with SIGKILL", async () => {
    const folder = join(await createScratchFolder(), "embeddings");
    const committed: number[] = [];
    for (let round = 0; round < 4; round++) {
      const first = round * 1_000_000;
      // Two processes at once: one commits each embedding alone, one in batches.
      const writers = [startWriter(folder, first, 2, 1), startWriter(folder, first + 1, 2, 7)];
      await waitFor(() => writers.every(({ numbers }) => numbers.length > 20 + 17 * round));
      // The second process must continue despite the files that the first one left.
      for (const [i, { child, ended }] of writers.entries()) {
        child.kill("SIGKILL");
        await ended;
        const second = writers[1]!.numbers;
        const enough = second.length + 40;
        if (i === 0) await waitFor(() => second.length > enough);
      }
      committed.push(...writers.flatMap(({ numbers }) => numbers));
      const warnings: ErrorRecord[] = [];
      const store = await openFileStore(folder, { onWarning: (warning) => warnings.push(warning) });
      expect(warnings).toEqual([]);
      const lost = committed.filter((n) => store.get(createStoreKey(n))?.facts.seconds !== 1.25 + n);
      expect(lost).toEqual([]);
      await store.put(createStoreKey(-round - 1), createStoredEmbedding(1));
      await store.close();
    }
    const store = await openFileStore(folder);
    for (const n of committed.slice(-20)) {
      expect(store.get(createStoreKey(n))).toStrictEqual(createStoredEmbedding(n, 700));
    }
    await store.close();
    const { entries } = await getCacheStats(folder);
    expect(entries).toBeGreaterThanOrEqual(committed.length + 4);
  });

  it("can be extended by several processes at the same time", async () => {
    const folder = join(await createScratchFolder(), "embeddings");
    const mine = await openFileStore(folder);
    const writers = [startWriter(folder, 0, 2, 5, 800), startWriter(folder, 1, 2, 5, 800)];
    await waitFor(() => writers.every(({ numbers }) => numbers.length > 0));
    for (let n = 1000; n < 1200; n++) await mine.put(createStoreKey(n), createStoredEmbedding(n, 700));
    await Promise.all(writers.map(({ ended }) => ended));
    await new Promise((resolve) => setImmediate(resolve));
    for (const n of [...Array(800).keys(), ...Array.from({ length: 200 }, (_, i) => 1000 + i)]) {
      expect(mine.get(createStoreKey(n))?.facts.seconds).toBe(1.25 + n);
    }
    await mine.close();
    expect((await getCacheStats(folder)).entries).toBe(1000);
  });

  const damages: readonly (readonly [string, (path: string) => Promise<unknown>])[] = [
    ["garbage all over", async (path) => writeFile(path, Buffer.alloc(100_000, "garbage "))],
    ["a short file of another kind", async (path) => writeFile(path, "hello")],
    ["an empty file", async (path) => truncate(path, 0)],
    ["zeros in the middle", async (path) => overwrite(path, 1000, Buffer.alloc(64))],
    ["zeros at the start", async (path) => overwrite(path, 0, Buffer.alloc(512))],
    ["half of the file", async (path) => truncate(path, ((await stat(path)).size / 2) | 0)],
    ["bytes at the end", async (path) => appendFile(path, "more")],
    ["a flipped bit", async (path) => overwrite(path, 99, Buffer.of((await readFile(path))[99]! ^ 4))],
    ["the value of another key", async (path) => copyFile((await listFiles(path, 2)).at(-1)!, path)],
  ];
  it.each(damages)("warns once about %s, and treats such values as missing", async (_, damage) => {
    const folder = join(await createScratchFolder(), "embeddings");
    await fillStore(folder, 3);
    const files = await listFiles(folder);
    expect(files).toHaveLength(3);
    const intact = await readFile(files[2]!);
    await damage(files[0]!);
    await damage(files[1]!);
    expect(await readFile(files[2]!)).toEqual(intact);
    const warnings: ErrorRecord[] = [];
    const store = await openEmbeddingStore(folder, { onWarning: (warning) => warnings.push(warning) });
    const numbers = [0, 1, 2];
    const found = numbers.map((n) => store.get(createStoreKey(n)));
    expect(found.filter((value) => value === undefined)).toHaveLength(2);
    expect(warnings).toMatchObject([
      { code: "store-failed", message: expect.stringContaining("is damaged") },
    ]);
    for (const n of numbers) await store.put(createStoreKey(n), createStoredEmbedding(n, 700));
    for (const n of numbers)
      expect(store.get(createStoreKey(n))).toStrictEqual(createStoredEmbedding(n, 700));
    await store.close();
  });

  it("treats a deleted value as missing without a warning, and a folder in its place as damage", async () => {
    const folder = join(await createScratchFolder(), "embeddings");
    await fillStore(folder, 1);
    const [file] = await listFiles(folder);
    const warnings: ErrorRecord[] = [];
    const store = await openEmbeddingStore(folder, { onWarning: (warning) => warnings.push(warning) });
    await rm(file!);
    expect(store.get(createStoreKey(0))).toBeUndefined();
    expect(warnings).toEqual([]);
    await mkdir(file!);
    expect(store.get(createStoreKey(0))).toBeUndefined();
    expect(warnings).toHaveLength(1);
  });

  it("deletes old unfinished files of killed processes", async () => {
    const folder = join(await createScratchFolder(), "embeddings");
    await fillStore(folder, 1);
    const [old, fresh] = ["1-old-0", "1-fresh-0"].map((name) => join(folder, "writing", name));
    for (const path of [old!, fresh!]) await writeFile(path, "half");
    await utimes(old!, 0, 0);
    await fillStore(folder, 1);
    await expect(stat(old!)).rejects.toMatchObject({ code: "ENOENT" });
    expect((await stat(fresh!)).size).toBe(4);
  });

  it("rejects invalid keys", async () => {
    const store = await openFileStore(join(await createScratchFolder(), "embeddings"));
    expect(() => store.get("moonshine")).toThrow(/96 hexadecimal digits; got "moonshine"/);
    await expect(store.put("../x", createStoredEmbedding(1))).rejects.toMatchObject({ code: "store-failed" });
    await store.close();
  });
});

describe("a store that cannot be opened", () => {
  it("is an error with the name of the folder", async () => {
    const file = join(await createScratchFolder(), "file");
    await writeFile(file, "");
    const error = await openFileStore(join(file, "embeddings")).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "store-failed", hint: expect.stringContaining("GOLEM_HOME") });
    expect(String(error)).toContain(file);
  });

  it("is skipped after one warning", async () => {
    const file = join(await createScratchFolder(), "file");
    await writeFile(file, "");
    const warnings: ErrorRecord[] = [];
    const store = await openEmbeddingStore(join(file, "embeddings"), { onWarning: (w) => warnings.push(w) });
    for (let n = 0; n < 3; n++) await store.put(createStoreKey(n), createStoredEmbedding(n));
    expect(store.get(createStoreKey(1))).toBeUndefined();
    await store.close();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.message).toMatch(/not cached/);
  });

  const unprivileged = process.platform !== "win32" && process.getuid?.() === 0;
  it.skipIf(!unprivileged)(
    `can be read on a read-only disk${unprivileged ? "" : " (skipped: needs root to become another user)"}`,
    async () => {
      const parent = await createScratchFolder();
      const folder = join(parent, "embeddings");
      await fillStore(folder, 3);
      await chmod(parent, 0o755);
      await chmod(folder, 0o555);
      const result = spawnSync(
        process.execPath,
        [
          "--import",
          "tsx",
          fileURLToPath(new URL("../../../test/support/processes/store-reader.ts", import.meta.url)),
          folder,
        ],
        { uid: 65_534, gid: 65_534, encoding: "utf8", env: { ...process.env, TMPDIR: "/tmp" } },
      );
      expect(result.stderr).toBe("");
      expect(JSON.parse(result.stdout)).toMatchObject({ found: true, warnings: 1 });
    },
  );

  it.skipIf(!unprivileged || process.platform !== "linux")(
    `continues without storing when the disk is full${unprivileged ? "" : " (skipped: needs root to mount a disk)"}`,
    async () => {
      const disk = await createScratchFolder();
      const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "golem-test", disk]);
      if (mounted.status !== 0) return; // a container without the right to mount
      onTestFinished(() => void spawnSync("umount", [disk]));
      const folder = join(disk, "embeddings");
      await fillStore(folder, 3);
      const script = fileURLToPath(
        new URL("../../../test/support/processes/store-reader.ts", import.meta.url),
      );
      const run = spawnSync(process.execPath, ["--import", "tsx", script, folder, "200"], {
        encoding: "utf8",
      });
      expect({ ...JSON.parse(run.stdout || "{}"), status: run.status }).toMatchObject({
        found: true,
        warnings: 1,
        warning: expect.stringContaining("the disk is full"),
        status: 0,
      });
      expect((await getCacheStats(folder)).entries).toBeGreaterThan(3);
      expect((await clearCache(folder)).entries).toBeGreaterThan(3);
      expect(await listFiles(disk)).toEqual([]);
    },
  );
});

/** The files of a store in the order of their paths; `up`: folders above `path` to start at. */
async function listFiles(path: string, up = 0): Promise<string[]> {
  const root = up === 0 ? path : join(path, "../".repeat(up));
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : [])).sort();
}

async function overwrite(path: string, offset: number, bytes: Uint8Array): Promise<void> {
  expect(offset).toBeGreaterThanOrEqual(0);
  const handle = await open(path, "r+");
  await handle.write(bytes, 0, bytes.length, offset);
  await handle.close();
}
