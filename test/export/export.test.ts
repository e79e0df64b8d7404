/** `golem export`: an exported golem predicts the same and contains no names. */
import { spawnSync } from "node:child_process";
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
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createMemorySource, openAudio } from "../../src/audio/index.ts";
import { readFields } from "../../src/onnx/model-reader.ts";
import { createWav } from "../support/audio-files.ts";
import { runGolem } from "../support/command-line.ts";

const demo = resolve(import.meta.dirname, "../../demo/banking");
const folder = mkdtempSync(join(tmpdir(), "golem-export-"));
const data = join(folder, "secret-place");
const golem = join(folder, "golem");
const wordless = join(folder, "wordless");
const labels = ["abroad", "address", "app_error", "atm_limit", "balance"];
const speakers = ["Ada Quux", "Bob Quux", "Cid Quux", "Dee Quux"];
let clips: string[] = [];

beforeAll(async () => {
  mkdirSync(data);
  const rows = ["file_name,label,speaker"];
  for (const label of labels) {
    const clipNames = readdirSync(join(demo, "train", label));
    for (const [i, name] of clipNames.entries()) {
      cpSync(join(demo, "train", label, name), join(data, `private-${label}-${i}.ogg`));
      rows.push(`private-${label}-${i}.ogg,${label},${speakers[i]}`);
    }
    clips.push(...readdirSync(join(demo, "test", label)).map((name) => join(demo, "test", label, name)));
  }
  clips = clips.filter((_, i) => i % 2 === 0).slice(0, 8);
  writeFileSync(join(data, "metadata.csv"), rows.join("\n"));
  expect((await runGolem(["train", data, "--out", golem, "--augment", "none"])).exitCode).toBe(0);
  expect(
    (await runGolem(["train", data, "--out", wordless, "--no-transcript", "--augment", "none"])).exitCode,
  ).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Scores [clips, labels] that a golem's folder gives. */
async function predict(from: string, files = clips): Promise<number[]> {
  const { stdout, exitCode } = await runGolem(["predict", from, ...files, "--json"]);
  expect(exitCode).toBe(0);
  return stdout
    .trim()
    .split("\n")
    .flatMap((line) => labels.map((label) => JSON.parse(line).scores[label]));
}

async function exportTo(out: string, ...rest: string[]) {
  const { stdout, stderr, exitCode } = await runGolem(["export", ...rest, "--out", out, "--json"]);
  return { exitCode, stderr, document: JSON.parse(stdout) };
}

/** No name of a recording, a speaker or a place is in what was written. */
function expectNothingPrivate(out: string): void {
  const files = readdirSync(out, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) {
    const bytes = readFileSync(join(file.parentPath, file.name)).toString("latin1");
    for (const secret of ["secret-place", "private-", "Quux", folder, demo]) {
      expect(bytes.includes(secret), `${file.name} holds ${secret}`).toBe(false);
    }
  }
}

/** Below it, a recording is unknown to the golem. */
function readThreshold(from: string): number {
  return JSON.parse(readFileSync(join(from, "golem.json"), "utf8")).familiarity.threshold;
}

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

describe("format safetensors", () => {
  const list = join(folder, "clips.csv");

  const tableOf = new Map<string, string>();

  /** A table of the clips by one encoder, written when first asked for. */
  async function getTable(encoder: string): Promise<string> {
    const table = tableOf.get(encoder) ?? join(folder, `${encoder}.npz`);
    if (tableOf.has(encoder)) return table;
    writeFileSync(list, ["file_name,label", ...clips.map((file) => `${file},${labels[0]}`)].join("\n"));
    expect((await runGolem(["embed", list, "--encoder", encoder, "--out", table])).exitCode).toBe(0);
    tableOf.set(encoder, table);
    return table;
  }

  /** A golem with one head of a kind, what it says of the clips, and its export. */
  async function trainOne(kind: string): Promise<{ out: string; scores: number[] }> {
    const one = join(folder, kind);
    const train = ["train", data, "--out", one, "--encoder", "mfcc", "--head", kind];
    expect((await runGolem(train)).exitCode).toBe(0);
    const out = `${one}-out`;
    await exportTo(out, one, "--format", "safetensors");
    return { out, scores: await predict(one) };
  }
  const ones = new Map<string, ReturnType<typeof trainOne>>();

  /** What a script in the folder says of the clips, from a table of each encoder. */
  async function runScript(out: string, script: string): Promise<number[]> {
    const { views } = JSON.parse(readFileSync(join(out, "golem.json"), "utf8"));
    const tables = [];
    for (const encoder of new Set<string>(views.map((view: { encoder: string }) => view.encoder))) {
      tables.push(`${encoder}=${await getTable(encoder)}`);
    }
    const { stdout, stderr } = spawnSync("/usr/bin/python3", [join(out, script), ...tables], {
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    return stdout
      .trim()
      .split("\n")
      .flatMap((line) => labels.map((label) => JSON.parse(line).scores[label]));
  }

  describe.each([
    ["predict.py", "numpy"],
    ["predict_torch.py", "numpy, torch"],
  ])("%s", (script, modules) => {
    const isThere = spawnSync("/usr/bin/python3", ["-c", `import ${modules}`]).status === 0;
    const note = isThere ? "" : ` (skipped: no /usr/bin/python3 with ${modules})`;
    it.skipIf(!isThere)(`has at most 20 lines and gives the same as Node${note}`, async () => {
      const out = join(folder, `tensors-${script}`);
      const { document } = await exportTo(out, wordless, "--format", "safetensors");
      expect(document.files.map(({ path }: { path: string }) => path).sort()).toEqual(
        readdirSync(out).sort(),
      );
      expectNothingPrivate(out);
      if (script === "predict.py") {
        expect(readFileSync(join(out, script), "utf8").trim().split("\n").length).toBeLessThanOrEqual(20);
      }
      expect(await runScript(out, script)).toBeAllclose(await predict(wordless), { rtol: 0, atol: 1e-6 });
    });

    it.skipIf(!isThere).each(["mlp", "centroid"])(
      `gives the same with one head of kind %s${note}`,
      async (kind) => {
        const one = ones.get(kind) ?? trainOne(kind);
        ones.set(kind, one);
        const { out, scores } = await one;
        expect(await runScript(out, script)).toBeAllclose(scores, { rtol: 0, atol: 1e-6 });
      },
    );
  });

  it("refuses words, and does without them when asked, telling both scores", async () => {
    const out = join(folder, "acoustic");
    const { document, exitCode } = await exportTo(out, golem, "--format", "safetensors");
    expect(exitCode).toBe(1);
    expect(document.error).toMatchObject({ code: "invalid-option" });
    expect(document.error.hint).toContain("--acoustic-only");
    const refitted = await exportTo(out, golem, "--format", "safetensors", "--acoustic-only");
    expect(refitted.exitCode).toBe(0);
    const read = (from: string) => JSON.parse(readFileSync(join(from, "golem.json"), "utf8"));
    expect(refitted.document.scoreWithWords.balancedAccuracy).toBe(read(golem).evaluation.balancedAccuracy);
    expect(refitted.document.score.balancedAccuracy).toBe(read(wordless).evaluation.balancedAccuracy);
    expect(readFileSync(join(out, "head.safetensors"))).toEqual(
      readFileSync(join(wordless, "head.safetensors")),
    );
    expectNothingPrivate(out);
  });

  it("refuses to train without words on other recordings than the golem's", async () => {
    const other = join(demo, "train");
    const args = [golem, "--format", "safetensors", "--acoustic-only", "--data", other];
    const { document } = await exportTo(join(folder, "other"), ...args);
    expect(document.error).toMatchObject({ code: "invalid-data" });
  });
});

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

describe("format huggingface", () => {
  const read = (...path: string[]) => readFileSync(join(folder, ...path), "utf8");

  it("makes a golem's folder with a card, the ONNX file and what Git needs for large files", async () => {
    const out = join(folder, "hub");
    const { document } = await exportTo(out, wordless, "--format", "huggingface", "--licence", "CC0-1.0");
    expect(document.files.map(({ path }: { path: string }) => path)).toEqual(
      expect.arrayContaining([
        "golem.json",
        "model.onnx",
        "model.example.mjs",
        "README.md",
        ".gitattributes",
      ]),
    );
    expectNothingPrivate(out);
    expect(await predict(out)).toEqual(await predict(wordless));
    const [, front, body] = /^---\n(.*?)\n---\n(.*)$/s.exec(read("hub", "README.md"))!;
    for (const line of [
      "license: cc0-1.0",
      "pipeline_tag: audio-classification",
      "library_name: golem-audio",
    ]) {
      expect(front!.split("\n")).toContain(line);
    }
    const { balancedAccuracy, interval } = document.score;
    expect(front).toContain(`type: balanced_accuracy, value: ${Number(balancedAccuracy.toFixed(4))}`);
    expect(front).toContain(`95 % interval ${interval[0].toFixed(3)} to ${interval[1].toFixed(3)}`);
    expect(body).toContain("licence of its weights: MIT");
    for (const left of document.leftOut) expect(body).toContain(left);
    expect(read("hub", ".gitattributes")).toContain("*.onnx filter=lfs diff=lfs merge=lfs -text");
  });

  it("carries words, says so, and goes without the ONNX file then", async () => {
    const out = join(folder, "hub-words");
    const { document } = await exportTo(out, golem, "--format", "huggingface");
    expect(document.notes.join()).toContain("no ONNX file");
    expect(readdirSync(out)).not.toContain("model.onnx");
    expectNothingPrivate(out);
    const hasText = readdirSync(golem).includes("text.json");
    expect(document.holds.join().includes("words and word pairs")).toBe(hasText);
    expect(await predict(out)).toEqual(await predict(golem));
    expect(read("hub-words", "README.md")).toContain("license: unknown");
    const refused = await exportTo(join(folder, "y"), golem, "--format", "huggingface", "--licence", "a: b");
    expect(refused.document.error.code).toBe("invalid-option");
  });
});

it("never writes over anything but an export, and that only with --force", async () => {
  const out = join(folder, "twice");
  const args = [wordless, "--format", "safetensors"];
  expect((await exportTo(out, ...args)).exitCode).toBe(0);
  expect((await exportTo(out, ...args)).document.error.code).toBe("output-exists");
  expect((await exportTo(out, ...args, "--force")).exitCode).toBe(0);
  for (const taken of [wordless, folder, data]) {
    expect((await exportTo(taken, ...args, "--force")).document.error.code).toBe("output-exists");
  }
  expect(readdirSync(wordless)).toContain("report.html");
  expect(await exportTo(join(folder, "x"), wordless, "--format", "nothing")).toMatchObject({
    exitCode: 2,
    document: { error: { code: "usage" } },
  });
});

it("does what docs/export.md says, command by command", async () => {
  const page = readFileSync(resolve(import.meta.dirname, "../../docs/export.md"), "utf8");
  const lines = [...page.matchAll(/^ {4}(npx golem|python3) (.*)$/gm)];
  expect(lines.map(([, program]) => program)).toContain("python3");
  const place = mkdtempSync(join(folder, "docs-"));
  const hasPython = spawnSync("/usr/bin/python3", ["-c", "import numpy"]).status === 0;
  let out = "";
  for (const [line, program, rest] of lines) {
    const format = /--format (\w+)/.exec(rest!)?.[1];
    if (format) out = join(place, format);
    const args = rest!
      .replace("GOLEM", wordless)
      .replace("FOLDER", out)
      .replace("DATA", data)
      .replaceAll(/\b[\w.]+\.(onnx|npz)\b/g, (name) => join(place, name))
      .split(" ");
    if (program === "npx golem") expect((await runGolem(args)).exitCode, line).toBe(0);
    else if (hasPython) {
      const { stdout, stderr } = spawnSync("/usr/bin/python3", args, { encoding: "utf8" });
      expect(stderr, line).toBe("");
      expect(stdout.trim().split("\n").length).toBe(20);
    }
  }
});

it("passes a golem on that predicts the same, knows its recordings and reports without names", async () => {
  const out = join(folder, "passed-on");
  expect((await exportTo(out, wordless, "--format", "safetensors")).exitCode).toBe(0);
  expect(await predict(out)).toEqual(await predict(wordless));
  const evaluated = await runGolem(["evaluate", out, data, "--json"]);
  expect(JSON.parse(evaluated.stdout).error.code).toBe("no-recordings");

  const page = join(folder, "page.html");
  const { exitCode, stdout } = await runGolem(["report", out, "--out", page]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain("passed on without names");
  const html = readFileSync(page, "utf8");
  expect(html).toContain("names of its recordings, speakers, transcripts and findings are not in it");
  expect(html).not.toContain("Quux");
  const found = await runGolem(["report", out, "--out", page, "--data", data, "--no-curve", "--json"]);
  expect(JSON.parse(found.stdout).found).toBe(20);
});
