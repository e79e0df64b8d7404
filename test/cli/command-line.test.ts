/** The command line's contract on the demo's recordings: predict, evaluate, embed, encoders, help, wrong usage. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { describeClasses } from "../../src/cli/describe-evaluation.ts";
import { defaultRecipe } from "../../src/core/default-recipe.ts";
import { createTone, createWav } from "../support/audio-files.ts";
import { banking, getBankingPart } from "../support/banking-part.ts";
import { runGolem } from "../support/command-line.ts";

const folder = mkdtempSync(join(tmpdir(), "golem-cli-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const { data, held, golem } = await getBankingPart();
const example = join(banking, "test/freeze");

describe("golem predict", () => {
  it("prints one line of JSON per file, in order, and fails only at the end", async () => {
    const names = readdirSync(example).sort();
    const wrong = join(folder, "wrong.wav");
    writeFileSync(wrong, "nothing");
    const args = [join(example, names[0]!), wrong, join(example, names[1]!)];
    const { exitCode, stdout } = await runGolem(["predict", golem, ...args, "--json"]);
    expect(exitCode).toBe(1);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map((line) => line.file)).toEqual(args);
    expect(lines[1]).toMatchObject({
      error: { code: "not-audio", message: expect.any(String), hint: expect.any(String) },
    });
    for (const line of [lines[0], lines[2]]) {
      const scores = Object.values<number>(line.scores);
      expect(scores.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
      expect(line.scores[line.label]).toBe(line.confidence);
      expect(Math.max(...scores)).toBe(line.confidence);
      expect(line.seconds).toBeGreaterThan(1);
      expect(typeof line.unknown).toBe("boolean");
    }
  });

  it("answers the same with one file as with many", async () => {
    const names = readdirSync(example)
      .sort()
      .map((name) => join(example, name));
    const many = (await runGolem(["predict", golem, ...names, "--json"])).stdout.trim().split("\n");
    const one = (await runGolem(["predict", golem, names[3]!, "--json"])).stdout.trim();
    const [a, b] = [JSON.parse(many[3]!), JSON.parse(one)];
    expect(a.label).toBe(b.label);
    expect(Object.values<number>(a.scores)).toBeAllclose(Object.values<number>(b.scores), {
      rtol: 0,
      atol: 0.01,
    });
  });
});

describe("golem evaluate", () => {
  it("says how it does on each class", async () => {
    const { exitCode, stdout } = await runGolem(["evaluate", golem, held]);
    expect(exitCode).toBe(0);
    const { stdout: json } = await runGolem(["evaluate", golem, held, "--json"]);
    expect(stdout).toContain(`\n${describeClasses(JSON.parse(json)).join("\n")}\n`);
    for (const label of ["abroad", "balance", "freeze"]) {
      expect(stdout).toMatch(new RegExp(`^${label} +10 +(\\d+ %|-) +\\d+ % +\\d+ %`, "m"));
    }
  });

  it("prints an evaluation", async () => {
    const { exitCode, stdout } = await runGolem(["evaluate", golem, held, "--json"]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ protocol: "held-out", recordings: 30, trainAccuracy: 1 });
  });

  it("counts labels it does not have separately", async () => {
    const strange = join(folder, "strange");
    cpSync(held, strange, { recursive: true });
    cpSync(join(banking, "test", "address"), join(strange, "address"), { recursive: true });
    const { stdout } = await runGolem(["evaluate", golem, strange, "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ recordings: 30, unseenLabels: { address: 10 } });
  });

  it("fails when nothing is left to evaluate on", async () => {
    const { exitCode, stdout } = await runGolem(["evaluate", golem, data, "--json"]);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout).error.code).toBe("no-recordings");
  });
});

describe("golem embed, encoders, cache, help", () => {
  it("writes embeddings", async () => {
    const out = join(folder, "embeddings.parquet");
    const { exitCode, stdout } = await runGolem(["embed", data, "--out", out, "--encoder", "mfcc", "--json"]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ recordings: 12, encoder: "mfcc", layers: 1, dimensions: 100 });
    expect(readFileSync(out).subarray(0, 4).toString()).toBe("PAR1");
    expect((await runGolem(["embed", data, "--out", join(folder, "x.txt")])).exitCode).toBe(2);
  });

  it("lists and verifies encoders", async () => {
    const { encoders } = JSON.parse((await runGolem(["encoders", "--json"])).stdout);
    // After these come the ones of the Hub that were used on this machine.
    expect(encoders.map(({ id }: { id: string }) => id).slice(0, 4)).toEqual([
      ...["moonshine-tiny", "google-speech-embedding", "moonshine-base", "mfcc"],
    ]);
    const { exitCode } = await runGolem(["encoders", "verify", "moonshine-tiny", "--json"]);
    expect(exitCode).toBe(0);
  });

  it.each(["pull", "remove"])(
    "says that there is nothing to %s of an encoder without weights",
    async (action) => {
      const { exitCode, stdout } = await runGolem(["encoders", action, "mfcc"]);
      expect(exitCode).toBe(0);
      expect(stdout).toContain("mfcc has no weights: there is nothing to");
      const { stdout: json } = await runGolem(["encoders", action, "mfcc", "--json"]);
      expect(JSON.parse(json)).toMatchObject({ id: "mfcc", state: "present" });
    },
  );

  it("names its own options in hints", async () => {
    const short = join(folder, "knows short");
    const quick = join(folder, "quick");
    for (const [label, hertz] of [
      ["low", 200],
      ["high", 2000],
    ] as const) {
      mkdirSync(join(quick, label), { recursive: true });
      for (const n of [1, 2, 3]) {
        const tone = createTone(16_000, 0.4, 1, hertz + n);
        writeFileSync(join(quick, label, `${n}.wav`), createWav(tone, 16_000));
      }
    }
    await runGolem(["train", quick, "--out", short, "--encoder", "mfcc", "--max-seconds", "0.5"]);
    const { stdout: text } = await runGolem(["predict", short, join(example, readdirSync(example)[0]!)]);
    expect(text).toContain("error [too-long]");
    expect(text).toContain("--max-seconds, when training or embedding");
  });

  it("states required options and defaults in its help", async () => {
    const { stdout } = await runGolem(["train", "--help"]);
    const help = stdout.replaceAll(/\s+/g, " ");
    expect(help).toMatch(/--out <dir> [^-]*\(required\)/);
    for (const words of [
      `auto: ${defaultRecipe.encoders[0]}, and in training ${defaultRecipe.encoders[1]} too`,
      `${defaultRecipe.head}, or ${defaultRecipe.layerHead} with --layer`,
      "auto",
      "mean+std",
      "int8",
    ]) {
      expect(help).toContain(`(default: ${words})`);
    }
  });

  it.each([
    [["train", "--json"], "Required option '--out <dir>' not specified."],
    [["nonsense", "--json"], "Unknown command 'nonsense'."],
    [["train", "x", "--out", "y", "--outt", "--json"], "Unknown option '--outt'."],
    [["train", "x", "--json", "--out", "y", "--shots", "0"], "Expected a whole number from 1."],
    [["encoders", "fly", "--json"], "There is no action 'fly'"],
  ])("reports wrong usage like any other error: %j", async (args, words) => {
    const { exitCode, stdout, stderr } = await runGolem(args);
    expect(exitCode).toBe(2);
    const { error } = JSON.parse(stdout);
    expect(error).toEqual({
      code: "usage",
      message: expect.stringContaining(words),
      hint: expect.any(String),
    });
    expect(stderr).toMatch(/^error \[usage\]: [A-Z]/);
    expect(stderr).toContain(error.message);
    const { stdout: silent, stderr: same } = await runGolem(args.filter((arg) => arg !== "--json"));
    expect([silent, same]).toEqual(["", stderr]);
  });

  it("counts what is cached", async () => {
    const { stdout } = await runGolem(["cache", "stats", "--json"]);
    expect(JSON.parse(stdout).entries).toBeGreaterThan(0);
  });

  it.each([
    [[], 2],
    [["--help"], 0],
    [["train", "--help"], 0],
    [["train"], 2],
    [["train", "x"], 2],
    [["nonsense"], 2],
    [["train", "x", "--out", "y", "--head", "forest"], 2],
    [["train", "x", "--out", "y", "--wrong"], 2],
    [["train", "x", "--out", "y", "--shots", "0"], 2],
    [["encoders", "fly"], 2],
    [["demo", "cooking"], 2],
    [["--version"], 0],
  ])("exits %j with %i", async (args, exitCode) => {
    expect((await runGolem(args)).exitCode).toBe(exitCode);
  });
});
