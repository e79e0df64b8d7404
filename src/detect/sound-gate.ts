/**
 * The gate: determines which frames of a stream contain sound, and where stretches of sound start and end.
 * Encoders are not run while the gate is closed.
 *
 * Levels of 10 ms frames (those of silence trimming, audio/trim.ts), averaged over 30 ms, are compared with a
 * running noise floor, with hysteresis. The threshold above the floor depends on how much the noise itself
 * varies: rain, waves and motors would keep the gate open if the threshold were within their own range. A
 * stretch ends after a sufficiently long pause.
 */
import { toDb, trimParameters } from "../audio/trim.ts";
import { createNoiseFloor } from "./noise-floor.ts";

/** The parameters of the gate. */
export const gateParameters = {
  /** Number of frames over which a level is averaged. */
  smoothedFrames: 3,
  /**
   * The gate opens this many standard deviations of the noise's level above the floor (which is 1.3 of them
   * below the mean level of the noise), ...
   */
  openSpreads: 4,
  /** ... but at least this far above the floor ... */
  openAboveFloorDb: 6,
  /** ... and at most this far. */
  openAtMostDb: 12,
  /** Sound continues while the level is at most this far below the level that opens the gate. */
  hysteresisDb: 3,
  /** The floor is the 10 % quantile of the level over this duration. */
  floorSeconds: 10,
  /** A stretch starts at most this long before the frame that opened the gate. */
  lookBackSeconds: 0.5,
  /** Silence assumed before the start of the stream, in seconds. */
  silenceBeforeSeconds: 0.2,
} as const;

/** A stretch of sound, in frames: [start, end). */
export interface SoundStretch {
  readonly start: number;
  readonly end: number;
}

/** The state of the gate after a frame. */
export interface GateState {
  /** Number of frames so far. */
  readonly frames: number;
  /** First frame of the current stretch; undefined if the gate is closed. */
  readonly start: number | undefined;
  /** The frame after its last frame with sound so far. */
  readonly end: number;
  /** Whether this frame contains sound that belongs to the stretch. */
  readonly isSound: boolean;
  /** The stretch that ended with this frame. */
  readonly closed: SoundStretch | undefined;
  readonly levelDb: number;
  /** The noise floor: the 10 % quantile of the level over the last seconds. */
  readonly floorDb: number;
}

/** Finds stretches of sound in a stream of frame levels. */
interface SoundGate {
  /** Takes the mean power of the next frame. */
  push(power: number): GateState;
  /** Returns the unfinished stretch at the end of the stream, if there is one. */
  finish(): SoundStretch | undefined;
}

/** Options of a gate. */
export interface GateOptions {
  /** Pause that ends a stretch, in frames. */
  readonly pauseFrames: number;
  /** Whether levels are compared with a running floor; otherwise everything that is not silent is sound. */
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
