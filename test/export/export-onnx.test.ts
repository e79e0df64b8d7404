/** `golem export --format onnx`: plain ONNX Runtime gives the answers of the golem. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createMemorySource, openAudio } from "../../src/audio/index.ts";
import { readFields } from "../../src/onnx/model-reader.ts";
import { createWav } from "../support/audio-files.ts";
import { runGolem } from "../support/command-line.ts";
import {
  expectNothingPrivate,
  exportTo,
  getPrivateGolems,
  labels,
  readThreshold,
} from "../support/private-golems.ts";

const folder = mkdtempSync(join(tmpdir(), "golem-export-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const { golem, wordless, clips } = await getPrivateGolems();

/** Names of a model's outputs, and its metadata. */
function readEnds(model: Uint8Array): { outputs: string[]; metadata: Record<string, string> } {
  const text = new TextDecoder();
  const outputs: string[] = [];
  const metadata: Record<string, string> = {};
  for (const field of readFields(model)) {
    const parts = [
      ...readFields(field.number === 7 || field.number === 14 ? field.bytes : new Uint8Array(0)),
    ];
    if (field.number === 14) metadata[text.decode(parts[0]!.bytes)] = text.decode(parts[1]!.bytes);
    for (const { bytes } of parts.filter(({ number }) => field.number === 7 && number === 12)) {
      outputs.push(text.decode([...readFields(bytes)][0]!.bytes));
    }
  }
  return { outputs, metadata };
}

describe("format onnx", () => {
  const out = join(folder, "onnx", "request types.onnx");
  const wavs = join(folder, "wavs");

  /** WAV files of 16 kHz and many lengths from the demo's recordings, with silence around some. */
  async function writeWavs(): Promise<string[]> {
    mkdirSync(wavs);
    const heard: Float32Array[] = [];
    for (const clip of clips.slice(0, 4)) {
      const opened = await openAudio(createMemorySource(readFileSync(clip), "clip"), { trim: false });
      for await (const window of opened.windows()) heard.push(window);
    }
    const joined = Float32Array.from(heard.flatMap((samples) => [...samples]));
    const quiet = (samples: Float32Array) =>
      Float32Array.from({ length: samples.length + 24_000 }, (_, i) => samples[i - 16_000] ?? 0);
    const sounds = [
      ...heard,
      quiet(heard[0]!),
      joined.subarray(8000, 8000 + 800),
      joined.subarray(8000, 8000 + 9001),
      joined.subarray(0, 32_000),
      joined.subarray(0, 12 * 16_000),
    ];
    return sounds.map((samples, i) => {
      const path = join(wavs, `${i}.wav`);
      writeFileSync(path, createWav([samples], 16_000));
      return path;
    });
  }

  it("answers as the golem does in plain ONNX Runtime, by the script beside it", async () => {
    const { document, exitCode } = await exportTo(out, wordless, "--format", "onnx", "--licence", "CC0-1.0");
    expect(exitCode).toBe(0);
    expect(document.files.map(({ path }: { path: string }) => path)).toEqual([
      "request types.onnx",
      "request types.example.mjs",
    ]);
    expectNothingPrivate(join(folder, "onnx"));
    const { outputs, metadata } = readEnds(readFileSync(out));
    expect(outputs).toEqual(["probabilities", "logits", "familiarity"]);
    expect(JSON.parse(metadata.labels!)).toEqual(labels);
    expect(JSON.parse(metadata.unknown!)).toMatchObject({
      output: "familiarity",
      belowFamiliarity: readThreshold(wordless),
    });
    expect(JSON.parse(metadata.labelSets!)).toMatchObject({
      level: 0.9,
      minimumProbability: expect.any(Number),
    });
    expect(JSON.parse(metadata.golem!).licence).toBe("CC0-1.0");
    expect(JSON.parse(metadata.encoders!).map(({ licence }: { licence: string }) => licence)).toContain(
      "MIT",
    );

    symlinkSync(resolve(import.meta.dirname, "../../node_modules"), join(folder, "onnx", "node_modules"));
    const files = await writeWavs();
    const script = join(folder, "onnx", "request types.example.mjs");
    const { stdout, stderr } = spawnSync(process.execPath, [script, ...files], { encoding: "utf8" });
    expect(stderr).toBe("");
    const answers = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const golems = await runGolem(["predict", wordless, ...files, "--json"]);
    for (const [i, line] of golems.stdout.trim().split("\n").entries()) {
      const expected = JSON.parse(line);
      const scores = (of: { scores: Record<string, number> }) => labels.map((label) => of.scores[label]!);
      expect(scores(answers[i])).toBeAllclose(scores(expected), { rtol: 0, atol: 1e-4 });
      expect(answers[i].label).toBe(expected.label);
      // Not where rounding decides.
      const margin = expected.familiarity - readThreshold(wordless);
      if (Math.abs(margin) > 0.01) expect(answers[i].unknown).toBe(expected.unknown);
    }
  });

  it("says what is wrong with files that it cannot hear, and goes on", () => {
    const script = join(folder, "onnx", "request types.example.mjs");
    const write = (name: string, bytes: Uint8Array | string): string => {
      writeFileSync(join(wavs, name), bytes);
      return join(wavs, name);
    };
    const good = readFileSync(join(wavs, "0.wav"));
    const files = [
      write("empty.wav", ""),
      write("cut.wav", good.subarray(0, 20)),
      write("header.wav", createWav([new Float32Array(0)], 16_000)),
      write("short.wav", createWav([new Float32Array(100).fill(0.1)], 16_000)),
      write("silent.wav", createWav([new Float32Array(16_000)], 16_000)),
      write("fast.wav", createWav([new Float32Array(48_000).fill(0.1)], 48_000)),
      join(wavs, "nowhere.wav"),
      join(wavs, "0.wav"),
    ];
    const { stdout, stderr, status } = spawnSync(process.execPath, [script, ...files], { encoding: "utf8" });
    expect(stderr).toBe("");
    expect(status).toBe(1);
    const answers = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(answers.map(({ file }) => file)).toEqual(files);
    const wrong = /is not a WAV file of 16000 Hz, mono, 16 bit/;
    for (const [i, error] of [
      ...[wrong, wrong, /has 0 samples/, /has 100 samples; expected at least 320 \(20 ms\)/],
      ...[/file is silent/, wrong, /no such file/],
    ].entries()) {
      expect(answers[i].error).toMatch(error);
    }
    expect(labels).toContain(answers.at(-1).label);
  });

  it("refuses words, other names and files that are there", async () => {
    const code = async (...args: string[]) => (await exportTo(...(args as [string]))).document.error.code;
    expect(await code(join(folder, "words.onnx"), golem, "--format", "onnx")).toBe("invalid-option");
    expect(await code(join(folder, "model.bin"), wordless, "--format", "onnx")).toBe("invalid-option");
    const taken = join(folder, "taken.onnx");
    writeFileSync(join(folder, "taken.example.mjs"), "mine");
    expect(await code(taken, wordless, "--format", "onnx")).toBe("output-exists");
    expect(readFileSync(join(folder, "taken.example.mjs"), "utf8")).toBe("mine");
  });
});
