import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { readWindow } from "../../test/support/audio-files.ts";
import { createExamination, createExamined, examineSamples } from "../../test/support/examined.ts";
import { createResampler } from "../audio/resampler.ts";
import type { ExaminedRecording } from "./examination.ts";
import { checkNearDuplicates } from "./near-duplicates.ts";

const folder = resolve(import.meta.dirname, "../../demo/banking/train/freeze");
const names = readdirSync(folder).sort();
let samples: Float32Array[];
let recordings: ExaminedRecording[];

beforeAll(async () => {
  samples = await Promise.all(names.map((name) => readWindow(join(folder, name))));
  recordings = await Promise.all(samples.map((own, i) => examineSamples(names[i]!, "freeze", own)));
});

/** Finds faults after one altered copy is added. */
async function findCopy(copy: Float32Array, rest: Partial<ExaminedRecording> = {}, rate = 16_000) {
  const examined = await examineSamples("copy.wav", "freeze", copy, rate);
  return checkNearDuplicates(createExamination([...recordings, { ...examined, ...rest }]));
}

describe("copies", () => {
  it("are not found among different recordings of one voice and label", () => {
    expect(checkNearDuplicates(createExamination(recordings))).toEqual([]);
  });

  it("are found made quieter, cut, and resampled", async () => {
    const resampler = createResampler(16_000, 8000);
    const narrow = [resampler.push(samples[0]!), resampler.finish()].flatMap((chunk) => [...chunk]);
    const cut = samples[0]!.subarray(2345, samples[0]!.length - 3456);
    for (const [copy, rate] of [
      [samples[0]!.map((value) => value / 5), 16_000],
      [cut, 16_000],
      [Float32Array.from(narrow), 8000],
    ] as const) {
      const [finding, ...others] = await findCopy(copy, {}, rate);
      expect(others).toEqual([]);
      expect(finding).toMatchObject({
        kind: "near-duplicate",
        severity: "warning",
        files: [names[0], "copy.wav"],
      });
    }
  });

  it("are severe under two labels and on two sides, and a note if harmless", async () => {
    const copy = samples[1]!.map((value) => value / 3);
    const [conflict] = await findCopy(copy, { label: "balance" });
    expect(conflict).toMatchObject({
      severity: "severe",
      reason: { code: "copies-other-label", labels: "freeze, balance" },
    });
    const [leak] = await findCopy(copy, { split: "test" });
    expect(leak).toMatchObject({ severity: "severe", reason: { code: "copies-other-side" } });
    const [exact] = await findCopy(samples[1]!);
    expect(exact).toMatchObject({ severity: "note", files: [names[1], "copy.wav"] });
  });

  it("are one finding per group, and digital silence is none", () => {
    const same = { facts: { audioHash: "a" } };
    const group = ["1.wav", "2.wav", "3.wav"].map((file) => createExamined(file, "x", same));
    const silence = ["4.wav", "5.wav"].map((file) =>
      createExamined(file, "x", { facts: { audioHash: "b", peak: 0 } }),
    );
    const findings = checkNearDuplicates(createExamination([...group, ...silence]));
    expect(findings.map(({ files }) => files)).toEqual([["1.wav", "2.wav", "3.wav"]]);
  });
});
