/** Near misses, unknown stretches, and clips of their sound, with a classifier based on level. */
import { describe, expect, it } from "vitest";
import type { ClipKeeping, HeardClip } from "./clip-cutter.ts";
import { createClipCutter, maximumClipSeconds } from "./clip-cutter.ts";
import { resolveDetectSettings } from "./detect-settings.ts";
import { createDetector } from "./detector.ts";
import type { WindowClassifier } from "./window-classifier.ts";

const rate = 16_000;
const settings = resolveDetectSettings(
  { training: { formatVersion: 3, recordings: [] }, document: { evaluation: null } },
  { threshold: 0.8, windowSeconds: 1 },
);

/** The loudest sample is the score of "tone"; above 0.9 the window is unlike all classes. */
const classifier: WindowClassifier = {
  labels: ["other", "tone", "_background"],
  sampleRate: rate,
  async classify(samples) {
    const peak = samples.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    return peak > 0.9 ? { scores: [0.1, 0.8, 0.1], known: 0.2 } : { scores: [0, peak, 1 - peak], known: 1 };
  },
};

/** Bursts of [start, end) seconds and level, in near silence; the sign of the samples alternates. */
function createStream(seconds: number, bursts: readonly (readonly [number, number, number])[]): Float32Array {
  const samples = Float32Array.from({ length: seconds * rate }, (_, i) => (i % 2 ? 1e-4 : -1e-4));
  for (const [start, end, level] of bursts) {
    for (let i = Math.round(start * rate); i < end * rate; i++) samples[i] = i % 2 ? level : -level;
  }
  return samples;
}

async function keep(
  samples: Float32Array,
  keeping: Omit<ClipKeeping, "onClip">,
  chunk = samples.length,
): Promise<HeardClip[]> {
  const clips: HeardClip[] = [];
  const detector = createDetector(classifier, {
    settings,
    keep: { ...keeping, onClip: (clip) => clips.push(clip) },
  });
  for (let at = 0; at < samples.length; at += chunk) await detector.push(samples.subarray(at, at + chunk));
  await detector.finish();
  return clips;
}

/** An event, a near miss, background, sound unlike all classes, an event at the very end. */
const stream = createStream(22, [
  [3, 3.6, 0.85],
  [7, 7.6, 0.7],
  [11, 11.6, 0.3],
  [15, 15.6, 0.95],
  [21.4, 22, 0.88],
]);

describe("the kept sound of a stream", () => {
  it("is only events by default", async () => {
    const clips = await keep(stream, { marginSeconds: 0.5 });
    expect(clips.map(({ kind }) => kind)).toEqual(["event", "event"]);
  });

  it("includes near misses and unknown sound on request, with the best class, each stretch once", async () => {
    const clips = await keep(stream, { marginSeconds: 0.5, unsure: 0.5, unknown: true });
    expect(clips.map(({ kind, event: { label } }) => [kind, label])).toEqual([
      ["event", "tone"],
      ["unsure", "tone"],
      ["unknown", "tone"],
      ["event", "tone"],
    ]);
    const scores = clips.map(({ event }) => event.confidence);
    for (const [i, score] of [0.85, 0.7, 0.16, 0.88].entries()) expect(scores[i]).toBeCloseTo(score, 2);
  });

  it("has the samples of the stream, with the available margin, for any division into chunks", async () => {
    for (const chunk of [stream.length, 7001]) {
      const clips = await keep(stream, { marginSeconds: 0.5, unsure: 0.5 }, chunk);
      expect(clips).toHaveLength(3);
      for (const { samples, start, event, sampleRate } of clips) {
        const from = Math.round(start * rate);
        expect(sampleRate).toBe(rate);
        expect(samples).toEqual(stream.slice(from, from + samples.length));
        expect(event.start - start).toBeCloseTo(0.5, 3);
        const end = Math.min(event.end + 0.5, stream.length / rate);
        expect(start + samples.length / rate).toBeCloseTo(end, 3);
      }
    }
  });
});

describe("the cutter", () => {
  const event = { start: 1, end: 2, label: "a", confidence: 1 };

  it("includes the margin after a stretch, and the end of one that is too long", () => {
    const clips: HeardClip[] = [];
    const cutter = createClipCutter({
      ...{ sampleRate: 100, delaySeconds: 5, marginSeconds: 1 },
      onClip: (clip) => clips.push(clip),
    });
    cutter.push(new Float32Array(250));
    cutter.add("event", event);
    expect(clips).toEqual([]);
    cutter.push(new Float32Array(100));
    expect(clips).toMatchObject([{ start: 0, kind: "event" }]);
    expect(clips[0]!.samples).toHaveLength(300);
    cutter.push(new Float32Array(9750));
    cutter.add("event", { ...event, start: 10, end: 100 });
    expect(clips[1]!.start).toBe(101 - maximumClipSeconds);
    cutter.add("event", { ...event, start: 99, end: 100.9 });
    cutter.finish();
    expect(clips[2]!.samples).toHaveLength(300);
    cutter.finish();
    expect(clips).toHaveLength(3);
  });

  it("is empty for a stretch that was overwritten", () => {
    const clips: HeardClip[] = [];
    const cutter = createClipCutter({
      ...{ sampleRate: 100, delaySeconds: 0, marginSeconds: 0 },
      onClip: (clip) => clips.push(clip),
    });
    cutter.push(new Float32Array(10_000));
    cutter.add("event", event);
    expect(clips).toEqual([]);
  });
});
