/** Smoothing, hysteresis, minimum duration and merging, on windows with given scores. */
import { describe, expect, it } from "vitest";
import { createScoreTrack, type ScoredWindow, type TrackedEvent, type TrackOptions } from "./score-track.ts";

const defaults: TrackOptions = {
  isReported: [true, true, false],
  thresholds: [0.5, 0.5, 0.5],
  offThresholds: [0.3, 0.3, 0.3],
  minimumFrames: 0,
  mergeFrames: 30,
};

/** Windows of 40 frames, every 10 frames, all sound, with these scores for `label`. */
function createWindows(scores: readonly number[], label = 0): ScoredWindow[] {
  return scores.map((score, i) => {
    const all = new Float64Array(3);
    all[label] = score;
    return { from: 10 * i, to: 10 * i + 40, sound: new Uint8Array(40).fill(1), scores: all, unknown: 0 };
  });
}

function track(windows: readonly ScoredWindow[], options: Partial<TrackOptions> = {}): TrackedEvent[] {
  const scores = createScoreTrack({ ...defaults, ...options });
  return [
    ...windows.flatMap((window) => scores.push(window)),
    ...scores.end(1e6),
    ...scores.end(Number.POSITIVE_INFINITY),
  ];
}

describe("the score track", () => {
  it("makes one event from a stretch of one window, from its first to its last frame with sound", () => {
    const sound = new Uint8Array(100);
    sound.fill(1, 25, 75);
    const window = { from: 50, to: 150, sound, scores: Float64Array.of(0.2, 0.7, 0.1), unknown: 0 };
    expect(track([window])).toEqual([{ start: 75, end: 125, label: 1, confidence: 0.7 }]);
  });

  it("smooths with a triangle: 1/4, 1/2, 1/4 if windows overlap by three quarters", () => {
    const alone = track(createWindows([0, 0, 0, 0.9, 0, 0, 0]), { thresholds: [0.4, 0.4, 0.4] });
    expect(alone).toHaveLength(1);
    expect(alone[0]!.confidence).toBeCloseTo(0.45, 12);
    const pair = track(createWindows([0, 0, 0, 0.8, 0.8, 0, 0, 0]));
    expect(pair[0]!.confidence).toBeCloseTo(0.6, 12);
    expect(pair).toMatchObject([{ start: 45, end: 65 }]);
  });

  it("continues an event above the lower threshold, but does not start one", () => {
    const between = [0.4, 0.4, 0.4, 0.4, 0.4];
    expect(track(createWindows(between))).toEqual([]);
    const kept = track(createWindows([0, 0, 0.9, 0.9, 0.9, ...between, 0, 0]));
    expect(kept).toHaveLength(1);
    expect(kept[0]!.end).toBeGreaterThanOrEqual(95);
  });

  it("has thresholds per label", () => {
    const options = { thresholds: [0.9, 0.3, 0.3], offThresholds: [0.6, 0.2, 0.2] };
    expect(track(createWindows([0, 0.8, 0.8, 0.8, 0]), options)).toEqual([]);
    expect(track(createWindows([0, 0.5, 0.5, 0.5, 0], 1), options)).toMatchObject([{ label: 1 }]);
  });

  it("reports the latest stretch without a certain label, unless it was named or background", () => {
    const scores = createScoreTrack(defaults);
    const findUnnamed = (windows: readonly ScoredWindow[]) => {
      for (const window of windows) scores.push(window);
      scores.end(1e6);
      return scores.getLatest().unnamed;
    };
    expect(findUnnamed(createWindows([0.9, 0.9]))).toBeUndefined();
    expect(findUnnamed(createWindows([0.9, 0.9], 2))).toBeUndefined();
    const unlike = createWindows([0.2, 0.2]).map((window) => ({ ...window, unknown: 0.8 }));
    expect(findUnnamed(unlike)).toEqual({ start: 0, end: 50, unknown: expect.closeTo(0.8, 12) });
  });

  it("merges only close events of one label", () => {
    const scores = [0.9, 0.9, 0.9, 0, 0, 0.9, 0.9, 0.9];
    expect(track(createWindows(scores), { mergeFrames: 40 })).toHaveLength(1);
    expect(track(createWindows(scores), { mergeFrames: 10 })).toHaveLength(2);
  });

  it("omits events that are too short", () => {
    const windows = createWindows([0, 0, 0, 0.9, 0.9, 0, 0, 0]);
    expect(track(windows, { minimumFrames: 20 })).toHaveLength(1);
    expect(track(windows, { minimumFrames: 21 })).toEqual([]);
  });

  it("reports neither background classes nor classes with lower scores at the same time", () => {
    const windows = createWindows([0.9, 0.9, 0.9], 2);
    for (const { scores } of windows) scores[0] = 0.1;
    expect(track(windows, { thresholds: [0.05, 0.05, 0.05] })).toEqual([]);
  });

  it("returns events when no later event can be merged with them", () => {
    const scores = createScoreTrack(defaults);
    const first = createWindows([0.9, 0.9, 0.9]);
    expect(first.flatMap((window) => scores.push(window))).toEqual([]);
    expect(scores.end(70)).toEqual([]);
    expect(scores.end(90)).toHaveLength(1);
    expect(scores.end(200)).toEqual([]);
  });

  it("returns events in the middle of a stretch, one hop after their label is lost", () => {
    const scores = createScoreTrack({ ...defaults, mergeFrames: 10 });
    const counts = createWindows([0.9, 0.9, 0.9, 0, 0, 0, 0, 0]).map((window) => scores.push(window).length);
    // The cell of the fourth window still has only a quarter of 0.9; smoothing needs the next window.
    expect(counts).toEqual([0, 0, 0, 0, 1, 0, 0, 0]);
  });

  it("keeps only the windows that later cells need", () => {
    const scores = createScoreTrack(defaults);
    const windows = createWindows(Array.from({ length: 2000 }, (_, i) => (i % 100 < 50 ? 0.9 : 0)));
    const events = [...windows.flatMap((window) => scores.push(window)), ...scores.end(1e6)];
    expect(events).toHaveLength(20);
    for (const [i, { start, end }] of events.entries()) {
      expect(start).toBeGreaterThanOrEqual(1000 * i - 20);
      expect(end).toBeLessThanOrEqual(1000 * i + 540);
    }
  });
});
