/**
 * The heads that a comparison tries, from the most restrained to the freest.
 *
 * The order is what "simpler" means: one mean a class; linear maps, each with fewer restraints than the one before (ridge chooses its penalty
 * by leave-one-out, logistic has a fixed one, linear none but its few steps); ridge heads on all views, pooled; then
 * hidden layers by their units. Counting learned numbers instead would call four hidden units simpler than one mean a class.
 * Not its concern: folds, scores.
 */
import type { HeadKind } from "../head/head.ts";
import type { Classifier, ClassifierOptions } from "./classifier.ts";
import { type EncoderSetInfo, getLayerSize } from "./view.ts";

/** One way to learn. */
export interface HeadCandidate {
  /** What people read: "logistic", "mlp 16", "fusion". */
  readonly name: string;
  readonly options: Pick<ClassifierOptions, "head" | "headOptions" | "layer">;
}

/** Hidden units of the MLPs that are compared. */
const comparedUnits: readonly number[] = [4, 16, 64, 256, 1024];

/** All candidates on one layer (or, with `auto`, on the best by leave-one-out), and the fusion of all views. */
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

/** Numbers that a head on one layer of the first encoder learns: weights and biases. Undefined for the fusion, which decides itself. */
export function getLearnedNumbers(
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

/** Numbers in a fitted classifier: weights and biases of all its heads, and one weight a view where there are several. */
export function countLearnedNumbers({ fitted }: Classifier): number {
  let total = fitted.length > 1 ? fitted.length : 0;
  for (const { head } of fitted) {
    for (const [name, { data }] of Object.entries(head.saved.tensors)) {
      if (name.endsWith("weight") || name.endsWith("bias")) total += data.length;
    }
  }
  return total;
}
