/**
 * The detector: takes samples in chunks of any size and returns events as soon as they are certain.
 *
 * Not its concern: where samples come from, where events go, clocks.
 *
 *     samples -> clean, resample -> levels -> gate -> windows -> classifier -> smoothed scores -> events
 *
 * Memory is bounded, however long the stream is. The same samples give the same events however they are cut
 * into chunks, unless windows of a live stream had to be left out.
 */
import { createResampler } from "../audio/resampler.ts";
import { createFrameMeter, trimParameters } from "../audio/silence-trim.ts";
import { createWarning } from "../audio/warning.ts";
import { type ErrorRecord, GolemError, throwIfAborted } from "../core/error.ts";
import type { DetectSettings } from "./detect-settings.ts";
import { createSampleRing } from "./sample-ring.ts";
import { createScoreTrack, type TrackedEvent, type WindowScores } from "./score-track.ts";
import { createSoundGate, type GateState } from "./sound-gate.ts";
import { isBackground } from "./training-statistics.ts";
import type { WindowClassifier } from "./window-classifier.ts";
import { createWindowPlanner, getPlanOptions, getPlanReach, type WindowPlan } from "./window-plan.ts";
import { createWindowQueue } from "./window-queue.ts";

/** A detected event. Times in seconds from the start of the stream. */
export interface DetectedEvent {
  readonly start: number;
  readonly end: number;
  readonly label: string;
  /** Highest smoothed probability of the label, reduced where the sound is unlike all classes. */
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
  /** Whether the gate is open. */
  readonly isSound: boolean;
  /** The latest smoothed probabilities, by label. */
  readonly scores: Readonly<Record<string, number>>;
  /** How unlike all classes the latest sound is, 0 to 1; the probabilities are reduced by this share. */
  readonly unknown: number;
  /**
   * The latest stretch of sound that ended without an event, times in seconds; `unknown`: how unlike all
   * classes it was where it was most like one.
   */
  readonly unnamed?: { readonly start: number; readonly end: number; readonly unknown: number } | undefined;
  /** End of the latest classified window, in seconds: `scores` are of this window. */
  readonly heardUntil: number;
  /** Number of classified windows. */
  readonly heard: number;
  /** Number of windows left out because classification was too slow. */
  readonly dropped: number;
}

/** Detects events in one stream. */
export interface Detector {
  /**
   * Takes the next mono samples; resolves with the events that have become certain, in order. Samples that
   * are not finite count as 0. Without `maximumLagSeconds` it resolves once fewer than `concurrency` windows
   * are left to classify, so awaiting it before the next call bounds memory. With `maximumLagSeconds` it
   * never waits for the classifier; events that become certain later are returned by the next call. Rejects
   * with errors of the classifier, or `aborted`.
   */
  push(samples: Float32Array): Promise<DetectedEvent[]>;
  /** Ends the stream; resolves with the remaining events. */
  finish(): Promise<DetectedEvent[]>;
  getState(): LiveState;
}

/** Options of a detector. */
export interface DetectorOptions {
  readonly settings: DetectSettings;
  /**
   * Sample rate of the samples pushed, in Hz, an integer from 1000 to 384000; default: that of the
   * classifier.
   */
  readonly sampleRate?: number | undefined;
  /**
   * For live streams: how far classification may be behind the stream, in seconds, before windows are left
   * out. Default: no window is left out.
   */
  readonly maximumLagSeconds?: number | undefined;
  /** Number of windows classified at a time, default 1. */
  readonly concurrency?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onWarning?: ((warning: ErrorRecord) => void) | undefined;
}

/** Duration of the pieces after each of which the queue is awaited, in seconds. */
const pieceSeconds = 1;

/** Creates a detector for one stream. Throws `invalid-option`. */
export function createDetector(classifier: WindowClassifier, options: DetectorOptions): Detector {
  const { maximumLagSeconds, signal, onWarning } = options;
  const concurrency = Math.max(1, Math.floor(options.concurrency ?? 1));
  const inputRate = checkRate(options.sampleRate ?? classifier.sampleRate);
  const resampler = createResampler(inputRate, classifier.sampleRate);
  const pipeline = createPipeline(classifier, options, concurrency);
  const clean = createCleaner(onWarning);
  const inTurn = createTurns();
  let isFinished = false;

  const checkOpen = (): void => {
    throwIfAborted(signal);
    if (isFinished) throw new GolemError("invalid-option", "The detector got samples after its end.");
  };
  const push = async (samples: Float32Array): Promise<DetectedEvent[]> => {
    checkOpen();
    const pieceSamples = Math.ceil(pieceSeconds * inputRate);
    for (let at = 0; at < samples.length; at += pieceSamples) {
      throwIfAborted(signal);
      pipeline.push(resampler.push(clean(samples.subarray(at, at + pieceSamples))));
      if (maximumLagSeconds === undefined) await pipeline.wait(concurrency - 1);
    }
    if (maximumLagSeconds !== undefined) pipeline.leaveOutStale(maximumLagSeconds);
    await pipeline.wait(Number.POSITIVE_INFINITY);
    return pipeline.release();
  };
  const finish = async (): Promise<DetectedEvent[]> => {
    checkOpen();
    isFinished = true;
    pipeline.push(resampler.finish());
    pipeline.finish();
    await pipeline.wait(0);
    throwIfAborted(signal);
    return pipeline.release();
  };
  return {
    push: (samples) => inTurn(() => push(samples)),
    finish: () => inTurn(finish),
    getState: pipeline.getState,
  };
}

/** From clean samples at the classifier's rate to events; what {@link createDetector} drives. */
interface Pipeline {
  push(samples: Float32Array): void;
  finish(): void;
  /** Leaves out windows that end more than this many seconds before the end of the stream, with a warning. */
  leaveOutStale(maximumLagSeconds: number): void;
  /** Resolves once at most `maximum` items are in the queue. */
  wait(maximum: number): Promise<void>;
  /** Returns the events that have become certain since the last call. */
  release(): DetectedEvent[];
  getState(): LiveState;
}

function createPipeline(
  classifier: WindowClassifier,
  { settings, signal, onWarning }: DetectorOptions,
  concurrency: number,
): Pipeline {
  const { labels, sampleRate } = classifier;
  const meter = createFrameMeter(sampleRate, takeFrame);
  const { frameSamples } = meter;
  const planOptions = getPlanOptions(settings);
  const gate = createSoundGate(planOptions);
  const planner = createWindowPlanner(planOptions);
  const track = createScoreTrack({
    ...{ threshold: settings.threshold, offThreshold: settings.offThreshold },
    ...{ minimumFrames: planOptions.minimumFrames, mergeFrames: planOptions.mergeFrames },
    isReported: labels.map((label) => !isBackground(label)),
  });
  const ring = createSampleRing(getPlanReach(planOptions) * frameSamples);
  let gateState: GateState | undefined;
  let heard = 0;
  let dropped = 0;
  let heardUntil = 0;
  let certain: DetectedEvent[] = [];

  const toSeconds = (frame: number): number => Math.min(frame * frameSamples, ring.written) / sampleRate;
  const accept = (events: readonly TrackedEvent[]): void => {
    for (const { start, end, label, confidence } of events) {
      certain.push({ start: toSeconds(start), end: toSeconds(end), label: labels[label]!, confidence });
    }
  };
  const queue = createWindowQueue<WindowScores>({
    concurrency,
    classify: async (samples) => {
      throwIfAborted(signal);
      const answer = await classifier.classify(samples, signal);
      heard++;
      const known = answer?.known ?? 1;
      const scores = new Float64Array(labels.length);
      if (answer) for (const [c, score] of answer.scores.entries()) scores[c] = known * score;
      return { scores, unknown: 1 - known };
    },
    take(plan, answer) {
      if (plan.kind === "end") return accept(track.end(plan.quietUntil));
      if (answer) heardUntil = toSeconds(plan.to);
      const scores = answer ?? { scores: new Float64Array(labels.length), unknown: 0 };
      accept(track.push({ ...plan, ...scores }));
    },
  });
  function takeFrame(power: number): void {
    gateState = gate.push(power);
    enqueue(planner.push(gateState));
  }
  function enqueue(plans: readonly WindowPlan[]): void {
    for (const plan of plans) {
      if (plan.kind === "end") queue.add(plan);
      else queue.add(plan, ring.copy(plan.from * frameSamples, plan.to * frameSamples));
    }
  }
  return {
    /** Frame by frame, so that a window is copied from the ring before its samples are overwritten. */
    push(samples) {
      for (let at = 0; at < samples.length; ) {
        const piece = samples.subarray(at, at + frameSamples - (ring.written % frameSamples));
        ring.write(piece);
        meter.push(piece);
        at += piece.length;
      }
    },
    finish() {
      meter.finish();
      enqueue(planner.finish(gate.finish(), gateState?.frames ?? 0));
      enqueue([{ kind: "end", quietUntil: Number.POSITIVE_INFINITY }]);
    },
    leaveOutStale(maximumLagSeconds) {
      const lagFrames = Math.round((maximumLagSeconds * sampleRate) / frameSamples);
      const count = queue.leaveOut(ring.written / frameSamples - lagFrames);
      if (count === 0) return;
      dropped += count;
      onWarning?.({
        code: "behind",
        message: `Detection is more than ${maximumLagSeconds} s behind the stream; ${dropped} windows have been left out so far.`,
        hint: "Use longer hops (hopSeconds, --hop) or a faster machine.",
      });
    },
    wait: queue.wait,
    release() {
      const events = certain;
      certain = [];
      return events;
    },
    getState() {
      const { scores, unknown, unnamed } = track.getLatest();
      return {
        time: ring.written / sampleRate,
        levelDb: gateState?.levelDb ?? -120,
        floorDb: gateState?.floorDb ?? trimParameters.silentDb,
        isSound: gateState?.start !== undefined,
        scores: Object.fromEntries(labels.map((label, c) => [label, scores[c]!])),
        unknown,
        ...(unnamed
          ? { unnamed: { ...unnamed, start: toSeconds(unnamed.start), end: toSeconds(unnamed.end) } }
          : {}),
        ...{ heardUntil, heard, dropped },
      };
    },
  };
}

/**
 * Creates a function that copies samples, with 0 for those that are not finite, and warns the first time it
 * finds any.
 */
function createCleaner(onWarning: DetectorOptions["onWarning"]): (samples: Float32Array) => Float32Array {
  let hasWarned = false;
  return (samples) => {
    const cleaned = samples.slice();
    let count = 0;
    for (let i = 0; i < cleaned.length; i++) {
      if (Number.isFinite(cleaned[i])) continue;
      cleaned[i] = 0;
      count++;
    }
    if (count > 0 && !hasWarned) {
      hasWarned = true;
      onWarning?.(createWarning("not-finite", "Samples of the stream are NaN or infinite; they count as 0."));
    }
    return cleaned;
  };
}

/** Creates a function that runs asynchronous calls one after the other, whether or not the caller waits. */
function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let turn: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = turn.then(work);
    turn = result.catch(() => {});
    return result;
  };
}

function checkRate(rate: number): number {
  if (Number.isInteger(rate) && rate >= 1000 && rate <= 384_000) return rate;
  throw new GolemError(
    "invalid-option",
    `The sample rate is ${rate}; expected a whole number from 1000 to 384000 Hz.`,
  );
}
