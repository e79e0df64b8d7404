/** Runs in buckets of a real S3 server; recordings in archives and tables. */

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { createTone, createWav } from "../../../test/support/audio-files.ts";
import { runGolem } from "../../../test/support/command-line.ts";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { useBuckets } from "../../../test/support/servers/bucket-server.ts";
import { readObject } from "./object-store.ts";
import { openObjectStore } from "./open-store.ts";

const getBuckets = useBuckets(["sounds", "runs"]);

const tone = (n: number) => createWav(createTone(16_000, 0.4, 1, n % 2 ? 2000 + n : 200 + n), 16_000);
/** One encoder, so that networks are loaded quickly. */
const light = ["--encoder", "google-speech-embedding"];
const bytesOf = (text: string) => new TextEncoder().encode(text);

async function runJson(...args: string[]) {
  const { exitCode, stdout, stderr } = await runGolem([...args, "--json", "--quiet"]);
  return { exitCode, stderr, document: stdout === "" ? undefined : JSON.parse(stdout) };
}

/** Names and hashes of the objects of a run. */
async function hashRun(address: string): Promise<Record<string, string>> {
  const store = await openObjectStore(address);
  const hashes: Record<string, string> = {};
  for await (const { key, size } of store.list("shards/")) {
    const name = key.replace(/-[0-9a-f]{16}\.parquet$/, "");
    hashes[name] = createHash("sha256")
      .update(await readObject(store, key, size))
      .digest("hex");
  }
  return hashes;
}

describe("runs over a bucket", () => {
  it("equal those over a folder, and reject hostile keys", async () => {
    const folder = await createScratchFolder();
    for (let n = 0; n < 6; n++) {
      const key = `${n % 2 ? "high" : "low"}/${n}.wav`;
      await mkdir(dirname(join(folder, key)), { recursive: true });
      await writeFile(join(folder, key), tone(n));
      await getBuckets().put("sounds", `tones/${key}`, tone(n));
    }
    const local = await createScratchFolder();
    await runJson("plan", folder, "--out", local, "--shard-size", "4", ...light);
    await runJson("embed", "--run", local);
    await getBuckets().put("sounds", "tones/low/.hidden.wav", tone(1));
    const planned = await runJson(
      "plan",
      "s3://sounds/tones",
      "--out",
      "s3://runs/tones",
      "--shard-size",
      "4",
      ...light,
    );
    expect(planned.document).toMatchObject({ recordings: 6, shards: 2, data: "s3://sounds/tones" });
    expect((await runJson("embed", "--run", "s3://runs/tones", "--shard", "1")).document.embedded).toBe(1);
    expect((await runJson("embed", "--run", "s3://runs/tones")).document).toMatchObject({
      embedded: 1,
      found: 1,
      errors: 0,
    });
    expect(await hashRun("s3://runs/tones")).toEqual(await hashRun(local));
    const out = await createScratchFolder();
    const a = await runJson("train", "s3://runs/tones", "--out", join(out, "a"));
    const b = await runJson("train", folder, "--out", join(out, "b"), ...light);
    expect(a.stderr + b.stderr).toBe("");
    const head = (name: string) => readFile(join(out, name, "head.safetensors"));
    expect(await head("a")).toEqual(await head("b"));
    expect((await runJson("status", "--run", "s3://runs/tones")).document).toMatchObject({
      done: 2,
      clips: 6,
    });
  });

  it("read tar archives and Parquet files in parts, with their labels", async () => {
    const folder = await createScratchFolder();
    const members: Record<string, Uint8Array | string> = {};
    for (let n = 0; n < 4; n++) {
      const name = `${"long/".repeat(30)}clip-${n}`;
      members[`${name}.wav`] = tone(n);
      if (n < 2) members[`${name}.cls`] = n % 2 ? "high\n" : "low\n";
      else members[`${name}.json`] = JSON.stringify({ label: n % 2 ? "high" : "low", speaker: `s${n}` });
    }
    for (const [name, content] of Object.entries(members)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), content);
    }
    for (const format of ["ustar", "gnu", "pax"]) {
      const file = join(folder, `${format}.tar`);
      expect(spawnSync("tar", [`--format=${format}`, "-cf", file, "-C", folder, "long"]).status).toBe(0);
      await getBuckets().put("sounds", `tars/${format}.tar`, await readFile(file));
    }
    const planned = await runJson(
      "plan",
      "s3://sounds/tars",
      "--out",
      "s3://runs/tars",
      "--shard-size",
      "5",
      ...light,
    );
    expect(planned.document).toMatchObject({ recordings: 12, shards: 3, skipped: [] });
    expect((await runJson("embed", "--run", "s3://runs/tars")).document).toMatchObject({
      clips: 12,
      errors: 0,
    });
    const out = await createScratchFolder();
    const { document } = await runJson(
      "train",
      "s3://runs/tars",
      "--out",
      join(out, "golem"),
      "--augment",
      "none",
    );
    expect(document).toMatchObject({ recordings: 4, labels: ["high", "low"] });
    // The same archives in a folder, then one of them.
    const local = await createScratchFolder();
    await writeFile(join(local, "one.tar"), await readFile(join(folder, "pax.tar")));
    for (const data of [local, join(local, "one.tar")]) {
      const run = await createScratchFolder();
      expect((await runJson("plan", data, "--out", run, ...light)).document.recordings).toBe(4);
      expect((await runJson("embed", "--run", run)).document).toMatchObject({ clips: 4, errors: 0 });
      expect(await readdir(join(run, "shards"))).toHaveLength(1);
    }
    await writeFile(join(local, "one.tar"), (await readFile(join(folder, "pax.tar"))).subarray(0, 25_000));
    expect((await runJson("plan", local, "--out", await createScratchFolder())).document.error.code).toBe(
      "invalid-data",
    );
  });

  it("read Parquet files in the layout of the Hub", async () => {
    const { ByteWriter, ParquetWriter } = await import("hyparquet-writer");
    const writer = new ByteWriter();
    const text = { type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" } as const;
    const parquet = new ParquetWriter({
      writer,
      schema: [
        { name: "root", num_children: 2 },
        { name: "audio", num_children: 2, repetition_type: "OPTIONAL" },
        { name: "bytes", type: "BYTE_ARRAY", repetition_type: "OPTIONAL" },
        { name: "path", ...text },
        { name: "label", ...text },
      ],
    });
    const rows = [0, 1, 2, 3];
    await parquet.write({
      columnData: [
        {
          name: "audio",
          data: rows.map((n) => ({
            bytes: n === 3 ? bytesOf("garbage, no sound") : tone(n),
            path: `${n}.wav`,
          })),
        },
        { name: "label", data: rows.map((n) => (n % 2 ? "high" : "low")) },
      ],
    });
    await parquet.finish();
    await getBuckets().put("sounds", "tables/train-00000-of-00001.parquet", writer.getBytes());
    const planned = await runJson(
      "plan",
      "s3://sounds/tables",
      "--out",
      "s3://runs/tables",
      "--shard-size",
      "3",
      ...light,
    );
    expect(planned.document).toMatchObject({ recordings: 4, shards: 2 });
    expect((await runJson("embed", "--run", "s3://runs/tables")).document).toMatchObject({
      clips: 4,
      errors: 1,
    });
  });
});
