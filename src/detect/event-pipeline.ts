/**
 * The pipeline of detection: converts samples at the classifier's rate to levels, gate states, planned
 * windows, classifications, smoothed scores and events.
 *
 * Not its concern: resampling, when results are awaited.
 */
import { createFrameMeter, trimParameters } from "../audio/trim.ts";
import { type ErrorRecord, throwIfAborted } from "../core/error.ts";
import { type ClipKeeping, createClipCutter } from "./clip-cutter.ts";
import { type DetectSettings, offShare } from "./detect-settings.ts";
import { createMissTrack } from "./miss-track.ts";
import { createSampleRing } from "./sample-ring.ts";
import {
  createScoreTrack,
  type ScoredWindow,
  type TrackedEvent,
  type TrackOptions,
  type WindowScores,
} from "./score-track.ts";
import { createSoundGate, type GateState } from "./sound-gate.ts";
import { isBackground } from "./training-statistics.ts";
import type { WindowClassifier } from "./window-classifier.ts";
import { createWindowPlanner, getPlanOptions, getPlanReach, type WindowPlan } from "./window-plan.ts";
import { createWindowQueue } from "./window-queue.ts";

/** A detected event. Times in seconds from the start of the stream. */
export interface DetectedEvent<Label extends string = string> {
  readonly start: number;
  readonly end: number;
  readonly label: Label;
  /** Highest smoothed score of the label: its probability, reduced where the sound is unlike all classes. */
  readonly confidence: number;
}

/** The state of a detector, for display while a stream is listened to. */
export interface LiveState {
  /** Duration of the stream so far, in seconds. */
  readonly time: number;
  /** Level of the last 30 ms, in dB relative to full scale, at least -120. */
  readonly levelDb: number;
  /** Noise floor, in dB relative to full scale, at least -84. */
  readonly floorDb: number;
  readonly isSound: boolean;
  /** The latest smoothed probabilities, by label. */
  readonly scores: Readonly<Record<string, number>>;
  /** Dissimilarity of the latest sound to all classes, 0 to 1, by which probabilities are reduced. */
  readonly unknown: number;
  /**
   * The latest stretch of sound that ended without an event, times in seconds; `unknown`: its
   * dissimilarity to all classes in the window with the lowest one.
   */
  readonly unnamed?: { readonly start: number; readonly end: number; readonly unknown: number } | undefined;
  /** End of the latest classified window, in seconds: `scores` are of this window. */
  readonly heardUntil: number;
  /** Number of classified windows. */
  readonly heard: number;
  /** Number of windows skipped because classification was too slow. */
  readonly dropped: number;
}

/** Converts clean samples at the classifier's rate to events. */
interface EventPipeline {
  push(samples: Float32Array): void;
  finish(): void;
  /** Skips windows that end more than this many seconds before the end of the stream, with a warning. */
  leaveOutStale(maximumLagSeconds: number): void;
  /** Resolves once at most `maximum` items are in the queue. */
  wait(maximum: number): Promise<void>;
  /** Returns the events that have become certain since the last call. */
  release(): DetectedEvent[];
  getState(): LiveState;
}

interface PipelineOptions {
  readonly settings: DetectSettings;
  /** Number of windows classified at a time. */
  readonly concurrency: number;
  readonly signal?: AbortSignal | undefined;
  readonly onWarning?: ((warning: ErrorRecord) => void) | undefined;
  /** Default: nothing is kept. */
  readonly keep?: ClipKeeping | undefined;
  /** For live streams: maximum lag of classification behind the stream, in seconds. */
  readonly maximumLagSeconds?: number | undefined;
}

/** Creates a pipeline for one stream. */
export function createEventPipeline(
  classifier: WindowClassifier,
  { settings, concurrency, signal, onWarning, keep, maximumLagSeconds = 0 }: PipelineOptions,
): EventPipeline {
  const { labels, sampleRate } = classifier;
  const meter = createFrameMeter(sampleRate, takeFrame);
  const { frameSamples } = meter;
  const planOptions = getPlanOptions(settings);
  const gate = createSoundGate(planOptions);
  const planner = createWindowPlanner(planOptions);
  const trackOptions = getTrackOptions(labels, settings);
  const reach = getPlanReach(planOptions) * frameSamples;
  const ring = createSampleRing(reach);
  // An event is certain only after its last window and the silence within which a later one would be merged.
  const delaySeconds = reach / sampleRate + settings.mergeSeconds + maximumLagSeconds;
  let gateState: GateState | undefined;
  const progress = { heardUntil: 0, heard: 0, dropped: 0 };
  let isOver = false;

  const toSeconds = (frame: number): number => Math.min(frame * frameSamples, ring.written) / sampleRate;
  const toEvent = ({ start, end, label, confidence }: TrackedEvent): DetectedEvent => ({
    ...{ start: toSeconds(start), end: toSeconds(end), label: labels[label]!, confidence },
  });
  const clips = keep && createClips({ sampleRate, delaySeconds, ...keep }, trackOptions, toEvent);
  const track = createEventTrack(trackOptions, toEvent, clips);
  /** Sound classified before the stream is abandoned is kept, as far as it is available. */
  const giveUp = (): void => {
    isOver = true;
    track.end(Number.POSITIVE_INFINITY);
    clips?.finish();
  };
  if (clips) signal?.addEventListener("abort", giveUp, { once: true });
  const queue = createWindowQueue<WindowScores>({
    concurrency,
    classify: async (samples) => {
      const scores = await scoreWindow(classifier, samples, signal);
      progress.heard++;
      return scores;
    },
    take(plan, answer) {
      if (isOver) return;
      if (plan.kind === "end") {
        track.end(plan.quietUntil);
        if (plan.quietUntil === Number.POSITIVE_INFINITY) signal?.removeEventListener("abort", giveUp);
        return;
      }
      if (answer) progress.heardUntil = toSeconds(plan.to);
      track.push({ ...plan, ...(answer ?? { scores: new Float64Array(labels.length), unknown: 0 }) });
    },
  });
  function takeFrame(power: number): void {
    gateState = gate.push(power);
    enqueue(planner.push(gateState));
  }
  function enqueue(plans: readonly WindowPlan[]): void {
    const copy = (from: number, to: number) => ring.copy(from * frameSamples, to * frameSamples);
    for (const plan of plans) queue.add(plan, plan.kind === "end" ? undefined : copy(plan.from, plan.to));
  }
  return {
    /** Frame by frame, so that a window is copied from the ring before its samples are overwritten. */
    push(samples) {
      for (let at = 0; at < samples.length; ) {
        const piece = samples.subarray(at, at + frameSamples - (ring.written % frameSamples));
        ring.write(piece);
        clips?.push(piece);
        meter.push(piece);
        at += piece.length;
      }
    },
    finish() {
      meter.finish();
      enqueue(planner.finish(gate.finish(), gateState?.frames ?? 0));
      enqueue([{ kind: "end", quietUntil: Number.POSITIVE_INFINITY }]);
      clips?.finish();
    },
    leaveOutStale(maximumLagSeconds) {
      const lagFrames = Math.round((maximumLagSeconds * sampleRate) / frameSamples);
      const count = queue.leaveOut(ring.written / frameSamples - lagFrames);
      if (count === 0) return;
      progress.dropped += count;
      onWarning?.(createBehindWarning(maximumLagSeconds, progress.dropped));
    },
    wait: queue.wait,
    release: track.release,
    getState() {
      const { scores, ...latest } = track.getLatest(toSeconds);
      return {
        time: ring.written / sampleRate,
        levelDb: gateState?.levelDb ?? -120,
        floorDb: gateState?.floorDb ?? trimParameters.silentDb,
        isSound: gateState?.start !== undefined,
        scores: Object.fromEntries(labels.map((label, c) => [label, scores[c]!])),
        ...latest,
        ...progress,
      };
    },
  };
}

/** Converts scored windows to events, for `release` and for the clips. */
function createEventTrack(
  options: TrackOptions,
  toEvent: (stretch: TrackedEvent) => DetectedEvent,
  clips: ReturnType<typeof createClips> | undefined,
) {
  const track = createScoreTrack(options);
  let certain: DetectedEvent[] = [];
  const accept = (events: readonly TrackedEvent[]): void => {
    certain.push(...events.map(toEvent));
    clips?.addEvents(events);
  };
  return {
    push(window: ScoredWindow): void {
      accept(track.push(window));
      clips?.addWindow(window);
    },
    end(quietUntil: number): void {
      accept(track.end(quietUntil));
      clips?.end(quietUntil);
    },
    release(): DetectedEvent[] {
      const events = certain;
      certain = [];
      return events;
    },
    getLatest(toSeconds: (frame: number) => number) {
      const { scores, unknown, unnamed } = track.getLatest();
      if (!unnamed) return { scores, unknown };
      const { start, end } = unnamed;
      return { scores, unknown, unnamed: { ...unnamed, start: toSeconds(start), end: toSeconds(end) } };
    },
  };
}

function getTrackOptions(labels: readonly string[], settings: DetectSettings): TrackOptions {
  const { minimumFrames, mergeFrames } = getPlanOptions(settings);
  return {
    thresholds: labels.map((_, label) => settings.thresholds?.[label] ?? settings.threshold),
    offThresholds: labels.map((_, label) => {
      const own = settings.thresholds?.[label];
      return own === undefined ? settings.offThreshold : offShare * own;
    }),
    ...{ minimumFrames, mergeFrames },
    isReported: labels.map((label) => !isBackground(label)),
  };
}

/** Cuts clips of events, near misses and unknown sound out of the stream. */
function createClips(
  cutting: Parameters<typeof createClipCutter>[0],
  trackOptions: TrackOptions,
  toEvent: (stretch: TrackedEvent) => DetectedEvent,
) {
  const cutter = createClipCutter(cutting);
  const misses = createMissTrack(trackOptions, cutting);
  const addMisses = (missed: ReturnType<typeof misses.push>): void => {
    for (const { kind, ...stretch } of missed) cutter.add(kind, toEvent(stretch));
  };
  return {
    push: cutter.push,
    addEvents(events: readonly TrackedEvent[]): void {
      for (const event of events) cutter.add("event", toEvent(event));
    },
    addWindow: (window: ScoredWindow) => addMisses(misses.push(window)),
    end: (quietUntil: number) => addMisses(misses.end(quietUntil)),
    finish: cutter.finish,
  };
}

function createBehindWarning(maximumLagSeconds: number, dropped: number): ErrorRecord {
  return {
    code: "behind",
    message: `Detection is more than ${maximumLagSeconds} s behind the stream; ${dropped} windows have been skipped so far.`,
    hint: "Use longer hops (hopSeconds, --hop) or a faster machine.",
  };
}

/** Computes the probabilities of a window, reduced if it is unlike all classes; all 0 if it is silent. */
async function scoreWindow(
  classifier: WindowClassifier,
  samples: Float32Array,
  signal: AbortSignal | undefined,
): Promise<WindowScores> {
  throwIfAborted(signal);
  const answer = await classifier.classify(samples, signal);
  const known = answer?.known ?? 1;
  const scores = new Float64Array(classifier.labels.length);
  if (answer) for (const [c, score] of answer.scores.entries()) scores[c] = known * score;
  return { scores, unknown: 1 - known };
}
