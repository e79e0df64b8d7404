/** Devices that this machine does not have, and the processor under another name: what is used, and what is said. */

import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runGolem } from "../../../test/support/command-line.ts";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { getToneGolem, serve } from "../../../test/support/served.ts";
import { devices } from "../../core/device.ts";
import { compareLayers, createProbe, deviceTolerance } from "../../encoder/device-probe.ts";
import { chooseDevice } from "./device-trial.ts";
import { loadEncoder } from "./load-encoder.ts";
import { createNodeOnnxRuntime } from "./onnx-runtime-node.ts";
import { resolveEncoder } from "./resolve-encoder.ts";

const id = "google-speech-embedding";
/** Devices that only other systems have, so that they are missing wherever this runs. */
const foreign = process.platform === "darwin" ? "dml" : "coreml";

async function choose(device: (typeof devices)[number], encoder = id) {
  const warnings: string[] = [];
  const encoderSet = { encoders: [await resolveEncoder(encoder)], transcriber: undefined };
  const chosen = await chooseDevice(device, encoderSet, {
    onWarning: ({ message }) => warnings.push(message),
  });
  return { chosen, warnings };
}

describe("choosing a device", () => {
  it("keeps the processor without a word where nothing else was asked for", async () => {
    expect(await choose("cpu")).toEqual({ chosen: "cpu", warnings: [] });
    const encoderSet = { encoders: [await resolveEncoder(id)], transcriber: undefined };
    expect(await chooseDevice(undefined, encoderSet, {})).toBe("cpu");
  });

  it("falls back to the processor with one warning, whose cause is ONNX Runtime's", async () => {
    const { chosen, warnings } = await choose(foreign);
    expect(chosen).toBe("cpu");
    expect(warnings).toEqual([
      expect.stringMatching(
        `The device ${foreign} is not used, but the processor: ONNX Runtime could not use ${foreign}: .*backend`,
      ),
    ]);
    // Said once in a process.
    expect(await choose(foreign)).toEqual({ chosen: "cpu", warnings: [] });
  });

  it("says nothing of auto, whatever it finds", async () => {
    const { chosen, warnings } = await choose("auto");
    expect(devices).toContain(chosen);
    expect(warnings).toEqual([]);
  });

  it.skipIf(process.platform !== "linux").each(["cuda", "webgpu"] as const)(
    "%s is used only if it gives the same embeddings",
    async (device) => {
      const { chosen, warnings } = await choose(device);
      // Machines with such a device pass here as well: then the choice was checked by the same comparison.
      expect(chosen === "cpu" ? warnings.length : warnings).toEqual(chosen === "cpu" ? 1 : []);
      if (chosen === "cpu")
        await expect(loadEncoder(id, { device })).rejects.toMatchObject({ code: "encoder-failed" });
    },
  );

  it("finds the embeddings of two sessions on the processor equal, and others different", async () => {
    const one = await loadEncoder(id);
    const probe = createProbe(one.info.sampleRate);
    const first = Float32Array.from((await one.encode(probe)).vector);
    const second = Float32Array.from((await one.encode(probe)).vector);
    const other = Float32Array.from((await one.encode(probe.map((value) => value * 0.5))).vector);
    await one.dispose();
    expect(compareLayers(first, second, one.info.layers)).toBeLessThanOrEqual(deviceTolerance);
    expect(compareLayers(first, other, one.info.layers)).toBeGreaterThan(deviceTolerance);
  });

  it("loads nothing on a device that is missing", async () => {
    const runtime = createNodeOnnxRuntime({ threads: 1, device: foreign, hasSpareCore: () => true });
    await expect(runtime.createSession(new Uint8Array([8, 7]))).rejects.toMatchObject({
      code: "encoder-failed",
      message: expect.stringContaining(foreign),
    });
  });
});

describe("--device", () => {
  it("embeds on the processor after one line of warning", async () => {
    const { folder } = await getToneGolem();
    const embed = async (...options: string[]) => {
      const out = join(await createScratchFolder(), "out.npz");
      return runGolem([
        "embed",
        folder,
        "--out",
        out,
        "--encoder",
        id,
        "--limit",
        "2",
        "--quiet",
        ...options,
      ]);
    };
    const { exitCode, stderr } = await embed("--device", "tpu");
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining("auto, cpu, cuda, webgpu, coreml, dml")]);
    expect(await embed("--device", "auto")).toMatchObject({ exitCode: 0 });
  });

  it("serves golems on the processor, with a line in the log", async () => {
    const { golem, files } = await getToneGolem();
    const served = await serve({ golems: [golem], workers: 1, device: foreign });
    try {
      // Features without a network run everywhere, so nothing is said of them.
      expect((await served.fetch("/readyz")).status).toBe(200);
      expect(files.length).toBeGreaterThan(0);
    } finally {
      await served.server.close();
    }
  });
});
