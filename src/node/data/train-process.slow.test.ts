/** `golem train` as a process that is killed or interrupted, or that has neither npm nor a network. */
import { type ChildProcess, spawn } from "node:child_process";
import { cp, mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { runGolem } from "../../../test/support/command-line.ts";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { findBuiltInTranscriber, getEncoderDefinition } from "../../encoder/registry.ts";
import { getCacheStats } from "../disk/cache-account.ts";
import { getCacheFolder } from "../disk/cache-folder.ts";
import { openEmbeddingStore } from "../disk/file-store.ts";
import { pullWeights } from "../models/encoder-weights.ts";
import { loadDataset } from "./dataset-files.ts";
import { embedRecordings } from "./embed-recordings.ts";

const banking = fileURLToPath(new URL("../../../demo/banking", import.meta.url));
const golemScript = fileURLToPath(new URL("../../../test/support/processes/golem.ts", import.meta.url));

describe("golem train as a process", () => {
  /** A cache with only the weights of moonshine-tiny, and two classes of 14 or 4 recordings each. */
  async function prepare(
    parts: readonly string[] = ["train", "test"],
  ): Promise<{ home: string; data: string; embeddings: string }> {
    const folder = await createScratchFolder();
    await pullWeights(getEncoderDefinition("moonshine-tiny"));
    const home = join(folder, "home");
    await mkdir(home);
    await symlink(getCacheFolder().encoders, join(home, "encoders"), "junction");
    const data = join(folder, "data");
    for (const label of ["freeze", "balance"]) {
      for (const part of parts) {
        await cp(join(banking, part, label), join(data, label), { recursive: true });
      }
    }
    vi.stubEnv("GOLEM_HOME", home);
    onTestFinished(() => void vi.unstubAllEnvs());
    return { home, data, embeddings: join(home, "embeddings") };
  }

  function startGolem(...args: string[]): {
    child: ChildProcess;
    ended: Promise<{ code: number | null; stderr: string }>;
  } {
    const argv = ["--import", "tsx", golemScript, ...args];
    const child = spawn(process.execPath, argv, { stdio: ["ignore", "ignore", "pipe"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    return { child, ended: new Promise((resolve) => child.on("close", (code) => resolve({ code, stderr }))) };
  }

  const waitForEmbeddings = (folder: string) =>
    vi.waitUntil(async () => (await getCacheStats(folder)).transcripts > 1, {
      timeout: 60_000,
      interval: 10,
    });

  it("leaves a store that the next process continues with when killed", async () => {
    const { home, data, embeddings } = await prepare();
    const { child, ended } = startGolem("train", data, "--out", join(home, "golem"), "--augment", "none");
    await waitForEmbeddings(embeddings);
    child.kill("SIGKILL");
    await ended;
    // The transcript is stored last for each recording, so its presence means that the rest is stored too.
    const { transcripts } = await getCacheStats(embeddings);
    const { recordings } = await loadDataset(data);
    const warnings: unknown[] = [];
    const store = await openEmbeddingStore(embeddings, { onWarning: (warning) => warnings.push(warning) });
    const { computed, skipped } = await embedRecordings(recordings, {
      ...{ encoders: ["moonshine-tiny"], transcriber: findBuiltInTranscriber("moonshine-tiny"), store },
    });
    await store.close();
    expect({ computed, skipped, warnings }).toEqual({
      computed: recordings.length - transcripts,
      skipped: [],
      warnings: [],
    });
    expect(transcripts).toBeGreaterThan(1);
    expect(transcripts).toBeLessThan(recordings.length);
  });

  it("ends with 130 when interrupted while workers are busy", async () => {
    const { home, data, embeddings } = await prepare();
    const { child, ended } = startGolem("train", data, "--out", join(home, "golem"), "--augment", "none");
    await waitForEmbeddings(embeddings);
    child.kill("SIGINT");
    expect(await ended).toMatchObject({ code: 130, stderr: expect.stringMatching(/^error \[aborted\]/) });
  });

  it("ends soon without npm and weights", async () => {
    const { home, data } = await prepare();
    vi.stubEnv("GOLEM_HOME", join(home, "empty"));
    vi.stubEnv("PATH", "/nonexistent");
    const { child, ended } = startGolem("train", data, "--out", join(home, "golem"), "--augment", "none");
    const timer = setTimeout(() => child.kill("SIGKILL"), 60_000);
    expect(await ended).toMatchObject({ code: 1, stderr: expect.stringContaining("weights-missing") });
    clearTimeout(timer);
  });

  it("needs neither npm nor a network if the weights are in the cache", async () => {
    const { home, data } = await prepare(["train"]);
    vi.stubEnv("PATH", "/nonexistent");
    vi.stubEnv("npm_config_registry", "http://127.0.0.1:1");
    const result = await runGolem(["train", data, "--out", join(home, "golem"), "--json", "--quiet"]);
    expect(result).toMatchObject({ exitCode: 0, stderr: "" });
    expect(JSON.parse(result.stdout)).toMatchObject({ labels: ["balance", "freeze"] });
  });
});
