/**
 * Plans which windows of a stream are embedded and classified. A stretch of sound that is not longer than the
 * golem's recordings is one window, with the margins that trimming leaves; a longer stretch is split into
 * overlapping windows.
 *
 * All positions are frames of the gate, counted from the start of the stream.
 */
import { trimParameters } from "../audio/trim.ts";
import type { DetectSettings } from "./detect-settings.ts";
import { type GateOptions, type GateState, gateParameters, type SoundStretch } from "./sound-gate.ts";

/**
 * A window to classify, or the end of a stretch of sound. Windows of a stretch are in the order of their
 * centres; its end follows, possibly twice.
 */
export type WindowPlan =
  | {
      readonly kind: "window";
      /** First frame. */
      readonly from: number;
      /** Frame after the last one. */
      readonly to: number;
      /** For each frame of [from, to): 1 if it contains sound. */
      readonly sound: Uint8Array;
    }
  /** The next stretch starts at `quietUntil` or later. */
  | { readonly kind: "end"; readonly quietUntil: number };

/** Options of a planner; durations in frames. */
interface PlanOptions {
  readonly windowFrames: number;
  readonly hopFrames: number;
  readonly maximumFrames: number;
  readonly marginFrames: number;
  readonly minimumFrames: number;
  readonly pauseFrames: number;
  /** Silence after which the end of a stretch is planned a second time, if it is longer than the pause. */
  readonly mergeFrames: number;
}

/** Converts settings to options of the gate and the planner: durations in frames. */
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

interface WindowPlanner {
  /** Takes the state of the gate after a frame. */
  push(state: GateState): readonly WindowPlan[];
  /** Takes the unfinished stretch at the end of a stream of `frames` frames. */
  finish(stretch: SoundStretch | undefined, frames: number): readonly WindowPlan[];
}

const nothing: readonly WindowPlan[] = [];

/** Maximum distance from the current frame back to the start of a planned window, in frames. */
export function getPlanReach(options: PlanOptions): number {
  const { maximumFrames, windowFrames, pauseFrames, marginFrames } = options;
  return Math.max(maximumFrames, windowFrames) + pauseFrames + 2 * marginFrames + 100;
}

/** Creates a planner. */
export function createWindowPlanner(options: PlanOptions): WindowPlanner {
  const { windowFrames, hopFrames, maximumFrames, marginFrames, minimumFrames } = options;
  const lookBack = Math.round(gateParameters.lookBackSeconds / trimParameters.frameSeconds);
  const flags = new Uint8Array(getPlanReach(options));
  /** First frame of the current stretch, margin included, and the number of its windows planned so far. */
  let from: number | undefined;
  let windows = 0;
  let lastTo = 0;
  /** Frame at which the end of the last stretch is planned a second time. */
  let secondEnd: number | undefined;

  const planWindow = (start: number, end: number): WindowPlan => {
    const sound = Uint8Array.from({ length: end - start }, (_, i) => flags[(start + i) % flags.length]!);
    lastTo = end;
    return { kind: "window", from: start, to: end, sound };
  };
  const close = (stretch: SoundStretch, frames: number): WindowPlan[] => {
    const start = from ?? Math.max(0, stretch.start - marginFrames);
    const to = Math.min(frames, stretch.end + marginFrames);
    const plans: WindowPlan[] = [];
    if (windows > 0) {
      if (lastTo < to) plans.push(planWindow(Math.max(start, to - windowFrames), to));
    } else if (stretch.end - stretch.start >= minimumFrames) {
      plans.push(planWindow(start, to));
    }
    if (windows + plans.length > 0) {
      plans.push({ kind: "end", quietUntil: frames });
      if (options.mergeFrames > options.pauseFrames) secondEnd = stretch.end + options.mergeFrames + lookBack;
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
        if (frames !== secondEnd) return nothing;
        return [{ kind: "end", quietUntil: frames - lookBack }];
      }
      secondEnd = undefined;
      if (from === undefined) {
        from = Math.max(0, start - marginFrames);
        for (let frame = start; frame < frames; frame++) flags[frame % flags.length] = 1;
      }
      const reach = Math.min(frames, end + marginFrames);
      if (windows === 0 && end + marginFrames - from <= maximumFrames) return nothing;
      const plans: WindowPlan[] = [];
      while (from + windows * hopFrames + windowFrames <= reach) {
        const at = from + windows++ * hopFrames;
        plans.push(planWindow(at, at + windowFrames));
      }
      return plans;
    },
    finish: (stretch, frames) => (stretch ? close(stretch, frames) : nothing),
  };
}
