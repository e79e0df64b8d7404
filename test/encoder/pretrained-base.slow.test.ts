/**
 * Checkpoints of the published sizes, with random weights, against hidden states computed by torchaudio in float64.
 *
 * They are made where they are needed (380 MB): by make_reference.py of ../shared/tools or GOLEM_REFERENCE_TOOL, with
 * Debian's python3-torch and python3-torchaudio; in CI, or where GOLEM_TEST_BASE is set.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { openCheckpoint } from "../../src/encoder/pretrained/checkpoint/open-checkpoint.ts";
import { samplesInput } from "../../src/encoder/pretrained/wav2vec2.ts";
import { getCacheFolder } from "../../src/node/disk/cache-folder.ts";
import { openFileSource } from "../../src/node/disk/file-source.ts";
import { preparePretrained } from "../../src/node/models/load-pretrained.ts";
import { createNodeOnnxRuntime } from "../../src/node/models/onnx-runtime-node.ts";
import { createGraphField, createValueInfo } from "../../src/onnx/proto.ts";
import { createScratchFolder } from "../support/scratch-folder.ts";

const python = "/usr/bin/python3";
const tool = resolve(
  process.env.GOLEM_REFERENCE_TOOL ??
    fileURLToPath(new URL("../../../shared/tools/make_reference.py", import.meta.url)),
);
const wanted = Boolean(process.env.CI || process.env.GOLEM_TEST_BASE);
const possible =
  wanted && existsSync(tool) && spawnSync(python, ["-c", "import torch, torchaudio"]).status === 0;
const note = possible
  ? ""
  : " (skipped: not CI or GOLEM_TEST_BASE, or no make_reference.py, torch, torchaudio)";

/** Mean, then population standard deviation over time of [frames, size]. */
function pool(values: Float32Array, size: number): Float64Array {
  const frames = values.length / size;
  const result = new Float64Array(2 * size);
  values.forEach((value, i) => {
    result[i % size]! += value / frames;
  });
  values.forEach((value, i) => {
    result[size + (i % size)]! += (value - result[i % size]!) ** 2 / frames;
  });
  return result.map((value, i) => (i < size ? value : Math.sqrt(value)));
}

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += a[i]! * b[i]!;
    aa += a[i]! ** 2;
    bb += b[i]! ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

describe.skipIf(!possible)(`the base size${note}`, () => {
  it.each(["wav2vec2", "hubert"])("of %s, every layer, in fp32 and in int8", async (arch) => {
    const scratch = await createScratchFolder();
    const folder = join(scratch, "model");
    execFileSync(python, [tool, folder, "--arch", arch, "--size", "base", "--seconds", "3"], {
      stdio: "ignore",
    });
    const source = await openFileSource(join(folder, "reference.safetensors"));
    const reference = await openCheckpoint({
      "model.safetensors": { ...source, name: "reference.safetensors" },
    });
    const input = await reference.readTensor("input");
    const cache = getCacheFolder({ GOLEM_HOME: join(scratch, "cache") });
    for (const precision of ["fp32", "int8"] as const) {
      const { path, info } = await preparePretrained({ folder }, { cache, precision });
      const layers = Array.from({ length: info.layers }, (_, i) => `layer_${i}`);
      const outputs = layers.map((name) => createValueInfo(name, "float32", [1, "frames", info.dimensions]));
      const model = Buffer.concat([await readFile(path), createGraphField({ outputs })]);
      const session = await createNodeOnnxRuntime({ threads: 2 }).createSession(new Uint8Array(model));
      const result = await session.run({ [samplesInput]: { dims: [1, input.length], data: input } });
      const pooled = result.golem_pooled!.data as Float32Array;
      for (const [i, name] of layers.entries()) {
        const expected = await reference.readTensor(`hidden_states.${i}`);
        const vector = pooled.subarray(i * 2 * info.dimensions, (i + 1) * 2 * info.dimensions);
        const exact = pool(expected, info.dimensions);
        if (precision === "fp32") {
          expect(result[name]!.data as Float32Array).toBeAllclose(expected, { rtol: 1e-4, atol: 1e-3 });
          expect(vector).toBeAllclose(exact, { rtol: 0, atol: 1e-4 });
        } else expect(cosine(vector, exact), name).toBeGreaterThan(0.995);
      }
      await session.release();
    }
    await source.close();
  });
});
