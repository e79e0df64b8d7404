/** Finds why a target was missed: the first stage of the detector at which it was lost. */
import { createFrameMeter, trimParameters } from "../../src/audio/trim.ts";
import type { DetectSettings } from "../../src/detect/detect-settings.ts";
import { createSoundGate, type GateState } from "../../src/detect/sound-gate.ts";
import type { WindowAnswer } from "../../src/detect/window-judge.ts";
import { createWindowPlanner, getPlanOptions, type WindowPlan } from "../../src/detect/window-plan.ts";
import { assignEvents, overlaps, type TimedEvent } from "./match.ts";
import { type Placed, rate } from "./stream.ts";

/** Stages, in the order of processing, with their names in the report. */
export const stages = {
  gate: "gate not open",
  label: "another label ahead",
  unlike: "unlike training",
  unsure: "too unsure",
  smoothed: "smoothed away",
  event: "event merged or elsewhere",
} as const;

/** Where a target was lost. */
export type Stage = keyof typeof stages;

/** One classified part of a stream, with its result. */
export interface HeardPart {
  readonly plan: Extract<WindowPlan, { kind: "window" }>;
  readonly answer: WindowAnswer | undefined;
}

/**
 * Returns the parts of a stream that are classified, in order, using only the detector's gate and planner.
 */
export function planStream(samples: Float32Array, settings: DetectSettings): HeardPart["plan"][] {
  const options = getPlanOptions(settings);
  const gate = createSoundGate(options);
  const planner = createWindowPlanner(options);
  const plans: WindowPlan[] = [];
  let state: GateState | undefined;
  const meter = createFrameMeter(rate, (power) => {
    state = gate.push(power);
    plans.push(...planner.push(state));
  });
  meter.push(samples);
  meter.finish();
  plans.push(...planner.finish(gate.finish(), state?.frames ?? 0));
  return plans.filter((plan) => plan.kind === "window");
}

/** Counts the stages of the targets that events at `threshold` miss. */
export function countStages(
  parts: readonly HeardPart[],
  labels: readonly string[],
  events: readonly TimedEvent[],
  placed: readonly Placed[],
  threshold: number,
): Record<Stage, number> {
  const targets = placed.filter(({ kind }) => kind === "target");
  const hits = assignEvents(events, targets);
  const counts: Record<Stage, number> = { gate: 0, label: 0, unlike: 0, unsure: 0, smoothed: 0, event: 0 };
  for (const target of targets) if (!hits.has(target)) counts[findStage(target)]++;
  return counts;

  function findStage(target: Placed): Stage {
    const toFrame = (seconds: number) => Math.round(seconds / trimParameters.frameSeconds);
    const [from, to] = [toFrame(target.soundStart), toFrame(target.soundEnd)];
    const own = parts.filter(
      ({ plan }) =>
        plan.from < to &&
        plan.to > from &&
        plan.sound.subarray(Math.max(0, from - plan.from), Math.max(0, to - plan.from)).includes(1),
    );
    if (own.length === 0) return "gate";
    const near = { ...target, start: target.start - 1, end: target.end + 1 };
    if (events.some((event) => event.label === target.label && overlaps(event, near))) return "event";
    const place = labels.indexOf(target.label);
    const ahead = own.flatMap(({ answer }) =>
      answer && Math.max(...answer.scores) === answer.scores[place]
        ? [{ score: answer.scores[place]!, known: answer.known }]
        : [],
    );
    if (ahead.length === 0) return "label";
    if (ahead.some(({ score, known }) => score * known >= threshold)) return "smoothed";
    return ahead.some(({ score }) => score >= threshold) ? "unlike" : "unsure";
  }
}
