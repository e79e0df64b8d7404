/**
 * Which parts of a stream are to be heard. A stretch of sound with silence around it, no longer than the golem's recordings are, is heard
 * as one recording, with the margins that trimming leaves; a longer one in overlapping windows.
 *
 * All places are frames of the gate, counted from the start of the stream. Not its concern: samples, encoders, labels.
 */
import { trimParameters } from "../audio/trim.ts";
import type { DetectSettings } from "./detect-settings.ts";
import { type GateOptions, type GateState, gateParameters, type SoundStretch } from "./sound-gate.ts";

/** One part to be heard, or the end of a stretch. Parts of a stretch come in order of their centres; then comes its end, perhaps twice. */
export type HearingPlan =
  | {
      readonly kind: "hear";
      /** [from, to) */
      readonly from: number;
      readonly to: number;
      /** Of each frame of [from, to): 1 where it holds sound. */
      readonly sound: Uint8Array;
    }
  /** The next stretch starts at `quietUntil` or later. */
  | { readonly kind: "end"; readonly quietUntil: number };

/** Durations in frames. */
export interface PlanOptions {
  readonly windowFrames: number;
  readonly hopFrames: number;
  readonly maximumFrames: number;
  readonly marginFrames: number;
  readonly minimumFrames: number;
  readonly pauseFrames: number;
  /** Silence after which a stretch is said to have ended once more, where it is longer than the pause. */
  readonly mergeFrames: number;
}

/** What settings mean for gate and planner: durations in frames. */
export function getPlanOptions(settings: DetectSettings): PlanOptions & GateOptions {
  const frames = (seconds: number) => Math.round(seconds / trimParameters.frameSeconds);
  return {
    followsFloor: settings.followsFloor,
    windowFrames: Math.max(2, frames(settings.windowSeconds)),
    hopFrames: Math.max(1, frames(settings.hopSeconds)),
    maximumFrames: frames(settings.maximumSeconds),
    marginFrames: frames(settings.marginSeconds),
    minimumFrames: frames(settings.minimumSeconds),
    pauseFrames: Math.max(1, frames(settings.pauseSeconds)),
    mergeFrames: frames(settings.mergeSeconds),
  };
}

/** Plans frame by frame. */
export interface HearingPlanner {
  /** Takes what the gate says after a frame. */
  push(state: GateState): readonly HearingPlan[];
  /** Takes what the gate says at the end of the stream of `frames` frames. */
  finish(stretch: SoundStretch | undefined, frames: number): readonly HearingPlan[];
}

const nothing: readonly HearingPlan[] = [];

/** Frames back from now that a plan can start at. */
export function getPlanReach(options: PlanOptions): number {
  const { maximumFrames, windowFrames, pauseFrames, marginFrames } = options;
  return Math.max(maximumFrames, windowFrames) + pauseFrames + 2 * marginFrames + 100;
}

/** Creates a planner. */
export function createHearingPlanner(options: PlanOptions): HearingPlanner {
  const { windowFrames, hopFrames, maximumFrames, marginFrames, minimumFrames } = options;
  const lookBack = Math.round(gateParameters.lookBackSeconds / trimParameters.frameSeconds);
  const flags = new Uint8Array(getPlanReach(options));
  /** First frame of the stretch under way, margin included, and how many windows of it are planned. */
  let from: number | undefined;
  let windows = 0;
  let lastTo = 0;
  /** When to say once more that a stretch has ended. */
  let reminder: number | undefined;

  const hear = (start: number, end: number): HearingPlan => {
    const sound = Uint8Array.from({ length: end - start }, (_, i) => flags[(start + i) % flags.length]!);
    lastTo = end;
    return { kind: "hear", from: start, to: end, sound };
  };
  const close = (stretch: SoundStretch, frames: number): HearingPlan[] => {
    const start = from ?? Math.max(0, stretch.start - marginFrames);
    const to = Math.min(frames, stretch.end + marginFrames);
    const plans: HearingPlan[] = [];
    if (windows > 0) {
      if (lastTo < to) plans.push(hear(Math.max(start, to - windowFrames), to));
    } else if (stretch.end - stretch.start >= minimumFrames) {
      plans.push(hear(start, to));
    }
    if (windows + plans.length > 0) {
      plans.push({ kind: "end", quietUntil: frames });
      if (options.mergeFrames > options.pauseFrames) reminder = stretch.end + options.mergeFrames + lookBack;
    }
    from = undefined;
    windows = 0;
    return plans;
  };
  return {
    push({ frames, start, end, isSound, closed }) {
      flags[(frames - 1) % flags.length] = isSound ? 1 : 0;
      if (closed) return close(closed, frames);
      if (start === undefined) {
        if (frames !== reminder) return nothing;
        return [{ kind: "end", quietUntil: frames - lookBack }];
      }
      reminder = undefined;
      if (from === undefined) {
        from = Math.max(0, start - marginFrames);
        for (let frame = start; frame < frames; frame++) flags[frame % flags.length] = 1;
      }
      const reach = Math.min(frames, end + marginFrames);
      if (windows === 0 && end + marginFrames - from <= maximumFrames) return nothing;
      const plans: HearingPlan[] = [];
      while (from + windows * hopFrames + windowFrames <= reach) {
        const at = from + windows++ * hopFrames;
        plans.push(hear(at, at + windowFrames));
      }
      return plans;
    },
    finish: (stretch, frames) => (stretch ? close(stretch, frames) : nothing),
  };
}
