/**
 * How familiar a recording is: the lower of two numbers, how much it resembles one of the classes in the layers that decide, and how
 * near it is to any class in all layers of the first encoder. `unknown` is what is less familiar than nearly all held-out
 * training recordings (false-rejection.ts).
 *
 * Resemblance is the cosine with class means once the spread within classes is taken out (head/whitened-classes.ts), not divided by
 * the mean's own norm: means of few recordings shrink when one of them is left out. Nearness is minus the logarithm of the distance to
 * the nearest class mean in the same space. Both are counted in standard deviations of what held-out training recordings get.
 * Chosen by measurement among maximum probability, energy, residual, nearest neighbours and Mahalanobis distance: LOG.md.
 * Not its concern: files, heads, what is done with the unknown.
 */

import type { Embedding } from "../embed/embedded-recording.ts";
import { compareInSpace, type WhitenedComparison } from "../head/whitened-classes.ts";
import { createViewFeatures, type EncoderSetInfo, type VectorView, type View } from "./view.ts";

/** What has to be known of one layer. Rows are measured as (features - origin) / scale. */
export interface FamiliarLayer {
  /** `weight`: its share in the resemblance; 0 for layers that only tell how near a recording is. */
  readonly view: VectorView;
  /** [features] */
  readonly origin: Float32Array;
  readonly scale: Float32Array;
  /** [classes, features] and [classes]: class means in whitened space, and their norms. */
  readonly templates: Float32Array;
  readonly norms: Float32Array;
  /** [rows, features]: what whitening takes out. */
  readonly subspace: Float32Array;
}

/** Mean and standard deviation of what held-out training recordings get. */
export interface Usual {
  readonly mean: number;
  readonly deviation: number;
}

/** All that tells the familiar from the unknown. */
export interface Familiarity {
  readonly layers: readonly FamiliarLayer[];
  /** Share of recordings of known classes that the threshold is meant to turn away. */
  readonly falseRejectionRate: number;
  readonly resemblance: Usual;
  readonly nearness: Usual;
  /** What is less familiar is unknown. */
  readonly threshold: number;
  /** Held-out recordings behind the threshold. */
  readonly recordings: number;
}

/** The two numbers of one recording. */
export interface Impression {
  readonly resemblance: number;
  readonly nearness: number;
}

/** Whether a view counts for nearness: the layers of the first encoder do, whatever they say in the decision. */
export function tellsNearness(view: View, { encoders }: EncoderSetInfo): boolean {
  return typeof view.layer === "number" && view.encoder === encoders[0]?.id;
}

/**
 * How much nearness counts: of the 5 % of known recordings that may be turned away it gets 1, resemblance 4, if both were normal: the
 * 4 % quantile of a normal distribution over its 1 % quantile.
 */
export const nearnessShare = 0.7525;

/** Higher is more familiar; about 0 for a typical recording of a known class. */
export function judgeImpression(
  { resemblance, nearness }: Impression,
  usual: Pick<Familiarity, "resemblance" | "nearness">,
): number {
  return Math.min(
    (resemblance - usual.resemblance.mean) / usual.resemblance.deviation,
    (nearnessShare * (nearness - usual.nearness.mean)) / usual.nearness.deviation,
  );
}

/** One layer's part of an impression. */
export interface LayerComparison extends WhitenedComparison {
  /** Share of the layer in the resemblance. */
  readonly weight: number;
  /** Norms of the class means, in the order of the products. */
  readonly norms: ArrayLike<number>;
  /** What resemblance is divided by: the mean norm of the class means of the golem. */
  readonly unit: number;
  /** Whether the layer counts for nearness. */
  readonly tellsNearness: boolean;
  readonly features: number;
}

/** Puts layers together: the class that is resembled most, and the mean nearness. */
export function formImpression(layers: readonly LayerComparison[]): Impression {
  const resemblances = new Float64Array(layers[0]!.products.length);
  let nearness = 0;
  let near = 0;
  for (const { weight, products, square, norms, unit, tellsNearness, features } of layers) {
    let least = Number.POSITIVE_INFINITY;
    for (const [k, product] of products.entries()) {
      resemblances[k]! += (weight * product) / (Math.sqrt(square) * unit);
      least = Math.min(least, square + norms[k]! ** 2 - 2 * product);
    }
    if (!tellsNearness) continue;
    nearness -= Math.log(Math.max(least, 1e-9) / features) / 2;
    near++;
  }
  return { resemblance: Math.max(...resemblances), nearness: nearness / Math.max(near, 1) };
}

/** A function from recordings to how familiar each of them is. */
export function createFamiliarityScore(
  familiarity: Familiarity,
  encoderSet: EncoderSetInfo,
): (embeddings: readonly Embedding[]) => number[] {
  const layers = familiarity.layers.map((layer) => {
    const { view, norms } = layer;
    return {
      ...{ ...layer, norms, weight: view.weight, tellsNearness: tellsNearness(view, encoderSet) },
      unit: norms.reduce((sum, norm) => sum + norm, 0) / norms.length,
      space: { templates: Float64Array.from(layer.templates), subspace: Float64Array.from(layer.subspace) },
      computeFeatures: createViewFeatures(view, encoderSet),
    };
  });
  return (embeddings) =>
    embeddings.map((recording) =>
      judgeImpression(
        formImpression(
          layers.map(({ space, origin, scale, computeFeatures, ...layer }) => {
            const { data } = computeFeatures([recording]);
            const x = new Float64Array(data.length);
            for (let j = 0; j < x.length; j++) x[j] = (data[j]! - origin[j]!) / scale[j]!;
            return { ...layer, ...compareInSpace(space, x), features: x.length };
          }),
        ),
        familiarity,
      ),
    );
}
