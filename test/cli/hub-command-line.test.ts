/** The command line on a data set of the Hub: trains on a few recordings of each class, fetches those and no others. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { createTone, createWav } from "../support/audio-files.ts";
import { runGolem } from "../support/command-line.ts";
import { intents, writeMindsParquet } from "../support/recordings/minds-parquet.ts";
import { createScratchFolder } from "../support/scratch-folder.ts";
import { startHubServer } from "../support/servers/hub-server.ts";

afterEach(() => void vi.unstubAllEnvs());

it("golem train hf:... --shots, then evaluate and embed", async () => {
  const server = await startHubServer();
  const home = await createScratchFolder();
  vi.stubEnv("HF_ENDPOINT", server.endpoint);
  vi.stubEnv("HF_HOME", join(home, "hf"));
  vi.stubEnv("HF_TOKEN", "hf_test");
  vi.stubEnv("GOLEM_HOME", join(home, "golem"));
  // Two intents, told apart by their pitch; every other row is the same intent.
  const audio = (row: number): Uint8Array =>
    createWav(createTone(8000, 0.6, 1, (row % 2 === 0 ? 300 : 900) + row, 0.3), 8000);
  const file = writeMindsParquet({ rows: 40, rowsPerGroup: 10, intent: (row) => row % 2, audio });
  const files = { "en-US/train-00000-of-00001.parquet": file };
  const commit = server.put({ id: "PolyAI/minds14", type: "dataset", files, tokens: ["hf_test"] });
  const spec = "hf:PolyAI/minds14?config=en-US&split=train";
  const golem = join(home, "my-golem");
  const trained = await runGolem([
    "train",
    spec,
    "--out",
    golem,
    "--encoder",
    "mfcc",
    "--shots",
    "5",
    "--json",
  ]);
  // A slow machine shows progress.
  expect(trained.stderr.replaceAll(/^embedding .*\n/gm, "")).toBe("");
  expect(trained.exitCode).toBe(0);
  const { labels, recordings } = JSON.parse(trained.stdout);
  expect([labels, recordings]).toEqual([intents.slice(0, 2), 10]);
  const folder = join(home, "golem", "datasets", "hf", "PolyAI--minds14", commit, "en-US", "train");
  expect((await readdir(folder)).filter((name) => name.endsWith(".wav")).length).toBe(10);

  vi.stubEnv("HF_HUB_OFFLINE", "1");
  const refused = await runGolem(["evaluate", golem, spec, "--json"]);
  expect(JSON.parse(refused.stdout).error).toMatchObject({ code: "fetch-failed" });
  expect(refused.stderr).toContain("HF_HUB_OFFLINE");
  vi.stubEnv("HF_HUB_OFFLINE", "");
  const evaluated = await runGolem(["evaluate", golem, spec, "--json"]);
  expect(JSON.parse(evaluated.stdout)).toMatchObject({ accuracy: expect.any(Number) });

  const out = join(home, "e.npz");
  const embedded = await runGolem([
    "embed",
    spec,
    "--out",
    out,
    "--encoder",
    "mfcc",
    "--limit",
    "3",
    "--json",
  ]);
  expect(JSON.parse(embedded.stdout)).toMatchObject({ recordings: 3, computed: 0 });
  expect(server.log.every(({ at, authorization }) => (at === "cdn") === (authorization === undefined))).toBe(
    true,
  );
  const wrong = await runGolem(["train", "hf:PolyAI/minds14?config=xx", "--out", `${golem}2`, "--json"]);
  expect(JSON.parse(wrong.stdout).error).toMatchObject({ code: "data-not-found" });
});
