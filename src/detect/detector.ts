/**
 * The detector: samples in chunks of any size in, events out as soon as they are certain.
 *
 *     samples -> clean, resampled -> levels -> gate -> plan -> classifier -> smoothed scores -> events
 *
 * Memory is bounded however long the stream is. The same samples give the same events however they are cut into chunks, unless a live
 * stream had to leave windows out. Not its concern: where samples come from, where events go, clocks.
 */
import { createResampler } from "../audio/resampler.ts";
import { createFrameMeter, trimParameters } from "../audio/trim.ts";
import { createWarning } from "../audio/warning.ts";
import { type ErrorRecord, GolemError, throwIfAborted } from "../core/error.ts";
import type { DetectSettings } from "./detect-settings.ts";
import { createHearingPlanner, getPlanOptions, getPlanReach, type HearingPlan } from "./hearing-plan.ts";
import { createHearingQueue } from "./hearing-queue.ts";
import { createSampleRing } from "./sample-ring.ts";
import { createScoreTrack, type TrackedEvent, type WindowScores } from "./score-track.ts";
import { createSoundGate, type GateState } from "./sound-gate.ts";
import { isBackground } from "./training-habits.ts";
import type { WindowClassifier } from "./window-classifier.ts";

/** Something that was recognised. Times in seconds from the start of the stream. */
export interface DetectedEvent {
  readonly start: number;
  readonly end: number;
  readonly label: string;
  /** Highest smoothed probability of the label, as far as what was heard is of a known kind. */
  readonly confidence: number;
}

/** What a page shows while a stream is being listened to. */
export interface LiveState {
  /** Seconds of the stream taken in so far. */
  readonly time: number;
  /** Level of the last 30 ms, and noise floor, in dB relative to full scale, at least -120 and -84. */
  readonly levelDb: number;
  readonly floorDb: number;
  /** Whether the gate is open. */
  readonly isSound: boolean;
  /** The latest smoothed probabilities by label. */
  readonly scores: Readonly<Record<string, number>>;
  /** How little of it counts since it is unlike all classes, 0 to 1. */
  readonly unknown: number;
  /** The latest stretch of sound that ended without an event, times in seconds; `unknown`: how unlike all classes it was at its best. */
  readonly unnamed?: { readonly start: number; readonly end: number; readonly unknown: number } | undefined;
  /** End of the latest window that was heard, in seconds: what `scores` are of. */
  readonly heardUntil: number;
  /** Windows heard, and those left out since hearing took too long. */
  readonly heard: number;
  readonly dropped: number;
}

/** Listens to one stream. */
export interface Detector {
  /**
   * Takes the next mono samples; resolves with the events that have become certain, in their order. What is not finite counts as 0.
   * Without `maximumLagSeconds` it resolves once what there is to hear has been heard: waiting for it before the next call bounds memory. With it, it
   * never waits for the classifier: what becomes certain meanwhile comes with the next call. Rejects with the errors of the classifier, or `aborted`.
   */
  push(samples: Float32Array): Promise<DetectedEvent[]>;
  /** Ends the stream; resolves with the rest. */
  finish(): Promise<DetectedEvent[]>;
  getState(): LiveState;
}

/** What a detector needs beside the classifier and the settings. */
export interface DetectorOptions {
  readonly settings: DetectSettings;
  /** Of the samples pushed, in Hz, an integer from 1000 to 384000; default that of the classifier. */
  readonly sampleRate?: number | undefined;
  /** For live streams: how far hearing may be behind the stream, in seconds, before windows are left out. Default: nothing is. */
  readonly maximumLagSeconds?: number | undefined;
  /** Windows that are given to the classifier at a time, default 1. */
  readonly concurrency?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onWarning?: ((warning: ErrorRecord) => void) | undefined;
}

/** Samples taken in before what has become ready is waited for. */
const pieceSeconds = 1;

/** Creates a detector for one stream. Throws `invalid-option`. */
export function createDetector(classifier: WindowClassifier, options: DetectorOptions): Detector {
  const { labels, sampleRate } = classifier;
  const { settings, maximumLagSeconds, signal, onWarning } = options;
  const concurrency = Math.max(1, Math.floor(options.concurrency ?? 1));
  const inputRate = checkRate(options.sampleRate ?? sampleRate);
  const resampler = createResampler(inputRate, sampleRate);
  const meter = createFrameMeter(sampleRate, takeFrame);
  const { frameSamples } = meter;
  const lengths = getPlanOptions(settings);
  const gate = createSoundGate(lengths);
  const planner = createHearingPlanner(lengths);
  const track = createScoreTrack({
    ...{ threshold: settings.threshold, offThreshold: settings.offThreshold },
    ...{ minimumFrames: lengths.minimumFrames, mergeFrames: lengths.mergeFrames },
    isReported: labels.map((label) => !isBackground(label)),
  });
  const ring = createSampleRing(getPlanReach(lengths) * frameSamples);
  let gateState: GateState | undefined;
  let heard = 0;
  let dropped = 0;
  let heardUntil = 0;
  let notFinite = 0;
  let isFinished = false;
  let certain: DetectedEvent[] = [];
  let turn: Promise<unknown> = Promise.resolve();

  const toSeconds = (frame: number): number => Math.min(frame * frameSamples, ring.written) / sampleRate;
  const accept = (events: readonly TrackedEvent[]): void => {
    for (const { start, end, label, confidence } of events) {
      certain.push({ start: toSeconds(start), end: toSeconds(end), label: labels[label]!, confidence });
    }
  };
  const release = (): DetectedEvent[] => {
    const events = certain;
    certain = [];
    return events;
  };
  const queue = createHearingQueue<WindowScores>({
    concurrency,
    hear: async (samples) => {
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
  function enqueue(plans: readonly HearingPlan[]): void {
    for (const plan of plans) {
      if (plan.kind === "hear") queue.add(plan, ring.copy(plan.from * frameSamples, plan.to * frameSamples));
      else queue.add(plan);
    }
  }
  /** Frame by frame, so that the ring holds no more than what has been planned. */
  const takeIn = (samples: Float32Array): void => {
    for (let at = 0; at < samples.length; ) {
      const piece = samples.subarray(at, at + frameSamples - (ring.written % frameSamples));
      ring.write(piece);
      meter.push(piece);
      at += piece.length;
    }
  };
  const leaveOutStale = (): void => {
    if (maximumLagSeconds === undefined) return;
    const lagFrames = Math.round((maximumLagSeconds * sampleRate) / frameSamples);
    const count = queue.leaveOut(ring.written / frameSamples - lagFrames);
    if (count === 0) return;
    dropped += count;
    onWarning?.({
      code: "behind",
      message: `Hearing is more than ${maximumLagSeconds} s behind the stream; ${dropped} windows have been left out so far.`,
      hint: "Listen with longer hops (hopSeconds, --hop), or on a faster machine.",
    });
  };
  const clean = (samples: Float32Array): Float32Array => {
    const cleaned = samples.slice();
    let count = 0;
    for (let i = 0; i < cleaned.length; i++) {
      if (Number.isFinite(cleaned[i])) continue;
      cleaned[i] = 0;
      count++;
    }
    if (count > 0 && notFinite === 0) {
      onWarning?.(createWarning("not-finite", "Samples of the stream are NaN or infinite; they count as 0."));
    }
    notFinite += count;
    return cleaned;
  };
  const checkOpen = (): void => {
    throwIfAborted(signal);
    if (isFinished) throw new GolemError("invalid-option", "The detector was given samples after its end.");
  };
  const pushPieces = async (samples: Float32Array): Promise<DetectedEvent[]> => {
    checkOpen();
    const pieceSamples = Math.ceil(pieceSeconds * inputRate);
    for (let at = 0; at < samples.length; at += pieceSamples) {
      throwIfAborted(signal);
      takeIn(resampler.push(clean(samples.subarray(at, at + pieceSamples))));
      if (maximumLagSeconds === undefined) await queue.wait(concurrency - 1);
    }
    leaveOutStale();
    await queue.wait(Number.POSITIVE_INFINITY);
    return release();
  };
  const finish = async (): Promise<DetectedEvent[]> => {
    checkOpen();
    isFinished = true;
    takeIn(resampler.finish());
    meter.finish();
    enqueue(planner.finish(gate.finish(), gateState?.frames ?? 0));
    enqueue([{ kind: "end", quietUntil: Number.POSITIVE_INFINITY }]);
    await queue.wait(0);
    throwIfAborted(signal);
    return release();
  };
  /** One call after the other, whether or not the caller waits. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = turn.then(work);
    turn = result.catch(() => {});
    return result;
  };
  return {
    push: (samples) => inTurn(() => pushPieces(samples)),
    finish: () => inTurn(finish),
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

function checkRate(rate: number): number {
  if (Number.isInteger(rate) && rate >= 1000 && rate <= 384_000) return rate;
  throw new GolemError(
    "invalid-option",
    `The sample rate is ${rate}; expected a whole number from 1000 to 384000 Hz.`,
  );
}
