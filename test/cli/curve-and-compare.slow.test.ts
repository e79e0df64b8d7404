/** The commands that measure training, on the synthetic recordings that the repository carries. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DatasetComparison } from "../../src/workflow/compare-heads.ts";
import type { DatasetCurve } from "../../src/workflow/measure-curve.ts";
import { runGolem } from "../support/command-line.ts";

const banking = resolve(import.meta.dirname, "../../demo/banking");
const folder = mkdtempSync(join(tmpdir(), "golem-measure-"));
/** Three classes of the demo set, four recordings each, heard by the quickest encoder. */
const data = join(folder, "data");
const heard = [data, "--encoder", "mfcc"];

beforeAll(() => {
  for (const label of ["freeze", "balance", "abroad"]) {
    cpSync(join(banking, "train", label), join(data, label), { recursive: true });
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("golem curve", () => {
  it("prints the curve as one document, whose last point is the score that train reports", async () => {
    const { exitCode, stdout } = await runGolem(["curve", ...heard, "--json", "--add", "3"]);
    expect(exitCode).toBe(0);
    const curve = JSON.parse(stdout) as DatasetCurve;
    expect(curve).toMatchObject({ labels: ["abroad", "balance", "freeze"], recordings: 12, skipped: [] });
    expect(curve.points.map(({ shots }) => shots)).toEqual([1, 2, 3]);
    for (const { balancedAccuracy, interval } of curve.points) {
      expect(interval[0]).toBeLessThanOrEqual(balancedAccuracy);
      expect(interval[1]).toBeGreaterThanOrEqual(balancedAccuracy);
    }
    expect(curve.classGains.map(({ label }) => label).sort()).toEqual(["abroad", "balance", "freeze"]);
    expect(curve.classGains[0]).toMatchObject({ recordings: 4, added: 3, outgrows: true });
    const trained = await runGolem(["train", ...heard, "--out", join(folder, "golem"), "--json"]);
    const { evaluation } = JSON.parse(trained.stdout);
    const last = curve.points.at(-1)!;
    expect(last.balancedAccuracy).toBe(evaluation.balancedAccuracy);
    expect(last.interval).toEqual(evaluation.interval);
    expect(last.repeats).toBe(evaluation.repeats);
    const again = await runGolem(["curve", ...heard, "--json", "--add", "3"]);
    expect(again.stdout).toBe(stdout);
  });

  it("says for people what more recordings would give", async () => {
    const { exitCode, stdout } = await runGolem(["curve", ...heard, "--head", "centroid", "--layer", "0"]);
    expect(exitCode).toBe(0);
    expect(stdout).not.toContain("With 2 times the recordings");
    expect(stdout).toContain("Not distinguishable from guessing, so no gain can be forecast");
    expect(stdout).not.toContain("\u001b");
  });

  it("says what is wrong, as train does", async () => {
    const tooFew = await runGolem(["curve", ...heard, "--shots", "1", "--json"]);
    expect(tooFew.exitCode).toBe(1);
    expect(JSON.parse(tooFew.stdout).error.code).toBe("too-few-recordings");
    const layer = await runGolem(["curve", ...heard, "--layer", "3"]);
    expect(layer.stderr).toContain("[invalid-layer]");
    expect((await runGolem(["curve", ...heard, "--add", "0"])).exitCode).toBe(2);
  });
});

describe("golem compare", () => {
  it("prints the comparison as one document", async () => {
    const { exitCode, stdout } = await runGolem(["compare", ...heard, "--json", "--budget", "3"]);
    expect(exitCode).toBe(0);
    const comparison = JSON.parse(stdout) as DatasetComparison;
    expect(comparison).toMatchObject({
      recordings: 12,
      encoder: "mfcc",
      layer: "auto",
      budget: 3,
      skipped: [],
    });
    const names = comparison.candidates.map(({ name }) => name);
    expect([...names, ...comparison.givenUp]).toEqual([
      "centroid",
      "ridge",
      "logistic",
      "linear",
      "fusion",
      ...[4, 16, 64, 256, 1024].map((n) => `mlp ${n}`),
    ]);
    expect(names).toContain(comparison.best);
    expect(names.indexOf(comparison.simplest)).toBeLessThanOrEqual(names.indexOf(comparison.best));
    const { features } = JSON.parse(readFileSync(join(folder, "golem/golem.json"), "utf8")).heads[0];
    for (const { name, parameters, trainAccuracy, logLoss } of comparison.candidates) {
      if (["centroid", "ridge", "logistic", "linear", "fusion"].includes(name)) {
        expect(parameters).toBe((features + 1) * 3);
      }
      expect(trainAccuracy).toBeLessThanOrEqual(1);
      expect(logLoss).toBeGreaterThan(0);
    }
  });

  it("shows people where fitting becomes over-fitting, and which head to take", async () => {
    const { exitCode, stdout } = await runGolem(["compare", ...heard, "--budget", "0.1"]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("The simplest within one standard error of the best: ");
    expect(stdout).toContain("No time for ");
    expect((await runGolem(["compare", ...heard, "--budget", "0"])).exitCode).toBe(2);
  });
});

describe("golem train --head auto --layer N", () => {
  it("compares heads in every fold and reports their scores", async () => {
    const out = join(folder, "chosen");
    const { exitCode, stdout } = await runGolem([
      "train",
      ...heard,
      "--out",
      out,
      "--layer",
      "0",
      "--head",
      "auto",
      "--json",
    ]);
    expect(exitCode).toBe(0);
    const { kind, facts } = JSON.parse(readFileSync(join(out, "golem.json"), "utf8")).heads[0];
    expect(JSON.parse(stdout).head).toBe(kind);
    for (const name of ["centroid", "ridge", "logistic"])
      expect(facts[`compared.${name}`]).toBeGreaterThan(0);
    const told = await runGolem([
      "train",
      "--verbose",
      ...heard,
      "--out",
      out,
      "--layer",
      "0",
      "--head",
      "auto",
    ]);
    expect(told.stdout).toMatch(/chosen as the simplest .*: centroid [\d.]+ %, ridge [\d.]+ %, logistic/);
    const held = join(banking, "test/freeze");
    const { stdout: predicted } = await runGolem(["predict", out, join(held, "00-flite-awb.ogg"), "--json"]);
    expect(JSON.parse(predicted).label).toBeTypeOf("string");
  });
});
