/** The command line with an encoder that is a checkpoint in a folder: train, predict, evaluate, embed, encoders. */
import { cp, mkdir, rename, utimes } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { runGolem } from "../support/command-line.ts";
import { writeTones } from "../support/recordings/tone-recordings.ts";
import { createScratchFolder } from "../support/scratch-folder.ts";
import { serve } from "../support/served.ts";

const giant = fileURLToPath(new URL("../fixtures/pretrained/wav2vec2", import.meta.url));

let folder: string;
let model: string;
/** Recordings to train on, and others. */
let data: string;
let others: string;
let files: string[];
beforeEach(async () => {
  folder = await createScratchFolder();
  vi.stubEnv("GOLEM_HOME", join(folder, "home"));
  model = join(folder, "model");
  await cp(giant, model, { recursive: true });
  ({ files } = await writeTones(folder, 12));
  [data, others] = [join(folder, "data"), join(folder, "others")];
  for (const [n, file] of files.entries()) {
    const label = join(n < 8 ? data : others, n % 2 ? "high" : "low");
    await mkdir(label, { recursive: true });
    await cp(file, join(label, `${n}.wav`));
  }
});
afterEach(() => vi.unstubAllEnvs());

async function runJson(args: readonly string[]): Promise<Record<string, unknown>> {
  const { exitCode, stdout, stderr } = await runGolem([...args, "--json"]);
  expect(exitCode, stderr).toBe(0);
  return JSON.parse(stdout.split("\n")[0]!);
}

it("trains with a layer of a checkpoint, and finds it again where it moved to", async () => {
  const out = join(folder, "golem");
  const options = ["--encoder", model, "--precision", "fp32", "--layer", "2", "--head", "centroid"];
  const trained = await runJson(["train", data, "--out", out, ...options]);
  expect(trained).toMatchObject({ encoder: model, views: [{ layer: 2 }] });
  expect(await runJson(["predict", out, files[1]!])).toMatchObject({ label: "high" });
  const moved = join(folder, "moved");
  await rename(model, moved);
  const { exitCode, stderr } = await runGolem(["predict", out, files[1]!]);
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining("Name its new location with --encoder.")]);
  expect(await runJson(["predict", out, files[0]!, "--encoder", moved])).toMatchObject({ label: "low" });
  expect(await runJson(["evaluate", out, others, "--encoder", moved])).toMatchObject({ accuracy: 1 });
  const served = await serve({ golems: [out], encoder: moved, workers: 1 });
  try {
    // Written to after the server looked at it: loaded again, from where its encoder is now.
    await utimes(join(out, "golem.json"), 0, 0);
    const getOutcome = () => served.getLog().find(({ msg }) => /reloaded/.test(String(msg)))?.msg;
    await expect.poll(getOutcome, { timeout: 30_000 }).toBe("reloaded");
  } finally {
    await served.server.close();
  }
});

it("embeds through a cut checkpoint; lists, verifies and removes its graph", async () => {
  const out = join(folder, "out.npz");
  const embedded = await runJson(["embed", data, "--out", out, "--encoder", model, "--layer", "1"]);
  expect(embedded).toMatchObject({ recordings: 8, encoder: model, layers: 2, dimensions: 48 });
  const { encoders } = (await runJson(["encoders"])) as { encoders: object[] };
  expect(encoders.at(-1)).toMatchObject({ id: model, precision: "int8", layers: 2, state: "present" });
  expect(await runJson(["encoders", "verify", model])).toMatchObject({ encoders: [{ state: "present" }] });
  expect(await runJson(["encoders", "pull", model, "--precision", "fp32"])).toMatchObject({ id: model });
  expect(await runJson(["encoders", "remove", model])).toMatchObject({ id: model, state: "missing" });
  expect(((await runJson(["encoders"])) as { encoders: object[] }).encoders).toHaveLength(4);
});

it.each([
  [["--layer", "9"], "invalid-layer"],
  [["--encoder", "./no/such/folder"], "unknown-encoder"],
  [["--encoder", "mfcc", "--precision", "int8"], "invalid-option"],
])("says what is wrong with %j", async (options, code) => {
  const args = ["embed", data, "--out", join(folder, "out.npz"), "--encoder", model, ...options, "--json"];
  const { exitCode, stderr, stdout } = await runGolem(args);
  expect(exitCode).toBe(1);
  expect(stdout + stderr).toContain(code);
});
