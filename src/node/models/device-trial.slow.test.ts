/**
 * The choice of the device and its warnings, for devices that this machine does not have and for a second
 * session on the processor.
 */

import { readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { runGolem } from "../../../test/support/command-line.ts";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { getToneGolem, serve } from "../../../test/support/served.ts";
import { devices } from "../../core/device.ts";
import { compareLayers, createProbe, deviceTolerance } from "../../encoder/device-probe.ts";
import { getCacheFolder } from "../disk/cache-folder.ts";
import { train } from "../train.ts";
import { chooseDevice } from "./device-trial.ts";
import { loadEncoder } from "./load-encoder.ts";
import { createNodeOnnxRuntime } from "./onnx-runtime-node.ts";
import { resolveEncoder } from "./resolve-encoder.ts";

const id = "google-speech-embedding";
/** Devices of other systems, which are missing on every machine that runs this test. */
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
  it("uses the processor without a warning if no other device is requested", async () => {
    expect(await choose("cpu")).toEqual({ chosen: "cpu", warnings: [] });
    const encoderSet = { encoders: [await resolveEncoder(id)], transcriber: undefined };
    expect(await chooseDevice(undefined, encoderSet, {})).toBe("cpu");
  });

  it("falls back to the processor with one warning, which states what is missing", async () => {
    const { chosen, warnings } = await choose(foreign);
    expect(chosen).toBe("cpu");
    expect(warnings).toEqual([
      expect.stringMatching(
        `The processor is used instead of the device ${foreign}: ONNX Runtime supports .*cpu.*, not ${foreign}`,
      ),
    ]);
  });

  it("tries a device once, and reports a fault once per listener", async () => {
    const encoderSet = { encoders: [await resolveEncoder(id)], transcriber: undefined };
    const warnings: string[] = [];
    const onWarning = ({ message }: { message: string }): void => void warnings.push(message);
    for (let i = 0; i < 3; i++) expect(await chooseDevice(foreign, encoderSet, { onWarning })).toBe("cpu");
    expect(warnings).toHaveLength(1);
  });

  it("prints nothing for auto, with any result", async () => {
    const { chosen, warnings } = await choose("auto");
    expect(devices).toContain(chosen);
    expect(warnings).toEqual([]);
  });

  it.skipIf(process.platform !== "linux").each(["cuda", "webgpu"] as const)(
    "%s is used only if it gives the same embeddings",
    async (device) => {
      const { chosen, warnings } = await choose(device);
      // Machines with such a device pass as well, since the choice was checked by the same comparison.
      expect(chosen === "cpu" ? warnings.length : warnings).toEqual(chosen === "cpu" ? 1 : []);
      if (chosen === "cpu")
        await expect(loadEncoder(id, { device })).rejects.toMatchObject({ code: "encoder-failed" });
    },
  );

  it("treats the embeddings of two sessions on the processor as equal, and others as different", async () => {
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
  it("gives the same embeddings on the processor after one warning", async () => {
    const { folder } = await getToneGolem();
    const embed = async (device: string) => {
      const home = await createScratchFolder();
      const out = join(home, "out.npz");
      const args = ["embed", folder, "--out", out, "--encoder", id, "--limit", "2", "--device", device];
      // A separate store, so that recordings must be embedded.
      const shared = getCacheFolder();
      await symlink(shared.encoders, join(home, "encoders"));
      vi.stubEnv("GOLEM_HOME", home);
      const result = await runGolem(args).finally(() => vi.unstubAllEnvs());
      return { ...result, bytes: await readFile(out).catch(() => undefined) };
    };
    const wrong = await embed("tpu");
    expect([wrong.exitCode, wrong.stderr]).toEqual([
      2,
      expect.stringContaining("auto, cpu, cuda, webgpu, coreml, dml"),
    ]);
    const plain = await embed("cpu");
    const fallen = await embed(foreign);
    expect([plain.exitCode, fallen.exitCode]).toEqual([0, 0]);
    expect(plain.stderr).not.toContain("used instead of the device");
    expect(fallen.stderr.match(/used instead of the device/g)).toHaveLength(1);
    expect(fallen.bytes).toEqual(plain.bytes);
  });

  it("serves golems on the processor, with a warning in the log", async () => {
    const { folder } = await getToneGolem();
    const golem = join(await createScratchFolder(), "speech");
    const trained = await train(folder, { encoder: id });
    await trained.save(golem);
    await trained.dispose();
    const served = await serve({ golems: [golem], workers: 1, device: foreign });
    try {
      const lines = served.getLog().filter(({ msg }) => String(msg).includes("used instead of the device"));
      expect(lines).toMatchObject([
        { level: 40, msg: expect.stringContaining(`instead of the device ${foreign}`) },
      ]);
    } finally {
      await served.server.close();
    }
  });
});
