/** `golem export`: an exported golem predicts the same and contains no names. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runGolem } from "../support/command-line.ts";
import { expectNothingPrivate, exportTo, getPrivateGolems, predictClips } from "../support/private-golems.ts";

const folder = mkdtempSync(join(tmpdir(), "golem-export-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const { data, golem, wordless, clips } = await getPrivateGolems();
const predict = (from: string, files = clips): Promise<number[]> => predictClips(from, files);

describe("format safetensors", () => {
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
    const other = resolve(import.meta.dirname, "../../demo/banking/train");
    const args = [golem, "--format", "safetensors", "--acoustic-only", "--data", other];
    const { document } = await exportTo(join(folder, "other"), ...args);
    expect(document.error).toMatchObject({ code: "invalid-data" });
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
  expect(stdout).toContain("exported without names");
  const html = readFileSync(page, "utf8");
  expect(html).toContain("exported without names of recordings, speakers, transcripts and findings");
  expect(html).not.toContain("Quux");
  const found = await runGolem(["report", out, "--out", page, "--data", data, "--no-curve", "--json"]);
  expect(JSON.parse(found.stdout).found).toBe(20);
});
