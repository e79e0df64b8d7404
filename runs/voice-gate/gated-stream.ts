/** Replays the planner and the score track of detection behind any gate. */
import { createFrameMeter } from "../../src/audio/trim.ts";
import { type DetectSettings, offShare } from "../../src/detect/detect-settings.ts";
import { createScoreTrack, type TrackedEvent } from "../../src/detect/score-track.ts";
import { createSoundGate, type GateState } from "../../src/detect/sound-gate.ts";
import { isBackground } from "../../src/detect/training-statistics.ts";
import type { WindowAnswer } from "../../src/detect/window-judge.ts";
import { createWindowPlanner, getPlanOptions, type WindowPlan } from "../../src/detect/window-plan.ts";
import type { TimedEvent } from "../detect/match.ts";
import { rate } from "../detect/stream.ts";

/** Plans in order, each with the frame at which it was planned. */
export type PlannedStream = readonly { readonly plan: WindowPlan; readonly at: number }[];

/** The states of the present gate, one per frame of 10 ms. */
export function runSoundGate(samples: Float32Array, settings: DetectSettings): GateState[] {
  const gate = createSoundGate(getPlanOptions(settings));
  const states: GateState[] = [];
  const meter = createFrameMeter(rate, (power) => states.push(gate.push(power)));
  meter.push(samples);
  meter.finish();
  return states;
}

/** The stretches during which a gate is open, without the pause that closes it. */
export function getStretches(states: readonly GateState[]): { start: number; end: number }[] {
  const last = states.at(-1);
  return [
    ...states.flatMap(({ closed }) => (closed ? [closed] : [])),
    ...(last?.start === undefined ? [] : [{ start: last.start, end: last.end }]),
  ];
}

/** Plans the windows behind a gate. */
export function planBehind(states: readonly GateState[], settings: DetectSettings): PlannedStream {
  const planner = createWindowPlanner(getPlanOptions(settings));
  const planned = states.flatMap((state) => planner.push(state).map((plan) => ({ plan, at: state.frames })));
  const last = states.at(-1);
  const open = last?.start === undefined ? undefined : { start: last.start, end: last.end };
  const rest = planner.finish(open, states.length).map((plan) => ({ plan, at: states.length }));
  return [...planned, ...rest];
}

/** The events of answered windows; `answer` returns undefined for windows that are not classified. */
export function findEvents(
  planned: PlannedStream,
  labels: readonly string[],
  settings: DetectSettings,
  answer: (plan: Extract<WindowPlan, { kind: "window" }>) => WindowAnswer | undefined,
): TimedEvent[] {
  const { minimumFrames, mergeFrames } = getPlanOptions(settings);
  const thresholds = labels.map((_, c) => settings.thresholds?.[c] ?? settings.threshold);
  const track = createScoreTrack({
    isReported: labels.map((label) => !isBackground(label)),
    thresholds,
    offThresholds: thresholds.map((threshold) => offShare * threshold),
    ...{ minimumFrames, mergeFrames },
  });
  const events: TimedEvent[] = [];
  const take = (found: readonly TrackedEvent[], at: number): void => {
    for (const { start, end, label, confidence } of found) {
      events.push({
        ...{ start: start / 100, end: end / 100, label: labels[label]!, confidence, at: at / 100 },
      });
    }
  };
  for (const { plan, at } of planned) {
    if (plan.kind === "end") {
      take(track.end(plan.quietUntil), at);
      continue;
    }
    const { scores, known } = answer(plan) ?? { scores: labels.map(() => 0), known: 1 };
    take(
      track.push({ ...plan, scores: Float64Array.from(scores, (s) => known * s), unknown: 1 - known }),
      at,
    );
  }
  take(track.end(Number.POSITIVE_INFINITY), planned.at(-1)?.at ?? 0);
  return events;
}
