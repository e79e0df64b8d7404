/** Runs of shards on real recordings: planning, embedding, reading back, training. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFile, cp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { getData, getRun, runJson } from "../../../test/support/shards/tone-run.ts";

async function hashShards(run: string): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const name of (await readdir(join(run, "shards"))).sort()) {
    hashes[name] = createHash("sha256")
      .update(await readFile(join(run, "shards", name)))
      .digest("hex");
  }
  return hashes;
}

describe("golem plan and embed --run", () => {
  it("writes shards singly or all at once, with the same bytes, and no shard twice", async () => {
    const data = await getData();
    const run = await createScratchFolder();
    const planned = await runJson("plan", data, "--out", run, "--shard-size", "4");
    expect(planned.document).toMatchObject({ recordings: 15, shards: 4, shardSize: 4, skipped: [] });
    expect((await runJson("status", "--run", run)).document).toEqual({
      ...{ shards: 4, done: 0, waiting: 4, active: 0, failed: 0, clips: 0, errors: 0, clipsPerSecond: 0 },
    });
    process.env.SLURM_ARRAY_TASK_ID = "2";
    try {
      expect((await runJson("embed", "--run", run)).document).toMatchObject({
        shard: 2,
        embedded: 1,
        clips: 4,
      });
    } finally {
      delete process.env.SLURM_ARRAY_TASK_ID;
    }
    expect((await runJson("embed", "--run", run, "--shard", "2")).document).toMatchObject({
      embedded: 0,
      found: 1,
    });
    expect((await runJson("embed", "--run", run)).document).toMatchObject({
      embedded: 3,
      found: 1,
      errors: 3,
    });
    expect((await runJson("status", "--run", run)).document).toMatchObject({ done: 4, clips: 15, errors: 3 });
    expect(await hashShards(run)).toEqual(await hashShards(await getRun()));
  });

  it("finds finished shards when planned again", async () => {
    const run = await createScratchFolder();
    const data = await createScratchFolder();
    await cp(await getData(), data, { recursive: true, preserveTimestamps: true });
    await cp(await getRun(), run, { recursive: true });
    expect((await runJson("plan", data, "--out", run, "--shard-size", "4")).exitCode).toBe(0);
    expect((await runJson("status", "--run", run)).document.done).toBe(4);
    await utimes(join(data, "low", "10.wav"), 1, 1);
    expect((await runJson("plan", data, "--out", run, "--shard-size", "4")).exitCode).toBe(0);
    expect((await runJson("status", "--run", run)).document.done).toBe(3);
  });

  it("names a shard that does not exist, missing data, and conflicting arguments", async () => {
    const run = await createScratchFolder();
    await cp(await getRun(), run, { recursive: true });
    const beyond = await runJson("embed", "--run", run, "--shard", "9");
    expect(beyond.exitCode).toBe(2);
    expect(beyond.stderr).toContain("shards 0 to 3");
    await rm(join(run, "shards"), { recursive: true });
    const gone = await runJson("embed", "--run", run, "--data", join(run, "nothing"));
    expect(gone).toMatchObject({ exitCode: 1, document: { error: { code: "data-not-found" } } });
    await expect(stat(join(run, "shards"))).rejects.toThrow();
    expect((await runJson("embed", "somewhere", "--run", run)).exitCode).toBe(2);
    expect((await runJson("embed", "somewhere")).exitCode).toBe(2);
    expect((await runJson("embed", "--run", join(run, "nothing"))).document.error.code).toBe(
      "data-not-found",
    );
    await writeFile(join(run, "run.json"), "{}");
    expect((await runJson("status", "--run", run)).document.error.code).toBe("invalid-data");
  });

  it("rejects a manifest with other recordings than those of the run", async () => {
    const run = await createScratchFolder();
    const other = await createScratchFolder();
    await cp(await getRun(), run, { recursive: true });
    const data = await createScratchFolder();
    await cp(await getData(), data, { recursive: true });
    await rm(join(data, "low", "0.wav"));
    await copyFile(join(data, "low", "2.wav"), join(data, "low", "new.wav"));
    await runJson("plan", data, "--out", other, "--shard-size", "4");
    await copyFile(join(other, "manifest.parquet"), join(run, "manifest.parquet"));
    const document = JSON.parse(await readFile(join(run, "run.json"), "utf8"));
    document.manifest[0].bytes = (await stat(join(run, "manifest.parquet"))).size;
    await writeFile(join(run, "run.json"), JSON.stringify(document));
    await rm(join(run, "shards"), { recursive: true });
    expect((await runJson("embed", "--run", run)).document.error).toMatchObject({ code: "invalid-data" });
  });
});

describe("shards", () => {
  it("can be read by DuckDB: vectors, facts, text, errors, and labels from the manifest", async () => {
    const run = await getRun();
    const connection = await (await DuckDBInstance.create(":memory:")).connect();
    const query = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJson();
    const shards = `'${run}/shards/*.parquet'`;
    const [counts] = await query(
      `select count(*)::int n, count(distinct key)::int keys, count(error_code)::int errors,
         min(len("moonshine-tiny/layer_6"))::int size, count("moonshine-tiny/context")::int decoded from ${shards}`,
    );
    expect(counts).toEqual({ n: 15, keys: 15, errors: 3, size: 576, decoded: 12 });
    const labels = await query(
      `select label, count(*)::int n, any_value(s.facts::json->>'codec') codec
         from '${run}/manifest*.parquet' m join ${shards} s using (key) where error_code is null group by 1 order by 1`,
    );
    expect(labels).toEqual(
      [
        { label: "high", n: 6, codec: "pcm_s16le" },
        { label: "low", n: 6, codec: "pcm_s16le" },
      ].map((row) => ({ ...row, codec: expect.any(String) })),
    );
    const errors = await query(
      `select key, error_code from ${shards} where error_code is not null order by 1`,
    );
    expect(errors.map(({ key }) => key)).toEqual(["high/cut.wav", "low/empty.wav", "low/garbage.wav"]);
  });

  it("give an error with their encoders if others are requested", async () => {
    const run = await getRun();
    const out = join(await createScratchFolder(), "golem");
    const { document } = await runJson("train", run, "--out", out, "--encoder", "mfcc");
    expect(document.error).toMatchObject({ code: "invalid-option" });
    expect(document.error.message).toContain("moonshine-tiny and google-speech-embedding with transcripts");
  });
});

/** Whether a file system of a few kilobytes can be mounted: as root, on Linux. */
const canMount = process.platform === "linux" && process.getuid?.() === 0;

describe.skipIf(!canMount)(
  `a full disk${canMount ? "" : " (skipped: only root mounts file systems)"}`,
  () => {
    it("ends the work with an error, keeps only complete shards, and allows continuing when there is space", async () => {
      const run = await createScratchFolder();
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=44k", "none", run]);
      try {
        const planned = [
          "plan",
          await getData(),
          "--out",
          run,
          "--shard-size",
          "3",
          "--encoder",
          "google-speech-embedding",
        ];
        expect((await runJson(...planned)).exitCode).toBe(0);
        const { exitCode, document } = await runJson("embed", "--run", run);
        expect(exitCode).toBe(1);
        expect(document.error).toMatchObject({
          code: "output-failed",
          message: expect.stringContaining("full"),
        });
        const { done } = (await runJson("status", "--run", run)).document;
        expect(done).toBeLessThan(5);
        expect((await readdir(join(run, "shards"))).filter((name) => !name.endsWith(".parquet"))).toEqual([]);
        execFileSync("mount", ["-o", "remount,size=1m", run]);
        expect((await runJson("embed", "--run", run)).document).toMatchObject({
          found: done,
          embedded: 5 - done,
        });
      } finally {
        execFileSync("umount", ["-l", run]);
      }
    });
  },
);

describe("foreign shards", () => {
  const columns = [{ name: "key", data: ["a"], type: "STRING" as const }];
  it.each([
    ["notes that are not JSON", { kvMetadata: [{ key: "golem-shard", value: "[[[" }] }],
    ["notes of another form", { kvMetadata: [{ key: "golem-shard", value: "null" }] }],
    [
      "a count that is not a number",
      { kvMetadata: [{ key: "golem-shard", value: '{"errors":"\\u001b[31m"}' }] },
    ],
  ])("with %s give errors with their names, also in status", async (_, notes) => {
    const run = await createScratchFolder();
    await cp(await getRun(), run, { recursive: true });
    const [name] = (await readdir(join(run, "shards"))).sort();
    const shard = parquetWriteBuffer({ columnData: columns, ...notes });
    await writeFile(join(run, "shards", name!), Buffer.from(shard));
    const { exitCode, document, stderr } = await runJson("status", "--run", run);
    expect(exitCode).toBe(1);
    expect(document.error).toMatchObject({ code: "invalid-data", message: expect.stringContaining(name!) });
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it("with pages beyond the end of the file are rejected before memory is allocated", async () => {
    const run = await createScratchFolder();
    await cp(await getRun(), run, { recursive: true });
    const [name] = (await readdir(join(run, "shards"))).sort();
    const path = join(run, "shards", name!);
    await writeFile(path, (await readFile(path)).fill(0x7f, 4, 200));
    const { document } = await runJson("train", run, "--out", join(await createScratchFolder(), "golem"));
    expect(document.error.code).toBe("invalid-data");
  });
});
