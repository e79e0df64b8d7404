/** Signals end the built program, whatever a foreign model or file is doing; its processes end with it. */
import { execFileSync, spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { readManifest } from "../../src/node/keep/kept-manifest.ts";
import { createModel, createNode, createValueInfo } from "../../src/onnx/proto.ts";
import { createTone, createWav } from "../support/audio-files.ts";
import { createScratchFolder } from "../support/scratch-folder.ts";
import { createToneInSilence, getToneGolem } from "../support/served.ts";

const program = fileURLToPath(new URL("../../bin/golem.js", import.meta.url));

/** An encoder that multiplies matrices for hours. */
async function writeEndlessEncoder(folder: string): Promise<void> {
  const steps = Array.from({ length: 2000 }, (_, i) =>
    createNode("MatMul", [i === 0 ? "square" : `step${i - 1}`, "square"], [`step${i}`]),
  );
  const model = createModel(
    {
      nodes: [
        createNode("Unsqueeze", ["wave"], ["column"], { axes: [2] }),
        createNode("Transpose", ["column"], ["row"], { perm: [0, 2, 1] }),
        createNode("MatMul", ["column", "row"], ["square"]),
        ...steps,
        createNode("ReduceMean", ["step1999"], ["last"], { axes: [2], keepdims: 1 }),
      ],
      inputs: [createValueInfo("wave", "float32", [1, "samples"])],
      outputs: [createValueInfo("last", "float32", [1, "frames", 1])],
    },
    11,
  );
  await mkdir(folder);
  await writeFile(join(folder, "model.onnx"), model);
  const descriptor = {
    ...{ format: "golem-encoder", formatVersion: 1, description: "test", model: "model.onnx" },
    ...{ sampleRate: 4000, minimumSamples: 400 },
    input: { name: "wave", kind: "samples", axes: ["batch", "samples"] },
    output: { layers: ["last"], axes: ["batch", "time", "features"], dimensions: 1 },
  };
  await writeFile(join(folder, "golem-encoder.json"), JSON.stringify(descriptor));
}

/** Processes of models below a process, at any depth. */
function listModelProcesses(parent: number): number[] {
  const rows = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="])
    .toString()
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
  return rows
    .filter(([, own, ...words]) => Number(own) === parent && words.join(" ").includes("model-process"))
    .map(([pid]) => Number(pid));
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

it.skipIf(process.platform === "win32").each([
  ["SIGINT", 130, 4],
  ["SIGTERM", 143, 12],
] as const)("%s ends the run of a foreign model with %i", async (signal, code, count) => {
  const folder = await createScratchFolder();
  await writeEndlessEncoder(join(folder, "encoder"));
  for (const label of ["low", "high"]) {
    await mkdir(join(folder, "data", label), { recursive: true });
    for (let i = 0; i < count / 2; i++) {
      const tone = createTone(16_000, 1, 1, (label === "low" ? 300 : 1800) + i);
      await writeFile(join(folder, "data", label, `${i}.wav`), createWav(tone, 16_000));
    }
  }
  const args = [
    "embed",
    join(folder, "data"),
    "--out",
    join(folder, "out.npz"),
    "--encoder",
    join(folder, "encoder"),
  ];
  const child = spawn(process.execPath, [program, ...args], {
    stdio: "ignore",
    env: { ...process.env, GOLEM_HOME: join(folder, "cache") },
  });
  const ended = new Promise((resolve) => child.once("exit", (status, by) => resolve(by ?? status)));
  await expect.poll(() => listModelProcesses(child.pid!).length).toBeGreaterThan(0);
  const models = listModelProcesses(child.pid!);
  child.kill(signal);
  // A shell reports the end by a signal as the same code.
  expect([code, signal]).toContain(await ended);
  await expect.poll(() => models.filter(isAlive), { timeout: 10_000 }).toEqual([]);
});

it.skipIf(process.platform === "win32").each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)(
  "%s while listening writes the clips that wait for more sound, and ends with %i",
  async (signal, code) => {
    const { golem } = await getToneGolem();
    const kept = join(await createScratchFolder(), "kept");
    const samples = new Float32Array(6 * 16_000);
    samples.set(createToneInSilence(2), 16_000);
    const args = ["listen", golem, "--json", "--keep", kept, "--keep-seconds", "10"];
    const child = spawn(process.execPath, [program, ...args], { stdio: ["pipe", "pipe", "ignore"] });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    // The event is reported; 10 s of sound after it are still to come.
    const heard = new Promise((resolve) => child.stdout.once("data", resolve));
    child.stdin.write(Buffer.from(Int16Array.from(samples, (value) => Math.round(32_767 * value)).buffer));
    expect(JSON.parse(String(await heard))).toMatchObject({ label: "low" });
    expect(await readManifest(kept)).toEqual([]);
    child.kill(signal);
    expect(await ended).toBe(code);
    expect(await readManifest(kept)).toMatchObject([{ heard: "low", kind: "event" }]);
  },
);
