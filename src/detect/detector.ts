/**
 * The detector: takes samples in chunks of any size and returns events as soon as they are certain.
 *
 *     samples -> clean, resample -> levels -> gate -> windows -> classifier -> smoothed scores -> events
 *
 * Memory is bounded for streams of any length. The events do not depend on how samples are divided into
 * chunks, unless windows of a live stream are skipped.
 */
import { createBandWatch } from "../audio/band-watch.ts";
import { createResampler } from "../audio/resampler.ts";
import { createWarning } from "../audio/warning.ts";
import { type ErrorRecord, GolemError, throwIfAborted } from "../core/error.ts";
import type { ClipKeeping } from "./clip-cutter.ts";
import type { DetectSettings } from "./detect-settings.ts";
import { createEventPipeline, type DetectedEvent, type LiveState } from "./event-pipeline.ts";
import type { WindowClassifier } from "./window-classifier.ts";

export type { DetectedEvent, LiveState } from "./event-pipeline.ts";

/** Detects events in one stream. */
export interface Detector {
  /**
   * Takes the next mono samples; resolves with the events that have become certain, in order. Samples that
   * are not finite are treated as 0. Without `maximumLagSeconds` it resolves once fewer than `concurrency`
   * windows are left to classify, so awaiting it before the next call bounds memory. With `maximumLagSeconds`
   * it never waits for the classifier; events that become certain later are returned by the next call.
   * Rejects with errors of the classifier, or `aborted`.
   */
  push(samples: Float32Array): Promise<DetectedEvent[]>;
  /** Ends the stream; resolves with the remaining events. */
  finish(): Promise<DetectedEvent[]>;
  getState(): LiveState;
}

/** Options of a detector. */
export interface DetectorOptions {
  readonly settings: DetectSettings;
  /** Sample rate of the samples pushed, in Hz, 1000 to 384000; default: that of the classifier. */
  readonly sampleRate?: number | undefined;
  /** Name of the stream in warnings; default "The stream". */
  readonly name?: string | undefined;
  /**
   * For live streams: maximum lag of classification behind the stream, in seconds, before windows are
   * skipped. Default: no window is skipped.
   */
  readonly maximumLagSeconds?: number | undefined;
  /** Number of windows classified at a time, default 1. */
  readonly concurrency?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onWarning?: ((warning: ErrorRecord) => void) | undefined;
  /** Which sound is kept, and the function that receives it; default: none is kept. */
  readonly keep?: ClipKeeping | undefined;
}

/** Duration in seconds of the pieces into which chunks are cut; the queue is awaited after each piece. */
const pieceSeconds = 1;
/** Seconds of a live stream after which the distribution of its energy over frequencies is known. */
const watchedSeconds = 10;

/** Creates a detector for one stream. Throws `invalid-option`. */
export function createDetector(classifier: WindowClassifier, options: DetectorOptions): Detector {
  const { maximumLagSeconds, signal, onWarning } = options;
  const concurrency = Math.max(1, Math.floor(options.concurrency ?? 1));
  const inputRate = checkRate(options.sampleRate ?? classifier.sampleRate);
  const resampler = createResampler(inputRate, classifier.sampleRate);
  const pipeline = createEventPipeline(classifier, { ...options, concurrency });
  const clean = createCleaner(onWarning);
  const watch = createBandWatch(options.name ?? "The stream", inputRate, classifier.sampleRate);
  let unwatched = maximumLagSeconds === undefined ? Number.POSITIVE_INFINITY : watchedSeconds * inputRate;
  const inTurn = createTurns();
  let isFinished = false;

  const checkOpen = (): void => {
    throwIfAborted(signal);
    if (isFinished) throw new GolemError("invalid-option", "The detector received samples after its end.");
  };
  const warnOfBand = (): void => {
    const warning = watch.judge();
    if (warning) onWarning?.(warning);
    unwatched = 0;
  };
  const pass = (samples: Float32Array): void => {
    const resampled = resampler.push(samples);
    if (unwatched > 0) {
      watch.push(samples, resampled);
      unwatched -= samples.length;
      if (unwatched <= 0) warnOfBand();
    }
    pipeline.push(resampled);
  };
  const push = async (samples: Float32Array): Promise<DetectedEvent[]> => {
    checkOpen();
    const pieceSamples = Math.ceil(pieceSeconds * inputRate);
    for (let at = 0; at < samples.length; at += pieceSamples) {
      throwIfAborted(signal);
      pass(clean(samples.subarray(at, at + pieceSamples)));
      if (maximumLagSeconds === undefined) await pipeline.wait(concurrency - 1);
    }
    if (maximumLagSeconds !== undefined) pipeline.leaveOutStale(maximumLagSeconds);
    await pipeline.wait(Number.POSITIVE_INFINITY);
    return pipeline.release();
  };
  const finish = async (): Promise<DetectedEvent[]> => {
    checkOpen();
    isFinished = true;
    if (unwatched > 0) warnOfBand();
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

/** Creates a function that copies samples, with 0 for values not finite; the first one warns. */
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
      onWarning?.(
        createWarning("not-finite", "Samples of the stream are NaN or infinite; they are treated as 0."),
      );
    }
    return cleaned;
  };
}

/** Creates a function that runs asynchronous calls one after the other, even if not awaited. */
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
