/** `golem doctor`: document, exit codes and text, on recordings of the demo with faults planted in them. */
import { cpSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { encodeWav } from "../../src/audio/wav-writer.ts";
import type { Finding } from "../../src/doctor/finding.ts";
import { examineDataset, train } from "../../src/index.ts";
import { readWindow } from "../support/audio-files.ts";
import { runGolem } from "../support/command-line.ts";
import { writeTones } from "../support/recordings/tone-recordings.ts";
import { createScratchFolder } from "../support/scratch-folder.ts";

const banking = resolve(import.meta.dirname, "../../demo/banking/train");
const labels = ["freeze", "balance", "abroad"];

/** Three classes of the demo. */
async function createData(): Promise<string> {
  const folder = await createScratchFolder();
  for (const label of labels) cpSync(join(banking, label), join(folder, label), { recursive: true });
  return folder;
}

async function examine(
  ...args: string[]
): Promise<{ exitCode: number; findings: Finding[]; recordings: number }> {
  const { exitCode, stdout, stderr } = await runGolem(["doctor", ...args, "--json", "--no-transcript"]);
  expect(stderr).not.toMatch(/error/);
  return { exitCode, ...JSON.parse(stdout) };
}

describe("golem doctor", () => {
  it("finds nothing severe in recordings without fault, and exits with 0", async () => {
    const { exitCode, findings, recordings } = await examine(await createData());
    expect(exitCode).toBe(0);
    expect(recordings).toBe(labels.flatMap((label) => readdirSync(join(banking, label))).length);
    for (const finding of findings) {
      expect(finding.severity, JSON.stringify(finding)).not.toBe("severe");
      expect(finding).toMatchObject({ message: expect.any(String), advice: expect.any(String) });
    }
  });

  it("finds a copy under another label, wrong labels and what cannot be read; exits with 1", async () => {
    const data = await createData();
    const [name] = readdirSync(join(data, "freeze")).sort() as [string];
    const samples = await readWindow(join(data, "freeze", name));
    writeFileSync(
      join(data, "balance/copy.wav"),
      encodeWav(samples.map((value) => value / 4).slice(1600), 16_000, "float32"),
    );
    writeFileSync(join(data, "abroad/broken.wav"), "no audio at all, whatever its name says");
    writeFileSync(join(data, "abroad/silent.wav"), encodeWav(new Float32Array(16_000), 16_000, "float32"));
    const { exitCode, findings } = await examine(data);
    expect(exitCode).toBe(1);
    const get = (kind: string) => findings.filter((finding) => finding.kind === kind);
    expect(get("near-duplicate")).toMatchObject([
      { severity: "severe", files: ["balance/copy.wav", `freeze/${name}`] },
    ]);
    expect(get("unreadable")).toMatchObject([{ files: ["abroad/broken.wav"] }]);
    expect(get("silent")).toMatchObject([{ files: ["abroad/silent.wav"] }]);

    const { stdout, exitCode: code } = await runGolem(["doctor", data, "--no-transcript"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^Examined \d+ recordings in 3 classes \(2 left out\): 1 severe/);
    expect(stdout).toMatch(/severe {6}Copies of one recording \(near-duplicate\): balance\/copy.wav/);
    expect(stdout.trimEnd()).toMatch(/Do not rely on a score/);
  });

  it("exits with 1 for files left out only when strict, and with 2 for wrong usage", async () => {
    const data = await createData();
    writeFileSync(join(data, "abroad/broken.wav"), "no audio");
    expect((await examine(data)).exitCode).toBe(0);
    expect((await examine(data, "--strict")).exitCode).toBe(1);
    expect((await runGolem(["doctor"])).exitCode).toBe(2);
    expect((await runGolem(["doctor", join(data, "nowhere")])).exitCode).toBe(1);
  });

  it("reports one class, or none", async () => {
    const data = await createScratchFolder();
    cpSync(join(banking, "freeze"), join(data, "freeze"), { recursive: true });
    const { exitCode, findings } = await examine(data);
    expect(exitCode).toBe(1);
    expect(findings[0]).toMatchObject({ kind: "too-few", severity: "severe" });
  });
});

describe("the library", () => {
  it("examines a data set made in memory, and tells training's findings", async () => {
    const folder = await createScratchFolder();
    const { dataset } = await writeTones(folder, 8);
    const { recordings, classes, skipped } = await examineDataset(dataset, { transcript: false });
    expect({ recordings, classes, skipped }).toEqual({ recordings: 8, classes: 2, skipped: [] });
    const golem = await train(dataset, { transcript: false, augment: "none" });
    onTestFinished(() => golem.dispose());
    expect(golem.model.training.findings).toBeDefined();
  });
});
