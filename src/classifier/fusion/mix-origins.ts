/**
 * Fits the fusion to real and synthetic recordings together, with the weight of the synthetic ones chosen on
 * held-out real ones.
 *
 * Not its concern: folds.
 *
 * Synthetic recordings help if real ones are few, and may bias the heads if real ones are many. Each weight
 * is tried; 0 leaves them out. A weight above 0 is used if it raises the log-likelihood of held-out real
 * labels by more than one standard error of the difference, and by at least {@link minimumGain} nats.
 * Measured: runs/results/synth.md.
 */
import { type LeaveOut, planLeaveOut } from "../../head/ridge-loo.ts";
import { type LabelledRows, pickLabelledRows } from "../labelled-rows.ts";
import type { EncoderSetInfo } from "../view.ts";
import { type FusionOptions, fitFusion } from "./fit-fusion.ts";
import type { FusionFit } from "./weigh-views.ts";

/** Weights of a synthetic recording, relative to a real one. */
const weights = [1, 0.2];
const minimumGain = 1;

/** Fits the fusion of all views of an encoder set to rows that are mixed ({@link isMixed}). */
export function fitMixedFusion(
  rows: LabelledRows,
  encoderSet: EncoderSetInfo,
  options: Pick<FusionOptions, "pooling" | "seed" | "augment">,
): Omit<FusionFit, "heldOut"> {
  const { labels, classes, synthetic = [] } = rows;
  const real = [...labels.keys()].filter((row) => !synthetic[row]);
  const realRows = pickLabelledRows(rows, real);
  const plan = planLeaveOut(realRows.labels, realRows.groups);
  const mixedPlan = widenPlan(plan, real, rows);
  const mixed = weights.map((weight) => {
    const rowWeights = Float64Array.from(labels, (_, row) => (synthetic[row] ? weight : 1));
    return fitFusion(rows, encoderSet, { ...options, rowWeights, leaveOut: mixedPlan });
  });
  const measure = ({ heldOut }: FusionFit, row: number): number =>
    Math.log(Math.max(heldOut.data[row * classes + labels[row]!]!, 1e-12));
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const best = mixed.reduce((a, b) => {
    const gain = sum(mixedPlan.counted.map((row) => measure(b, row) - measure(a, row)));
    return gain > 0 ? b : a;
  });
  // Without at least two real recordings of each class, there is nothing to compare with.
  if (new Set(realRows.labels).size < classes || !plan.isMeasured) return best;
  const alone = fitFusion(realRows, encoderSet, options);
  const gains = plan.counted.map(
    (place) =>
      measure(best, real[place]!) -
      Math.log(Math.max(alone.heldOut.data[place * classes + realRows.labels[place]!]!, 1e-12)),
  );
  const mean = sum(gains) / gains.length;
  const deviation = Math.sqrt(sum(gains.map((gain) => (gain - mean) ** 2)));
  return sum(gains) > Math.max(minimumGain, deviation) ? best : alone;
}

/** Extends the plan of the real rows to all rows: synthetic ones are never left out and never counted. */
function widenPlan(plan: LeaveOut, real: readonly number[], { labels }: LabelledRows): LeaveOut {
  const blocks = plan.blocks.map((block) => block.map((place) => real[place]!));
  const counted = blocks
    .flatMap((block) =>
      block.filter((row) => labels.some((label, other) => label === labels[row] && !block.includes(other))),
    )
    .sort((a, b) => a - b);
  const isMeasured = counted.length > 0;
  return { blocks, counted: isMeasured ? counted : real, isMeasured };
}
