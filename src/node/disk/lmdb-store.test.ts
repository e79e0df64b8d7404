import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmod, copyFile, mkdir, open, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { describeStoreContract } from "../../../test/support/store-contract.ts";
import {
  createStoredEmbedding,
  createStoredTranscript,
  createStoreKey,
} from "../../../test/support/store-values.ts";
import type { ErrorRecord } from "../../core/error.ts";
import { clearCache, getCacheStats } from "./cache-account.ts";
import { openEmbeddingStore, openLmdbStore } from "./lmdb-store.ts";

describeStoreContract("the store on disk", async () =>
  openLmdbStore(join(await createScratchFolder(), "embeddings")),
);

const writerScript = fileURLToPath(
  new URL("../../../test/support/processes/store-writer.ts", import.meta.url),
);

/** A process that writes and reports; `numbers` are those it reported as committed, `ended` waits for its end. */
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

async function fill(folder: string, count: number): Promise<void> {
  const store = await openLmdbStore(folder);
  await Promise.all(
    Array.from({ length: count }, (_, i) => store.put(createStoreKey(i), createStoredEmbedding(i, 700))),
  );
  await store.close();
}

describe("the store on disk", () => {
  it("is still there after it was closed, under names with spaces, dots and Cyrillic", async () => {
    const folder = join(await createScratchFolder(), "мой кэш.v1", "embeddings");
    await fill(folder, 3);
    const store = await openLmdbStore(folder);
    expect(store.get(createStoreKey(2))).toStrictEqual(createStoredEmbedding(2, 700));
    await store.close();
  });

  it("loses nothing committed and is never damaged when its writers are killed with SIGKILL", async () => {
    const folder = join(await createScratchFolder(), "embeddings");
    const committed: number[] = [];
    for (let round = 0; round < 4; round++) {
      const first = round * 1_000_000;
      // Two processes at once: one commits each embedding alone, one in batches.
      const writers = [startWriter(folder, first, 2, 1), startWriter(folder, first + 1, 2, 7)];
      await waitFor(() => writers.every(({ numbers }) => numbers.length > 20 + 17 * round));
      // The second one has to go on over what the first one left behind.
      for (const [i, { child, ended }] of writers.entries()) {
        child.kill("SIGKILL");
        await ended;
        const second = writers[1]!.numbers;
        const enough = second.length + 40;
        if (i === 0) await waitFor(() => second.length > enough);
      }
      committed.push(...writers.flatMap(({ numbers }) => numbers));
      const warnings: ErrorRecord[] = [];
      const store = await openLmdbStore(folder, { onWarning: (warning) => warnings.push(warning) });
      expect(warnings).toEqual([]);
      const lost = committed.filter((n) => store.get(createStoreKey(n))?.facts.seconds !== 1.25 + n);
      expect(lost).toEqual([]);
      await store.put(createStoreKey(-round - 1), createStoredEmbedding(1));
      await store.close();
    }
    const store = await openLmdbStore(folder);
    for (const n of committed.slice(-20)) {
      expect(store.get(createStoreKey(n))).toStrictEqual(createStoredEmbedding(n, 700));
    }
    await store.close();
    const { entries } = await getCacheStats(folder);
    expect(entries).toBeGreaterThanOrEqual(committed.length + 4);
  });

  it("is shared by processes that make it grow at the same time", async () => {
    const folder = join(await createScratchFolder(), "embeddings");
    const mine = await openLmdbStore(folder);
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

  it.each([
    ["garbage all over", async (path: string) => writeFile(path, Buffer.alloc(100_000, "garbage "))],
    ["a file of another kind, short", async (path: string) => writeFile(path, "hello")],
    ["the first pages zeroed", async (path: string) => overwrite(path, 0, Buffer.alloc(8192))],
    ["cut to one page", async (path: string) => truncate(path, 4096)],
    ["cut in the middle", async (path: string) => truncate(path, ((await stat(path)).size / 2) | 0)],
    ["a page size of nonsense", async (path: string) => overwrite(path, 48, Buffer.from([1, 2, 3, 4]))],
    [
      "the newest roots overwritten",
      async (path: string) => {
        const bytes = await readFile(path);
        const meta = bytes.readBigUInt64LE(152) > bytes.readBigUInt64LE(4096 + 152) ? 0 : 4096;
        await overwrite(path, Number(bytes.readBigUInt64LE(meta + 136)) * 4096, Buffer.alloc(4096, 0xab));
      },
    ],
  ])("begins anew, with a warning, when it finds %s", async (_, damage) => {
    const folder = join(await createScratchFolder(), "embeddings");
    for (let round = 0; round < 2; round++) {
      await fill(folder, 40);
      await damage(join(folder, "data.mdb"));
      const warnings: ErrorRecord[] = [];
      const store = await openLmdbStore(folder, { onWarning: (warning) => warnings.push(warning) });
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toMatchObject({
        code: "store-failed",
        message: expect.stringContaining("was damaged"),
      });
      expect(store.get(createStoreKey(1))).toBeUndefined();
      await store.put(createStoreKey(1), createStoredEmbedding(1));
      expect(store.get(createStoreKey(1))).toStrictEqual(createStoredEmbedding(1));
      await store.close();
      await stat(join(`${folder}.damaged`, "data.mdb"));
    }
  });

  it("takes a value that was overwritten for a miss", async () => {
    const folder = join(await createScratchFolder(), "embeddings");
    const store = await openLmdbStore(folder);
    await store.put(createStoreKey(1), createStoredEmbedding(1, 4000));
    await store.close();
    const path = join(folder, "data.mdb");
    const bytes = await readFile(path);
    const marker = Buffer.from(createStoredEmbedding(1, 4000).vector.buffer, 8000, 64);
    await overwrite(path, bytes.indexOf(marker), Buffer.alloc(64));
    const again = await openLmdbStore(folder);
    expect(again.get(createStoreKey(1))).toBeUndefined();
    await again.put(createStoreKey(1), createStoredEmbedding(1));
    expect(again.get(createStoreKey(1))).toStrictEqual(createStoredEmbedding(1));
    await again.close();
  });

  it("gets over a damaged lock file", async () => {
    const folder = join(await createScratchFolder(), "embeddings");
    await fill(folder, 5);
    await writeFile(join(folder, "lock.mdb"), Buffer.alloc(8272, 0x5a));
    const store = await openLmdbStore(folder);
    expect(store.get(createStoreKey(4))).toStrictEqual(createStoredEmbedding(4, 700));
    await store.put(createStoreKey(5), createStoredEmbedding(5));
    await store.close();
  });

  it("refuses keys that are none", async () => {
    const store = await openLmdbStore(join(await createScratchFolder(), "embeddings"));
    expect(() => store.get("moonshine")).toThrow(/96 hexadecimal digits; got "moonshine"/);
    await expect(store.put("../x", createStoredEmbedding(1))).rejects.toMatchObject({ code: "store-failed" });
    await store.close();
  });
});

describe("a store that cannot be", () => {
  it("is an error that names the folder", async () => {
    const file = join(await createScratchFolder(), "file");
    await writeFile(file, "");
    const error = await openLmdbStore(join(file, "embeddings")).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "store-failed", hint: expect.stringContaining("GOLEM_HOME") });
    expect(String(error)).toContain(file);
  });

  it("is done without, after one warning", async () => {
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
    `is read from where it may only be read${unprivileged ? "" : " (skipped: needs root to become another user)"}`,
    async () => {
      const parent = await createScratchFolder();
      const folder = join(parent, "embeddings");
      await fill(folder, 3);
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

  it.skipIf(process.platform === "win32")("goes on without keeping when the disk is full", async () => {
    const folder = join(await createScratchFolder(), "embeddings");
    await fill(folder, 3);
    // No file may grow over 1 MB (2048 blocks of 512 bytes), which is what a full disk looks like.
    const script = fileURLToPath(new URL("../../../test/support/processes/store-reader.ts", import.meta.url));
    const run = (limit: string) =>
      spawnSync(
        "sh",
        ["-c", `${limit} exec "$0" --import tsx "$1" "$2" 200`, process.execPath, script, folder],
        {
          encoding: "utf8",
        },
      );
    const full = run("ulimit -f 2048;");
    expect({ ...JSON.parse(full.stdout || "{}"), status: full.status }).toMatchObject({
      found: true,
      warnings: 1,
      warning: expect.stringContaining("could not be written to"),
      status: 0,
    });
    const enough = run("");
    expect({ ...JSON.parse(enough.stdout || "{}"), status: enough.status }).toEqual({
      found: true,
      warnings: 0,
      status: 0,
    });
  });
});

describe("the cache's account", () => {
  it("counts by fingerprint, and clearing gives the space back while others have it open", async () => {
    const folder = join(await createScratchFolder(), "embeddings");
    expect(await getCacheStats(folder)).toMatchObject({ entries: 0, bytes: 0, fingerprints: {} });
    expect(await clearCache(folder)).toMatchObject({ entries: 0 });
    await fill(folder, 30);
    const store = await openLmdbStore(folder);
    await store.put(createStoreKey(1, "other"), createStoredEmbedding(1));
    for (const i of [1, 2, 3]) {
      await store.transcripts.put(createStoreKey(i, "said"), createStoredTranscript(i));
    }
    const stats = await getCacheStats(folder);
    expect(stats).toMatchObject({ entries: 34, transcripts: 3 });
    expect(Object.values(stats.fingerprints).sort()).toEqual([1, 3, 30]);
    expect(stats.bytes).toBe((await stat(join(folder, "data.mdb"))).size);
    expect(stats.bytes).toBeGreaterThan(30 * 2800);
    await mkdir(`${folder}.damaged`);

    expect(await clearCache(folder)).toEqual(stats);
    expect(await getCacheStats(folder)).toMatchObject({ entries: 0, bytes: 0 });
    await expect(stat(`${folder}.damaged`)).rejects.toMatchObject({ code: "ENOENT" });
    await store.put(createStoreKey(2), createStoredEmbedding(2));
    await store.close();
    const again = await openLmdbStore(folder);
    expect(again.get(createStoreKey(1))).toBeUndefined();
    await again.close();
  });

  it("opens a copy of the folder", async () => {
    const parent = await createScratchFolder();
    await fill(join(parent, "a"), 10);
    await mkdir(join(parent, "b"));
    await copyFile(join(parent, "a", "data.mdb"), join(parent, "b", "data.mdb"));
    const store = await openLmdbStore(join(parent, "b"));
    expect(store.get(createStoreKey(9))).toStrictEqual(createStoredEmbedding(9, 700));
    await store.close();
  });
});

async function overwrite(path: string, offset: number, bytes: Uint8Array): Promise<void> {
  expect(offset).toBeGreaterThanOrEqual(0);
  const handle = await open(path, "r+");
  await handle.write(bytes, 0, bytes.length, offset);
  await handle.close();
}
