/** Foreign encoders in a separate process: they give the same numbers, and can be stopped with any model. */
import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { createTone, createWav } from "../../../test/support/audio-files.ts";
import { runGolem } from "../../../test/support/command-line.ts";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { createConvModel } from "../../../test/support/tiny-onnx.ts";
import type { Encoder } from "../../encoder/encoder.ts";
import { createModel, createNode, createValueInfo } from "../../onnx/proto.ts";
import { loadEncoder, loadEncoderHere } from "./load-encoder.ts";
import { resolveEncoder } from "./resolve-encoder.ts";

const noise = Float32Array.from({ length: 16_000 }, (_, i) => Math.sin(i * i));

async function writeEncoder(
  model: Uint8Array,
  layer: string,
  dimensions: number,
  sampleRate = 16_000,
): Promise<string> {
  const folder = await createScratchFolder();
  await writeFile(join(folder, "model.onnx"), model);
  const descriptor = {
    ...{ format: "golem-encoder", formatVersion: 1, description: "test", model: "model.onnx" },
    ...{ sampleRate, minimumSamples: 400 },
    input: { name: "wave", kind: "samples", axes: ["batch", "samples"] },
    output: { layers: [layer], axes: ["batch", "time", "features"], dimensions },
  };
  await writeFile(join(folder, "golem-encoder.json"), JSON.stringify(descriptor));
  return folder;
}

const nodes = [
  createNode("Abs", ["wave"], ["positive"]),
  createNode("Unsqueeze", ["positive"], ["frames"], { axes: [2] }),
];
const signature = {
  inputs: [createValueInfo("wave", "float32", [1, "samples"])],
  outputs: [createValueInfo("last", "float32", [1, "frames", 1])],
};

/** A model that takes hours for a second of sound: a long chain of products of square matrices. */
function createSlowModel(): Uint8Array {
  const steps = Array.from({ length: 2000 }, (_, i) =>
    createNode("MatMul", [i === 0 ? "square" : `step${i - 1}`, "square"], [`step${i}`]),
  );
  const all = [
    ...nodes,
    createNode("MatMul", ["column", "row"], ["square"]),
    createNode("Transpose", ["frames"], ["row"], { perm: [0, 2, 1] }),
    createNode("Identity", ["frames"], ["column"]),
    ...steps,
    createNode("ReduceMean", ["step1999"], ["last"], { axes: [2], keepdims: 1 }),
  ];
  return createModel({ nodes: all, ...signature }, 11);
}

/** A model that takes 13 GB for a second of sound: twelve tensors of a gigabyte, all of them written. */
function createLargeModel(): Uint8Array {
  const all = [
    ...nodes,
    createNode("Transpose", ["frames"], ["row"], { perm: [0, 2, 1] }),
    createNode("MatMul", ["frames", "row"], ["square"]),
    createNode("Concat", Array<string>(12).fill("square"), ["large"], { axis: 2 }),
    createNode("ReduceMean", ["large"], ["last"], { axes: [2], keepdims: 1 }),
  ];
  return createModel({ nodes: all, ...signature }, 11);
}

/** Lists the ids of the processes that run models for this one. */
function listProcesses(): number[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="]).toString().split("\n");
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter(
      ([, parent, ...words]) => Number(parent) === process.pid && words.join(" ").includes("model-process"),
    )
    .map(([pid]) => Number(pid));
}

async function load(folder: string): Promise<Encoder> {
  const encoder = await loadEncoder(folder);
  onTestFinished(() => encoder.dispose());
  return encoder;
}

it("gives the same numbers as the model in this process", async () => {
  const folder = await writeEncoder(createConvModel(13), "frames", 3);
  const [encoder, here] = [await load(folder), await loadEncoderHere(await resolveEncoder(folder), {})];
  expect(encoder.info).toEqual(here.info);
  expect(await encoder.encode(noise)).toEqual(await here.encode(noise));
  await here.dispose();
});

it.skipIf(process.platform === "win32")("starts another process after one ended unexpectedly", async () => {
  const before = listProcesses();
  const encoder = await load(await writeEncoder(createConvModel(13), "frames", 3));
  const expected = await encoder.encode(noise);
  const [own] = listProcesses().filter((pid) => !before.includes(pid));
  const lost = encoder.encode(noise);
  process.kill(own!, "SIGKILL");
  await lost.catch((error: unknown) => expect(error).toMatchObject({ code: "encoder-failed" }));
  await expect
    .poll(() => encoder.encode(noise).catch(() => undefined), { timeout: 20_000 })
    .toEqual(expected);
  await encoder.dispose();
  await expect.poll(() => listProcesses().filter((pid) => !before.includes(pid))).toEqual([]);
});

it.skipIf(process.platform === "win32")("ends a long run when aborted", async () => {
  const before = listProcesses();
  const folder = await writeEncoder(createSlowModel(), "last", 1, 4000);
  const stop = new AbortController();
  const loading = loadEncoder(folder, { signal: stop.signal });
  await expect.poll(() => listProcesses().length).toBeGreaterThan(before.length);
  setTimeout(() => stop.abort(), 500);
  await expect(loading).rejects.toMatchObject({ code: "aborted" });
  await expect.poll(() => listProcesses().filter((pid) => !before.includes(pid))).toEqual([]);
});

it.skipIf(process.platform === "win32")(
  "ends a run that takes too much memory, with the reason",
  async () => {
    const before = listProcesses();
    const folder = await writeEncoder(createLargeModel(), "last", 1);
    await expect(loadEncoder(folder)).rejects.toMatchObject({
      code: "encoder-failed",
      // On a small machine the allocation itself fails.
      message: expect.stringMatching(/needs more than \d\.\d GB of memory|Failed to allocate/),
    });
    await expect.poll(() => listProcesses().filter((pid) => !before.includes(pid))).toEqual([]);
  },
);

it("stops if a model fails for several recordings in succession, instead of trying each", async () => {
  const data = await createScratchFolder();
  for (let i = 0; i < 12; i++) {
    const tone = createTone(16_000, 0.5, 1, 300 + 100 * i);
    await mkdir(join(data, i % 2 ? "high" : "low"), { recursive: true });
    await writeFile(join(data, i % 2 ? "high" : "low", `${i}.wav`), createWav(tone, 16_000));
  }
  // Valid except for an input that does not exist.
  const model = createModel({ nodes: [createNode("Abs", ["missing"], ["last"])], ...signature }, 11);
  const encoder = await writeEncoder(model, "last", 1);
  const out = join(await createScratchFolder(), "vectors.npz");
  const { exitCode, stdout } = await runGolem(["embed", data, "--encoder", encoder, "--out", out, "--json"]);
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout).error.code).toMatch(/^(encoder-failed|weights-damaged)$/);
});
