/** The contents of a queue are untrusted. */
import { expect, it } from "vitest";
import { readJob } from "./shard-queue.ts";

const job = { run: "s3://bucket/run", shard: 3, key: "shards/000003-a-b.parquet", fp16: false };

it("accepts only jobs of shards", () => {
  expect(readJob(job)).toEqual(job);
  for (const other of [
    ...[undefined, null, 1, "shard", [], {}],
    ...[
      { ...job, run: undefined },
      { ...job, run: "" },
      { ...job, run: "x".repeat(5000) },
      { ...job, run: ["a"] },
    ],
    ...[
      { ...job, shard: -1 },
      { ...job, shard: 1.5 },
      { ...job, shard: 1e300 },
      { ...job, shard: "../3" },
    ],
    ...[
      { ...job, key: undefined },
      { ...job, key: {} },
      { ...job, fp16: "no" },
    ],
  ]) {
    expect(readJob(other)).toBeUndefined();
  }
});
