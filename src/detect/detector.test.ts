/**
 * The detector on synthetic streams, with a classifier based on pitch: it finds the same events for any
 * division into chunks.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createWav } from "../../test/support/audio-files.ts";
import { scaleRuns } from "../../test/support/effort.ts";
import { openAudio } from "../audio/open-audio.ts";
import { createMemorySource } from "../core/byte-source.ts";
import { createRandom } from "../core/random.ts";
import { type DetectOptions, type DetectSettings, resolveDetectSettings } from "./detect-settings.ts";
import { detectSource } from "./detect-source.ts";
import { createDetector, type DetectedEvent, type DetectorOptions } from "./detector.ts";
import type { WindowClassifier } from "./window-classifier.ts";

const rate = 16_000;

/** Counts zero crossings: below 600 Hz is low, above 1200 Hz high, anything between unknown. */
const pitchClassifier: WindowClassifier & { heard: number } = {
  heard: 0,
  labels: ["low", "high", "_background"],
  sampleRate: rate,
  async classify(samples) {
    pitchClassifier.heard++;
    let crossings = 0;
    let loud = 0;
    for (let i = 1; i < samples.length; i++) {
      if (Math.abs(samples[i]!) < 0.02) continue;
      loud++;
      if (samples[i]! > 0 !== samples[i - 1]! > 0) crossings++;
    }
    if (loud < 100) return undefined;
    const pitch = (crossings / loud / 2) * rate;
    if (pitch > 600 && pitch < 1200) return { scores: [0.9, 0.05, 0.05], known: 0.3 };
    return { scores: pitch < 900 ? [0.9, 0.05, 0.05] : [0.05, 0.9, 0.05], known: 1 };
  },
};

const settings = (options: DetectOptions = {}) =>
  resolveDetectSettings(
    { training: { formatVersion: 3, recordings: [] }, document: { evaluation: null } },
    options,
  );

/** Faint noise with tones of [start, end) seconds and Hz. */
function createStream(seconds: number, tones: readonly (readonly [number, number, number])[]): Float32Array {
  const random = createRandom(1);
  const samples = Float32Array.from({ length: seconds * rate }, () => 0.002 * (random.uniform() - 0.5));
  for (const [start, end, pitch] of tones) {
    for (let i = Math.round(start * rate); i < end * rate; i++) {
      samples[i]! += 0.3 * Math.sin((2 * Math.PI * pitch * i) / rate);
    }
  }
  return samples;
}

async function detect(
  samples: Float32Array,
  options: Partial<DetectorOptions> = {},
  cuts: readonly number[] = [],
): Promise<DetectedEvent[]> {
  const detector = createDetector(pitchClassifier, { settings: settings(), ...options });
  const events: DetectedEvent[] = [];
  const bounds = [0, ...[...cuts].sort((a, b) => a - b), samples.length];
  for (let i = 1; i < bounds.length; i++) {
    events.push(...(await detector.push(samples.subarray(bounds[i - 1], bounds[i]))));
  }
  return [...events, ...(await detector.finish())];
}

/** Short tones, one with a pitch in between, one too long for one window, and one that is too short. */
const tones = [
  [3, 3.6, 300],
  [5, 5.5, 2000],
  [7, 7.5, 900],
  [9, 18, 300],
  [20, 20.05, 300],
] as const;
const stream = createStream(24, tones);

describe("the detector", () => {
  it("finds tones at the right times, and leaves out unknown and very short ones", async () => {
    const events = await detect(stream);
    expect(events.map(({ label }) => label)).toEqual(["low", "high", "low"]);
    for (const [i, [start, end]] of [tones[0], tones[1], tones[3]].entries()) {
      expect(Math.abs(events[i]!.start - start)).toBeLessThan(0.06);
      expect(Math.abs(events[i]!.end - end)).toBeLessThan(0.06);
      expect(events[i]!.confidence).toBeCloseTo(0.9, 6);
    }
  });

  it("does not classify silence", async () => {
    pitchClassifier.heard = 0;
    expect(await detect(createStream(20, []))).toEqual([]);
    expect(await detect(new Float32Array(20 * rate))).toEqual([]);
    expect(pitchClassifier.heard).toBeLessThanOrEqual(1);
  });

  it("gives the same events for any chunks, at 16 kHz and resampled, with several windows at a time", async () => {
    for (const sampleRate of [rate, 22_050]) {
      const whole = await detect(stream, { sampleRate });
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.integer({ min: 0, max: stream.length }), { maxLength: 40 }),
          fc.integer({ min: 1, max: 3 }),
          async (cuts, concurrency) => {
            expect(await detect(stream, { sampleRate, concurrency }, cuts)).toEqual(whole);
          },
        ),
        { numRuns: scaleRuns(15) },
      );
    }
  });

  it("handles calls in order if they are not awaited", async () => {
    const detector = createDetector(pitchClassifier, { settings: settings() });
    const chunks = Array.from({ length: 24 }, (_, i) => stream.subarray(i * rate, (i + 1) * rate));
    const answers = await Promise.all([...chunks.map((chunk) => detector.push(chunk)), detector.finish()]);
    expect(answers.flat()).toEqual(await detect(stream));
  });

  it("returns an event soon after its sound has ended", async () => {
    const detector = createDetector(pitchClassifier, { settings: settings() });
    await detector.push(stream.subarray(0, 3.6 * rate));
    expect(await detector.push(stream.subarray(3.6 * rate, 3.8 * rate))).toEqual([]);
    expect(await detector.push(stream.subarray(3.8 * rate, 4.2 * rate))).toHaveLength(1);
    expect(detector.getState()).toMatchObject({ isSound: false, dropped: 0, unknown: 0 });
    expect(detector.getState().scores.low).toBeCloseTo(0.9, 6);
  });

  it("skips windows of a live stream when it falls behind, with a warning", async () => {
    const release: (() => void)[] = [];
    const slow: WindowClassifier = {
      ...pitchClassifier,
      classify: (samples) =>
        new Promise((resolve) => release.push(() => resolve(pitchClassifier.classify(samples)))),
    };
    const warnings: string[] = [];
    const detector = createDetector(slow, {
      settings: settings(),
      maximumLagSeconds: 2,
      onWarning: ({ code }) => warnings.push(code),
    });
    for (let at = 0; at < stream.length; at += 1600) await detector.push(stream.subarray(at, at + 1600));
    expect(detector.getState().dropped).toBeGreaterThan(10);
    expect(warnings).toContain("behind");
    const timer = setInterval(() => release.splice(0).forEach((go) => void go()), 1);
    for (let at = 0; at < stream.length; at += 1600) {
      await detector.push(stream.subarray(at, at + 1600));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect((await detector.finish()).length).toBeLessThanOrEqual(3);
    expect(detector.getState().heard).toBeGreaterThan(1);
    clearInterval(timer);
  });

  it("treats samples that are not finite as 0, and stops when aborted", async () => {
    const damaged = stream.slice();
    damaged.fill(Number.NaN, 12_000, 13_000);
    damaged[14_000] = Number.POSITIVE_INFINITY;
    const zeroed = damaged.map((value) => (Number.isFinite(value) ? value : 0));
    const warnings: string[] = [];
    const onWarning = ({ code }: { code: string }) => warnings.push(code);
    expect(await detect(damaged, { onWarning })).toEqual(await detect(zeroed));
    expect(warnings).toEqual(["not-finite"]);
    const controller = new AbortController();
    const detector = createDetector(pitchClassifier, { settings: settings(), signal: controller.signal });
    controller.abort();
    await expect(detector.push(stream)).rejects.toMatchObject({ code: "aborted" });
  });

  it("rejects sample rates and settings out of range", () => {
    for (const sampleRate of [0, -1, Number.NaN, 16_000.5, 1e9]) {
      expect(() => createDetector(pitchClassifier, { settings: settings(), sampleRate })).toThrow(
        /sample rate/,
      );
    }
    for (const options of [{ threshold: 2 }, { windowSeconds: 0 }, { hopSeconds: Number.NaN }]) {
      expect(() => settings(options)).toThrow(/expected/);
    }
  });
});

it("lowers the default threshold to a golem's median confidence, but not a given threshold", () => {
  const withBins = (bins: { count: number; confidence: number; accuracy: number }[]) => ({
    training: { formatVersion: 3 as const, recordings: [] },
    document: { evaluation: { calibration: { expectedError: 0, brierScore: 0, bins } } },
  });
  const unsure = [
    { count: 3, confidence: 0.3, accuracy: 0.3 },
    { count: 4, confidence: 0.45, accuracy: 0.5 },
    { count: 3, confidence: 0.9, accuracy: 0.9 },
  ];
  const resolve = resolveDetectSettings as (model: unknown, options?: DetectOptions) => DetectSettings;
  expect(resolve(withBins(unsure)).threshold).toBe(0.45);
  expect(resolve(withBins(unsure)).offThreshold).toBeCloseTo(0.315);
  expect(resolve(withBins([{ count: 2, confidence: 0.97, accuracy: 1 }])).threshold).toBe(0.8);
  expect(resolve(withBins(unsure), { threshold: 0.7 }).threshold).toBe(0.7);
  expect(settings().threshold).toBe(0.8);
});

describe("energy above the band", () => {
  const bat = (hertz: number, inputRate: number): Float32Array =>
    Float32Array.from(
      { length: inputRate / 2 },
      (_, i) => 0.4 * Math.sin((2 * Math.PI * hertz * i) / inputRate),
    );
  const listen = async (hertz: number, inputRate: number, options: Partial<DetectorOptions> = {}) => {
    const warnings: { code: string; message: string }[] = [];
    const onWarning = (warning: { code: string; message: string }) => warnings.push(warning);
    const source = createMemorySource(createWav([bat(hertz, inputRate)], inputRate), "bat.wav");
    const opened = { settings: settings(), concurrency: 1, onWarning, ...options };
    for await (const _ of detectSource(source, pitchClassifier, opened));
    return { warnings, source };
  };

  it("is a warning, worded as in training", async () => {
    const { warnings, source } = await listen(45_000, 192_000);
    const { facts } = await openAudio(source);
    const own = facts.warnings.find(({ code }) => code === "above-8-khz");
    expect(own?.message).toMatch(/^bat.wav: most of its energy is at 45 kHz/);
    expect(warnings).toContainEqual(own);
  });

  it("is not reported if most energy is in the band, nor at the classifier's rate", async () => {
    for (const [hertz, inputRate] of [
      [500, 192_000],
      [500, 16_000],
      [7000, 44_100],
    ] as const)
      expect((await listen(hertz, inputRate)).warnings).toEqual([]);
  });

  it("is one warning in a live stream, after some seconds", async () => {
    const warnings: { code: string; message: string }[] = [];
    const detector = createDetector(pitchClassifier, {
      ...{ settings: settings(), sampleRate: 48_000, maximumLagSeconds: 5 },
      onWarning: (warning) => warnings.push(warning),
    });
    const halfSecond = bat(15_000, 48_000);
    for (let i = 0; i < 19; i++) await detector.push(halfSecond);
    expect(warnings).toEqual([]);
    for (let i = 0; i < 5; i++) await detector.push(halfSecond);
    expect(warnings.map(({ code }) => code)).toEqual(["above-8-khz"]);
    expect(warnings[0]!.message).toMatch(/^The stream: most of its energy is at 15 kHz/);
    await detector.finish();
    expect(warnings).toHaveLength(1);
  });
});
