/**
 * The gate: which frames of a stream hold sound, and where stretches of it start and end. What it keeps shut costs no encoder run.
 *
 * Levels of 10 ms frames (those of silence trimming, audio/trim.ts), averaged over 30 ms, are compared with a running noise
 * floor, with hysteresis. How far above it sound has to be goes by how much the noise itself varies: rain, waves and motors would keep a gate open whose
 * thresholds lie within their own range. A stretch ends once a pause has been long enough.
 * Not its concern: samples, encoders.
 */
import { toDb, trimParameters } from "../audio/trim.ts";
import { createNoiseFloor } from "./noise-floor.ts";

/** Every number that shapes the gate. */
export const gateParameters = {
  /** Frames that a level is averaged over. */
  smoothedFrames: 3,
  /** Sound starts so many standard deviations of the noise's levels above the floor, which itself lies 1.3 below their mean, ... */
  openSpreads: 4,
  /** ... but at least and at most that far above it, ... */
  openAboveFloorDb: 6,
  openAtMostDb: 12,
  /** ... and reaches as far as it stays that much below the level that starts it. */
  hysteresisDb: 3,
  /** The floor is the level that a tenth of so many seconds stays below. */
  floorSeconds: 10,
  /** A stretch starts at most that long before the frame that opened the gate. */
  lookBackSeconds: 0.5,
  /** Silence taken for granted before the stream, in seconds. */
  silenceBeforeSeconds: 0.2,
} as const;

/** A stretch of sound, in frames: [start, end). */
export interface SoundStretch {
  readonly start: number;
  readonly end: number;
}

/** What the gate says after a frame. */
export interface GateState {
  /** Frames so far. */
  readonly frames: number;
  /** First frame of the stretch under way. */
  readonly start: number | undefined;
  /** Behind its last frame with sound so far. */
  readonly end: number;
  /** Whether this frame holds sound that belongs to the stretch. */
  readonly isSound: boolean;
  /** The stretch that ended with this frame. */
  readonly closed: SoundStretch | undefined;
  readonly levelDb: number;
  /** The level that a tenth of the last seconds stays below. */
  readonly floorDb: number;
}

/** Follows a stream of frame levels. */
export interface SoundGate {
  /** Takes the mean power of the next frame. */
  push(power: number): GateState;
  /** The stretch under way at the end of the stream, if there is one. */
  finish(): SoundStretch | undefined;
}

/** How a gate is made. */
export interface GateOptions {
  /** Pause that ends a stretch, in frames. */
  readonly pauseFrames: number;
  /** Compare with a running floor; otherwise everything that is not silent is sound. */
  readonly followsFloor: boolean;
}

/** Creates a gate. */
export function createSoundGate({ pauseFrames, followsFloor }: GateOptions): SoundGate {
  const p = gateParameters;
  const toFrames = (seconds: number) => Math.round(seconds / trimParameters.frameSeconds);
  const floor = createNoiseFloor(toFrames(p.floorSeconds), toFrames(p.silenceBeforeSeconds));
  const lookBack = toFrames(p.lookBackSeconds);
  const recent = new Float64Array(p.smoothedFrames);
  let frames = 0;
  let lowSince = 0;
  let start: number | undefined;
  let end = 0;
  return {
    push(power) {
      recent[frames % p.smoothedFrames] = power;
      frames++;
      floor.push(power);
      const floorDb = floor.getDb();
      const mean = recent.reduce((sum, value) => sum + value, 0) / Math.min(frames, p.smoothedFrames);
      const levelDb = Math.max(-120, toDb(mean));
      const above = Math.min(
        p.openAtMostDb,
        Math.max(p.openAboveFloorDb, p.openSpreads * floor.getSpreadDb()),
      );
      const open = followsFloor ? floorDb + above : trimParameters.silentDb;
      const low = followsFloor ? open - p.hysteresisDb : trimParameters.silentDb;
      let closed: SoundStretch | undefined;
      const isAbove = levelDb >= low;
      if (!isAbove) lowSince = frames;
      if (start === undefined && levelDb >= open) start = Math.max(lowSince, frames - lookBack, 0);
      const isSound = start !== undefined && isAbove;
      if (isSound) end = frames;
      if (start !== undefined && frames - end >= pauseFrames) {
        closed = { start, end };
        start = undefined;
      }
      return { frames, start, end, isSound, closed, levelDb, floorDb };
    },
    finish() {
      const closed = start === undefined ? undefined : { start, end };
      start = undefined;
      return closed;
    },
  };
}
