/** `golem train`: documents, exit codes, files, interruptions. */
import { type ChildProcessByStdio, execFile, spawn } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { afterAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { encodeWav } from "../../src/audio/wav-writer.ts";
import { quoteForShell } from "../../src/cli/printed-path.ts";
import { decodeSafetensors } from "../../src/golem/safetensors.ts";
import { getCacheStats } from "../../src/node/disk/cache-account.ts";
import { getCacheFolder } from "../../src/node/disk/cache-folder.ts";
import { banking, getBankingPart } from "../support/banking-part.ts";
import { runGolem } from "../support/command-line.ts";
import { createScratchFolder } from "../support/scratch-folder.ts";

const folder = mkdtempSync(join(tmpdir(), "golem-cli-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const { data, held, golem } = await getBankingPart();

interface ProgramEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: string;
}

/** Starts the built program as a process of its own, with `home` as its cache folder. */
function startProgram(
  args: readonly string[],
  home: string,
): { child: ChildProcessByStdio<null, Readable, Readable>; ended: Promise<ProgramEnd> } {
  const program = resolve(import.meta.dirname, "../../bin/golem.js");
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, GOLEM_HOME: home },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let stdout = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  const ended = new Promise<ProgramEnd>((done) => {
    child.on("close", (exitCode, signal) => done({ exitCode, signal, stdout }));
  });
  return { child, ended };
}

describe("golem train", () => {
  it("prints the document of the contract, and nothing else, with --json", async () => {
    const out = join(folder, "json");
    const { exitCode, stdout } = await runGolem(["train", data, "--out", out, "--json", "--augment", "none"]);
    expect(exitCode).toBe(0);
    const document = JSON.parse(stdout);
    expect(Object.keys(document)).toEqual(
      expect.arrayContaining([
        ...["golem", "labels", "recordings", "encoder", "head", "views", "seconds", "evaluation"],
      ]),
    );
    expect(document).toMatchObject({
      golem: out,
      labels: ["abroad", "balance", "freeze"],
      recordings: 12,
      encoder: "moonshine-tiny",
      head: "ridge",
    });
    const weights = document.views.map(({ encoder, weight }: Record<string, unknown>) => {
      expect(["moonshine-tiny", "google-speech-embedding"]).toContain(encoder);
      return weight;
    });
    expect(weights.length).toBeGreaterThan(0);
    expect(weights.reduce((a: number, b: number) => a + b)).toBeCloseTo(1, 6);
    const evaluation = document.evaluation;
    expect(evaluation).toMatchObject({
      protocol: "cross-validation",
      recordings: 12,
      classes: 3,
      chance: 1 / 3,
      trainAccuracy: 1,
      grouping: "none",
      unseenLabels: {},
      overlap: [],
      skipped: [],
    });
    expect(evaluation.interval[0]).toBeLessThanOrEqual(evaluation.balancedAccuracy);
    expect(evaluation.interval[1]).toBeGreaterThanOrEqual(evaluation.balancedAccuracy);
    expect(evaluation.confusion.flat().reduce((a: number, b: number) => a + b)).toBeCloseTo(12, 6);
    expect(Object.keys(evaluation.perClass.freeze)).toEqual(["precision", "recall", "f1", "support"]);
  });

  it("writes the same bytes for the same seed, and PyTorch's layout", async () => {
    const again = join(folder, "again");
    await runGolem(["train", data, "--out", again, "--quiet", "--augment", "none"]);
    const bytes = readFileSync(join(golem, "head.safetensors"));
    expect(readFileSync(join(again, "head.safetensors")).equals(bytes)).toBe(true);
    const sounds = join(folder, "sounds");
    await runGolem(["train", data, "--out", sounds, "--quiet", "--augment", "none", "--no-transcript"]);
    const tensors = decodeSafetensors(readFileSync(join(sounds, "head.safetensors")));
    const { views } = JSON.parse(readFileSync(join(sounds, "golem.json"), "utf8"));
    // A single view has no weight.
    expect(tensors["fusion/weight"]?.shape ?? [1]).toEqual([views.length]);
    const layers = views.filter(({ layer }: { layer: unknown }) => typeof layer === "number");
    expect(layers.length).toBeGreaterThan(0);
    for (const { encoder, layer } of layers) {
      const features = encoder === "moonshine-tiny" ? 576 : 192;
      const shapeOf = (name: string) => tensors[`${encoder}/layer_${layer}/${name}`]!.shape;
      expect(shapeOf("weight")).toEqual([3, features]);
      expect(shapeOf("bias")).toEqual([3]);
      expect(shapeOf("mean")).toEqual([features]);
      expect(shapeOf("scale")).toEqual([features]);
    }
  });

  it("trains the recipe of one linear layer on the last layer's mean", async () => {
    const out = join(folder, "recipe");
    const { exitCode, stdout } = await runGolem([
      ...["train", data, "--out", out, "--json"],
      ...["--head", "linear", "--layer", "last", "--pooling", "mean"],
    ]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ head: "linear", views: [{ layer: 6, pooling: "mean" }] });
    expect(decodeSafetensors(readFileSync(join(out, "head.safetensors"))).weight!.shape).toEqual([3, 288]);
  });

  it("scores on --test, and lists what it was trained on", async () => {
    const both = join(folder, "both");
    cpSync(held, both, { recursive: true });
    cpSync(join(data, "freeze"), join(both, "freeze"), { recursive: true });
    const { stdout } = await runGolem([
      "train",
      data,
      "--out",
      join(folder, "tested"),
      "--test",
      both,
      "--json",
    ]);
    const { evaluation } = JSON.parse(stdout);
    expect(evaluation.protocol).toBe("held-out");
    expect(evaluation.recordings).toBe(30);
    expect(evaluation.overlap).toHaveLength(4);
  });

  it("keeps speakers apart and uses the test rows where metadata names them", async () => {
    const part = join(folder, "part of banking.csv");
    const [header, ...rows] = readFileSync(join(banking, "metadata.csv"), "utf8").trim().split("\n");
    const wanted = rows.filter((row) => /^\w+\/(freeze|balance|abroad)\//.test(row));
    writeFileSync(part, [header, ...wanted.map((row) => `${banking}/${row}`)].join("\n"));
    const args = ["--out", join(folder, "banking"), "--json", "--head", "centroid"];
    const { stdout } = await runGolem(["train", part, ...args]);
    const { evaluation, recordings } = JSON.parse(stdout);
    expect(recordings).toBe(12);
    expect(evaluation).toMatchObject({ protocol: "held-out", recordings: 30, grouping: "speaker" });
  });

  it("leaves bad files out and says so; --strict makes that a failure", async () => {
    const dirty = join(folder, "dirty");
    cpSync(data, dirty, { recursive: true });
    writeFileSync(join(dirty, "freeze", "text.wav"), "not audio");
    writeFileSync(
      join(dirty, "freeze", "silence.wav"),
      encodeWav(new Float32Array(16_000), 16_000, "float32"),
    );
    writeFileSync(
      join(dirty, "balance", "click.wav"),
      encodeWav(new Float32Array(100).fill(0.5), 16_000, "float32"),
    );
    const args = ["train", dirty, "--out", join(folder, "clean"), "--json", "--augment", "none"];
    const { exitCode, stdout } = await runGolem(args);
    expect(exitCode).toBe(0);
    const { skipped } = JSON.parse(stdout).evaluation;
    expect(Object.fromEntries(skipped.map(({ file, code }: Record<string, string>) => [file, code]))).toEqual(
      {
        "freeze/text.wav": "not-audio",
        "freeze/silence.wav": "silent",
        "balance/click.wav": "too-short",
      },
    );
    expect((await runGolem([...args, "--strict"])).exitCode).toBe(1);
  });

  it("accepts silence as a class of its own", async () => {
    const withSilence = join(folder, "with silence");
    cpSync(data, withSilence, { recursive: true });
    mkdirSync(join(withSilence, "_silence"));
    for (const samples of [16_000, 20_000]) {
      const bytes = encodeWav(new Float32Array(samples), 16_000, "float32");
      writeFileSync(join(withSilence, "_silence", `${samples}.wav`), bytes);
    }
    const out = join(folder, "knows silence");
    expect(
      (await runGolem(["train", withSilence, "--out", out, "--json", "--augment", "none"])).exitCode,
    ).toBe(0);
    const file = join(withSilence, "_silence", "16000.wav");
    const { stdout } = await runGolem(["predict", out, file, "--json"]);
    expect(JSON.parse(stdout).label).toBe("_silence");
    const { stdout: other } = await runGolem(["predict", golem, file, "--json"]);
    expect(JSON.parse(other).error.code).toBe("silent");
  });

  it.each([
    ["a folder that is not there", ["train", join(folder, "nowhere"), "--out", golem], 1, "data-not-found"],
    ["a layer that is not there", ["train", data, "--out", golem, "--layer", "7"], 1, "invalid-layer"],
    ["an encoder that is not there", ["train", data, "--out", golem, "--encoder", "x"], 1, "unknown-encoder"],
    ["an output that is something else", ["train", data, "--out", data], 1, "output-exists"],
  ])("fails on %s", async (_, args, exitCode, code) => {
    const result = await runGolem([...args, "--json"]);
    expect(result.exitCode).toBe(exitCode);
    expect(JSON.parse(result.stdout).error.code).toBe(code);
    expect(result.stderr).toContain(`error [${code}]`);
  });

  it.skipIf(process.platform === "win32")(
    "stops with 130 at Ctrl-C while it listens, and leaves nothing behind",
    async () => {
      const home = await createScratchFolder();
      // The weights that are there, and a store of its own: everything has to be heard.
      symlinkSync(getCacheFolder().encoders, join(home, "encoders"));
      mkdirSync(join(home, "out"));
      const args = ["train", banking, "--out", join(home, "out", "golem"), "--json", "--augment", "none"];
      const { child, ended } = startProgram(args, home);
      const isListening = async () => (await getCacheStats(join(home, "embeddings"))).entries > 1;
      await vi.waitUntil(isListening, { timeout: 60_000, interval: 10 });
      child.kill("SIGINT");
      const { exitCode, signal, stdout } = await ended;
      expect({ exitCode, signal }).toEqual({ exitCode: 130, signal: null });
      expect(JSON.parse(stdout).error.code).toBe("aborted");
      expect(readdirSync(join(home, "out"))).toEqual([]);
    },
  );

  it("saves the golem when its output is closed", async () => {
    const home = await createScratchFolder();
    const { child, ended } = startProgram(
      ["train", data, "--out", join(home, "golem"), "--encoder", "mfcc"],
      home,
    );
    child.stdout.destroy();
    child.stderr.destroy();
    expect(await ended).toMatchObject({ exitCode: 0, signal: null });
    expect(readdirSync(join(home, "golem"))).toContain("golem.json");
  });

  it("ends with the next command, which can be pasted into a shell", async () => {
    const out = join(folder, "мой голем");
    const { stdout } = await runGolem(["train", data, "--out", out, "--encoder", "mfcc"]);
    const [, pasted] = /^Next: npx golem (predict .*)$/m.exec(stdout)!;
    expect(pasted).toContain(quoteForShell(out));
    expect(quoteForShell(out)).not.toBe(out);
    const { stdout: args } = await promisify(execFile)("sh", ["-c", `printf '%s\n' ${pasted}`]);
    const next = await runGolem(args.trim().split("\n"));
    expect(next).toMatchObject({ exitCode: 0, stderr: "" });
  });
});
