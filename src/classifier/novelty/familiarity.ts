/**
 * Familiarity: the score by which recordings unlike all known classes are detected (out-of-distribution
 * detection, OOD).
 *
 * Not its concern: files, heads, what is done with unknown recordings.
 *
 * An OOD score is usually high for unknown inputs; familiarity is low for them. It is about 0 for a typical
 * recording of a known class. A recording is `unknown` if its familiarity is below the threshold that
 * fit-familiarity.ts derives from held-out training recordings. Familiarity is the lower of two similarity
 * measures:
 *
 * - Resemblance: similarity to one class, in the layers with a share in the decision. It is the cosine with
 * the whitened class means (head/whitened-classes.ts), but divided by the mean norm of all class means
 * instead of the norm of the class's own, because means of few recordings shrink when one of them is left
 * out.
 * - Nearness: similarity to any class, in all layers of the first encoder: minus the logarithm of the
 *   distance to the nearest class mean in the same whitened space.
 *
 * Both are expressed in standard deviations of their values for held-out training recordings. The method was
 * chosen by measurement over maximum probability, energy, residual, nearest neighbours and Mahalanobis
 * distance: LOG.md.
 */

import type { Embedding } from "../../embed/embedded-recording.ts";
import { compareInSpace, type WhitenedComparison } from "../../head/whitened-classes.ts";
import { createViewFeatures, type EncoderSetInfo, type VectorView, type View } from "../view.ts";

/** The fitted parameters of one layer. Rows are standardised as (features - origin) / scale. */
export interface FamiliarityLayer {
  /** `weight`: its share in the resemblance; 0 for layers that are used for nearness only. */
  readonly view: VectorView;
  /** [features] */
  readonly origin: Float32Array;
  /** [features] */
  readonly scale: Float32Array;
  /** Class means in whitened space: [classes, features]. */
  readonly templates: Float32Array;
  /** Norms of the class means: [classes]. */
  readonly norms: Float32Array;
  /** Directions that whitening removes: [rows, features]. */
  readonly subspace: Float32Array;
}

/** Mean and standard deviation of a similarity measure over held-out training recordings. */
export interface HeldOutStatistics {
  readonly mean: number;
  readonly deviation: number;
}

/** The fitted out-of-distribution detector. */
export interface Familiarity {
  readonly layers: readonly FamiliarityLayer[];
  /** Intended share of recordings of known classes below the threshold. */
  readonly falseRejectionRate: number;
  readonly resemblance: HeldOutStatistics;
  readonly nearness: HeldOutStatistics;
  /** A recording with a lower familiarity is unknown. */
  readonly threshold: number;
  /** Number of held-out recordings from which the threshold was derived. */
  readonly recordings: number;
}

/** The two similarity measures of one recording. */
export interface Similarity {
  readonly resemblance: number;
  readonly nearness: number;
}

/**
 * Whether a view is used for nearness: all layers of the first encoder are, whatever their share in the
 * decision.
 */
export function isUsedForNearness(view: View, { encoders }: EncoderSetInfo): boolean {
  return typeof view.layer === "number" && view.encoder === encoders[0]?.id;
}

/**
 * Factor of the standardised nearness. If both measures were normally distributed, nearness would reject 1 %
 * of known recordings and resemblance 4 %, of the 5 % allowed: the 4 % quantile of a normal distribution over
 * its 1 % quantile.
 */
export const nearnessFactor = 0.7525;

/** Familiarity: higher is more familiar; about 0 for a typical recording of a known class. */
export function computeFamiliarity(
  { resemblance, nearness }: Similarity,
  heldOut: Pick<Familiarity, "resemblance" | "nearness">,
): number {
  return Math.min(
    (resemblance - heldOut.resemblance.mean) / heldOut.resemblance.deviation,
    (nearnessFactor * (nearness - heldOut.nearness.mean)) / heldOut.nearness.deviation,
  );
}

/** A recording compared with the class means in one layer. */
interface LayerComparison extends WhitenedComparison {
  /** Share of the layer in the resemblance. */
  readonly weight: number;
  /** Norms of the class means, in the order of the products. */
  readonly norms: ArrayLike<number>;
  /** Divisor of the resemblance: the mean norm of the golem's class means. */
  readonly unit: number;
  readonly isUsedForNearness: boolean;
  readonly features: number;
}

/** Combines layers: resemblance to the most similar class, and mean nearness. */
export function computeSimilarity(layers: readonly LayerComparison[]): Similarity {
  const resemblances = new Float64Array(layers[0]!.products.length);
  let nearness = 0;
  let nearnessLayers = 0;
  for (const { weight, products, square, norms, unit, isUsedForNearness, features } of layers) {
    let least = Number.POSITIVE_INFINITY;
    for (const [k, product] of products.entries()) {
      resemblances[k]! += (weight * product) / (Math.sqrt(square) * unit);
      least = Math.min(least, square + norms[k]! ** 2 - 2 * product);
    }
    if (!isUsedForNearness) continue;
    nearness -= Math.log(Math.max(least, 1e-9) / features) / 2;
    nearnessLayers++;
  }
  return { resemblance: Math.max(...resemblances), nearness: nearness / Math.max(nearnessLayers, 1) };
}

/** Recordings scored at a time, to bound the memory of their features. */
const pieceRows = 256;

/** Creates a function that computes the familiarity of each recording. */
export function createFamiliarityScore(
  familiarity: Familiarity,
  encoderSet: EncoderSetInfo,
): (embeddings: readonly Embedding[]) => number[] {
  const layers = familiarity.layers.map((layer) => {
    const { view, norms } = layer;
    return {
      ...{ ...layer, norms, weight: view.weight, isUsedForNearness: isUsedForNearness(view, encoderSet) },
      unit: norms.reduce((sum, norm) => sum + norm, 0) / norms.length,
      space: { templates: new Float64Array(layer.templates), subspace: new Float64Array(layer.subspace) },
      computeFeatures: createViewFeatures(view, encoderSet),
    };
  });
  const scorePiece = (embeddings: readonly Embedding[]): number[] => {
    const compared = layers.map(({ space, origin, scale, computeFeatures }) => {
      const { data, columns } = computeFeatures(embeddings);
      const x = new Float64Array(data.length);
      for (let start = 0; start < x.length; start += columns) {
        for (let j = 0; j < columns; j++) x[start + j] = (data[start + j]! - origin[j]!) / scale[j]!;
      }
      return compareInSpace(space, x, columns);
    });
    return embeddings.map((_, i) =>
      computeFamiliarity(
        computeSimilarity(
          layers.map((layer, l) => ({ ...layer, ...compared[l]![i]!, features: layer.origin.length })),
        ),
        familiarity,
      ),
    );
  };
  return (embeddings) => {
    const scores: number[] = [];
    for (let from = 0; from < embeddings.length; from += pieceRows) {
      scores.push(...scorePiece(embeddings.slice(from, from + pieceRows)));
    }
    return scores;
  };
}
