/** The simple checks, on synthetic recordings with planted faults. */
import { describe, expect, it } from "vitest";
import { createTone } from "../../test/support/audio-files.ts";
import { createExamination, createExamined, examineSamples } from "../../test/support/examined.ts";
import { checkClasses } from "./classes.ts";
import { diagnose, pickTopFindings } from "./diagnose.ts";
import type { ExaminedRecording } from "./examination.ts";
import { checkFileHealth, checkSampleRates } from "./file-health.ts";
import type { FoundFault } from "./finding.ts";
import { checkLengths } from "./lengths.ts";
import { checkLevels } from "./levels.ts";
import { checkSpeakers } from "./speakers.ts";

const [tone] = createTone(16_000, 1) as [Float32Array];
const good = Array.from({ length: 6 }, (_, i) => createExamined(`good ${i}`, i % 2 ? "a" : "b"));
const kinds = (findings: readonly FoundFault[]): string[] => findings.map(({ kind }) => kind);

describe("levels", () => {
  it("give no finding for a recording without faults", async () => {
    expect(checkLevels(createExamination([await examineSamples("tone", "a", tone)]))).toEqual([]);
  });

  it("find the one recording that is silent, faint, clipped, or not centred on zero", async () => {
    const faults: [string, Float32Array][] = [
      ["silent", tone.map(() => 0)],
      ["quiet", tone.map((value) => value * 0.004)],
      ["clipped", tone.map((value) => Math.max(-1, Math.min(1, 4 * value)))],
      ["dc-offset", tone.map((value) => 0.5 * value + 0.2)],
    ];
    for (const [kind, samples] of faults) {
      const bad = await examineSamples("bad", "a", samples);
      const findings = checkLevels(createExamination([...good, bad]));
      expect(kinds(findings)).toEqual([kind]);
      expect(findings[0]!.files).toEqual(["bad"]);
    }
  });

  it("count silent recordings that were left out; many are severe", () => {
    const skipped = ["x", "y"].map((file) => ({ file, code: "silent", message: "", hint: "" }));
    const [finding] = checkLevels(createExamination(good, { skipped }));
    expect(finding).toMatchObject({ kind: "silent", severity: "severe", files: ["x", "y"] });
  });
});

describe("sound that encoders do not receive", () => {
  it("is a finding of its own: energy above their band, channels that cancel", () => {
    const high = { code: "above-8-khz", message: "bat.wav: most of its energy is at 45 kHz.", hint: "" };
    const skipped = [{ file: "bat.wav", ...high }];
    const warnings = [{ code: "channels-cancel", message: "Both cancel.", hint: "" }];
    const wired = createExamined("wired.wav", "a", { facts: { warnings } });
    const bird = createExamined("bird.wav", "a", { facts: { warnings: [high] } });
    const findings = diagnose(createExamination([...good, wired, bird], { skipped }));
    const get = (kind: string) => findings.filter((one) => one.kind === kind);
    expect(get("ultrasound")).toMatchObject([
      { files: ["bat.wav", "bird.wav"], message: expect.stringContaining("45 kHz") },
    ]);
    expect(get("channels-cancel")).toMatchObject([{ severity: "note", files: ["wired.wav"] }]);
    expect([...get("silent"), ...get("unreadable")]).toEqual([]);
  });
});

describe("lengths", () => {
  it("find recordings that are too short or too long, in seconds or relative to the others", async () => {
    const click = await examineSamples("click", "a", tone.subarray(0, 900));
    const long = createExamined("long", "a", { facts: { seconds: 12, kept: [0, 12] } });
    const findings = checkLengths(createExamination([...good, click, long]));
    expect(findings.map(({ kind, files }) => [kind, files])).toEqual([
      ["too-short", ["click"]],
      ["too-long", ["long"]],
    ]);
    expect(checkLengths(createExamination(good))).toEqual([]);
  });
});

describe("files", () => {
  it("are found unreadable or damaged, and the others are examined", () => {
    const skipped = [
      { file: "broken.wav", code: "not-audio", message: "It is not audio.", hint: "Delete it." },
    ];
    const warnings = [{ code: "truncated", message: "It ends early.", hint: "" }];
    const cut = createExamined("cut", "a", { facts: { warnings } });
    const findings = checkFileHealth(createExamination([...good, cut], { skipped }));
    expect(findings.map(({ kind, files, severity }) => [kind, files, severity])).toEqual([
      ["unreadable", ["broken.wav"], "warning"],
      ["damaged", ["cut"], "note"],
    ]);
  });

  it("of several sample rates are a warning if encoders use the missing frequencies", () => {
    const at = (rates: number[]) =>
      rates.map((sampleRate, i) => createExamined(`${i}`, "a", { facts: { sampleRate } }));
    expect(checkSampleRates(createExamination(at([16_000, 16_000])))).toEqual([]);
    expect(checkSampleRates(createExamination(at([48_000, 44_100, 48_000])))).toMatchObject([
      { severity: "note", files: ["1"] },
    ]);
    expect(checkSampleRates(createExamination(at([16_000, 8000, 16_000])))).toMatchObject([
      { severity: "warning", files: ["1"] },
    ]);
  });
});

describe("classes", () => {
  const make = (sizes: Record<string, number>): ExaminedRecording[] =>
    Object.entries(sizes).flatMap(([label, size]) =>
      Array.from({ length: size }, (_, i) => createExamined(`${label} ${i}`, label)),
    );

  it("are found alone, too small, or uneven", () => {
    expect(checkClasses(createExamination([]))).toMatchObject([{ kind: "too-few", severity: "severe" }]);
    expect(checkClasses(createExamination(make({ a: 9 })))).toMatchObject([{ severity: "severe" }]);
    expect(checkClasses(createExamination(make({ a: 6, b: 5 })))).toEqual([]);
    expect(checkClasses(createExamination(make({ a: 2, b: 1 })))).toMatchObject([
      { kind: "too-few", severity: "severe", files: ["b 0"] },
      { kind: "too-few", severity: "note" },
    ]);
    expect(kinds(checkClasses(createExamination(make({ a: 20, b: 6 }))))).toEqual(["imbalanced"]);
  });

  it("are found missing in the training set", () => {
    const unseen = createExamined("new", "c", { split: "test" });
    const [finding] = checkClasses(createExamination([...make({ a: 5, b: 5 }), unseen]));
    expect(finding).toMatchObject({ kind: "unseen-label", files: ["new"] });
  });
});

describe("speakers", () => {
  const by = (speakers: string, label: (i: number) => string, rest = {}): ExaminedRecording[] =>
    [...speakers].map((speaker, i) => createExamined(`${i}${label(i)}`, label(i), { speaker, ...rest }));

  it("give no finding when unknown, or when several record every class", () => {
    expect(checkSpeakers(createExamination(good))).toEqual([]);
    const several = by("aabbccddee", (i) => (i % 2 ? "x" : "y"));
    expect(checkSpeakers(createExamination(several))).toEqual([]);
  });

  it("are found alone, one per class, and on both sides", () => {
    const alone = by("aaaaaa", (i) => (i % 2 ? "x" : "y"));
    expect(checkSpeakers(createExamination(alone))).toMatchObject([{ kind: "one-speaker" }]);
    const oneEach = by("aaabbb", (i) => (i < 3 ? "x" : "y"));
    expect(checkSpeakers(createExamination(oneEach))).toMatchObject([{ kind: "one-speaker" }]);
    const split = [
      ...by("aabbcc", (i) => (i % 2 ? "x" : "y")),
      createExamined("test", "x", { speaker: "a", split: "test" }),
    ];
    expect(checkSpeakers(createExamination(split))).toMatchObject([
      { kind: "shared-speaker", severity: "severe", files: ["test"] },
    ]);
  });
});

describe("a diagnosis", () => {
  it("is empty for recordings without fault, and sorted by harm", () => {
    const sound = Array.from({ length: 10 }, (_, i) => createExamined(`${i}`, i % 2 ? "a" : "b"));
    expect(diagnose(createExamination(sound))).toEqual([]);
    const quiet = createExamined("quiet", "a", { facts: { peak: 0.001 } });
    const twins = ["a", "b"].map((label) =>
      createExamined(`twin ${label}`, label, { facts: { audioHash: "t" } }),
    );
    const findings = diagnose(createExamination([...sound, quiet, ...twins]));
    expect(findings.map(({ kind, severity }) => [kind, severity])).toEqual([
      ["near-duplicate", "severe"],
      ["quiet", "note"],
    ]);
    expect(kinds(pickTopFindings([...findings, ...findings]))).toEqual(["near-duplicate"]);
  });
});
