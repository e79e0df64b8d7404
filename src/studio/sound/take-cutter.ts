/**
 * Cuts the samples of a microphone into takes at the pauses, while they arrive.
 *
 * Levels of 10 ms frames are compared with the running noise floor of detection (detect/noise-floor.ts).
 * Sound begins with a frame well above the floor and ends after a long enough pause; takes have a margin of
 * silence on both sides, which trimming then treats by its own rules. Sounds shorter than 60 ms (clicks of a
 * mouse, of keys) are not takes.
 * Not its concern: microphones, files, labels.
 */

import { joinFloats } from "../../core/join-arrays.ts";
import { createNoiseFloor } from "../../detect/noise-floor.ts";

/** All parameters of cutting; in seconds and decibels. */
const cutterParameters = {
  frameSeconds: 0.01,
  highPassHz: 80,
  /** Sound starts at `openDb` above the floor, and stops below `closeDb` above it. */
  openDb: 15,
  closeDb: 9,
  /** Nothing quieter than this (full scale = 0 dB) is sound. */
  minimumDb: -58,
  /** Of sound in a take, in total: less is a click. */
  minimumSeconds: 0.06,
  /** A take ends after this much silence. */
  pauseSeconds: 0.45,
  marginSeconds: 0.3,
  /** The floor is the level below which a tenth of this many seconds stays. */
  floorSeconds: 4,
  /** Longer takes are cut. */
  maximumSeconds: 30,
} as const;

/** Cuts one stream of samples. */
interface TakeCutter {
  /** Takes that ended within these samples, trimmed to sound and margins. */
  push(samples: Float32Array): Float32Array[];
  /** The take that has begun and has not ended, if any. */
  finish(): Float32Array | undefined;
  /** Whether there is sound now. */
  readonly isOpen: boolean;
}

/** Creates a cutter for samples at `sampleRate` Hz. */
export function createTakeCutter(sampleRate: number): TakeCutter {
  const p = cutterParameters;
  const frameSamples = Math.round(sampleRate * p.frameSeconds);
  const marginFrames = Math.round(p.marginSeconds / p.frameSeconds);
  const pauseFrames = Math.max(marginFrames, Math.round(p.pauseSeconds / p.frameSeconds));
  const floors = createNoiseFloor(Math.round(p.floorSeconds / p.frameSeconds), 0);
  const decay = Math.exp((-2 * Math.PI * p.highPassHz) / sampleRate);
  /** Frames of the take that is open, or the margin before one. */
  let frames: Float32Array[] = [];
  let frame = new Float32Array(frameSamples);
  let filled = 0;
  let previous = 0;
  let filtered = 0;
  let energy = 0;
  let isOpen = false;
  let quiet = 0;
  let loud = 0;

  const take = (): Float32Array | undefined => {
    const kept = frames.slice(0, frames.length - Math.max(0, quiet - marginFrames));
    const isSound = loud * p.frameSeconds >= p.minimumSeconds;
    frames = frames.slice(-marginFrames);
    isOpen = false;
    loud = 0;
    if (!isSound) return undefined;
    return joinFloats(kept);
  };

  /** Ends a frame; gives the take that it ends, if any. */
  const closeFrame = (): Float32Array | undefined => {
    const power = energy / frameSamples;
    const level = 10 * Math.log10(power + 1e-12);
    floors.push(power);
    frames.push(frame);
    frame = new Float32Array(frameSamples);
    filled = 0;
    energy = 0;
    const floor = floors.getDb();
    const open = Math.max(p.minimumDb, floor + p.openDb);
    if (!isOpen) {
      if (level >= open) {
        isOpen = true;
        quiet = 0;
        loud = 1;
        return undefined;
      }
      if (frames.length > marginFrames) frames.shift();
      return undefined;
    }
    if (level >= open) loud++;
    quiet = level >= Math.max(p.minimumDb - 6, floor + p.closeDb) ? 0 : quiet + 1;
    const isLong = frames.length * p.frameSeconds >= p.maximumSeconds;
    return quiet >= pauseFrames || isLong ? take() : undefined;
  };

  return {
    push(samples) {
      const takes: Float32Array[] = [];
      for (let i = 0; i < samples.length; i++) {
        const sample = samples[i]!;
        filtered = decay * (filtered + sample - previous);
        previous = sample;
        energy += filtered * filtered;
        frame[filled++] = sample;
        if (filled < frameSamples) continue;
        const ended = closeFrame();
        if (ended) takes.push(ended);
      }
      return takes;
    },
    finish: () => (isOpen ? take() : undefined),
    get isOpen() {
      return isOpen;
    },
  };
}
