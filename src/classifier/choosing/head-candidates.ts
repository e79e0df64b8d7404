/**
 * The heads that a comparison tries, from the most to the least constrained.
 *
 * Not its concern: folds, scores.
 *
 * This order defines "simpler": one mean per class; linear maps, each less constrained than the one before
 * (ridge chooses its penalty by leave-one-out, logistic has a fixed penalty, linear is limited only by its
 * few steps); ridge heads on all views, fused; then hidden layers by their number of units. The number of
 * parameters is no substitute: by that count, four hidden units would be simpler than one mean per class.
 */
import type { HeadKind } from "../../head/head.ts";
import type { Classifier, ClassifierOptions } from "../classifier.ts";
import { type EncoderSetInfo, getLayerSize } from "../view.ts";

/** A head to compare. */
export interface HeadCandidate {
  /** Display name: "logistic", "mlp 16", "fusion". */
  readonly name: string;
  readonly options: Pick<ClassifierOptions, "head" | "headOptions" | "layer">;
}

/** Hidden units of the MLPs that are compared. */
const comparedUnits: readonly number[] = [4, 16, 64, 256, 1024];

/** Lists all candidates on one layer (`auto`: the best by leave-one-out), and the fusion of all views. */
export function listHeadCandidates(layer: number | "last" | "auto"): readonly HeadCandidate[] {
  const linear: readonly HeadKind[] = ["centroid", "ridge", "logistic", "linear"];
  return [
    ...linear.map((head) => ({ name: head, options: { head, layer } })),
    { name: "fusion", options: {} },
    ...comparedUnits.map((units) => ({
      name: `mlp ${units}`,
      options: { head: "mlp" as const, layer, headOptions: { hidden: [units] } },
    })),
  ];
}

/**
 * Returns the number of parameters (weights and biases) of a head on one layer of the first encoder;
 * undefined for the fusion.
 */
export function getParameterCount(
  { options }: HeadCandidate,
  { encoders }: EncoderSetInfo,
  classes: number,
  pooling: "mean" | "mean+std",
): number | undefined {
  if (options.head === undefined) return undefined;
  const hidden = (options.headOptions?.hidden as readonly number[] | undefined) ?? [];
  let inputs = getLayerSize(encoders[0]!, pooling);
  let total = 0;
  for (const units of [...hidden, classes]) {
    total += (inputs + 1) * units;
    inputs = units;
  }
  return total;
}

/** Counts a classifier's parameters: weights and biases of all heads, and one per view if fused. */
export function countParameters({ fitted }: Classifier): number {
  let total = fitted.length > 1 ? fitted.length : 0;
  for (const { head } of fitted) {
    for (const [name, { data }] of Object.entries(head.saved.tensors)) {
      if (name.endsWith("weight") || name.endsWith("bias")) total += data.length;
    }
  }
  return total;
}
