/**
 * Familiarity: the score by which recordings unlike all known classes are detected (out-of-distribution
 * detection, OOD).
 *
 * Not its concern: files, heads, the use of `unknown`.
 *
 * An OOD score is usually high for unknown inputs; familiarity is low for them. It is about 0 for a typical
 * recording of a known class. A recording is `unknown` if its familiarity is below the threshold that
 * fit-familiarity.ts derives from held-out training recordings. Familiarity is the lower of two similarity
 * measures:
 *
 * - Resemblance: similarity to one class, in the layers with a share in the decision. It is the cosine with
 *   the whitened class means (head/whitened-classes.ts).
 * - Nearness: similarity to any class, in all layers of the first encoder: minus the logarithm of the
 *   distance to the nearest class mean in the same whitened space, and of the distance to the mean of the
 *   class means without whitening, which copies in noise do not shorten.
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
  /** The rule by which similarity is computed; absent in golems of earlier versions, see {@link getRule}. */
  readonly rule?: 2 | undefined;
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

/** Whether a view is used for nearness: all layers of the first encoder, whatever their weight. */
export function isUsedForNearness(view: View, { encoders }: EncoderSetInfo): boolean {
  return typeof view.layer === "number" && view.encoder === encoders[0]?.id;
}

/** The parameters in which the rules of similarity differ. */
interface SimilarityRule {
  /** Whether the divisor of the resemblance to a class is the norm of its mean, or the mean norm of all. */
  readonly isByClass: boolean;
  /** Share in the nearness of the distance without whitening. */
  readonly plainShare: number;
  /**
   * Factor of the standardised nearness. With a small one, nearness decides only for extreme values, such as
   * those of noise.
   */
  readonly nearnessFactor: number;
}

/** Gets the parameters of a rule; without one, those of golems of earlier versions. */
export function getRule(rule: Familiarity["rule"]): SimilarityRule {
  return rule === 2
    ? { isByClass: true, plainShare: 2 / 3, nearnessFactor: 0.5 }
    : { isByClass: false, plainShare: 0, nearnessFactor: 0.7525 };
}

/** Computes familiarity: higher is more familiar; about 0 for a typical recording of a known class. */
export function computeFamiliarity(
  { resemblance, nearness }: Similarity,
  heldOut: Pick<Familiarity, "resemblance" | "nearness" | "rule">,
): number {
  return Math.min(
    (resemblance - heldOut.resemblance.mean) / heldOut.resemblance.deviation,
    (getRule(heldOut.rule).nearnessFactor * (nearness - heldOut.nearness.mean)) / heldOut.nearness.deviation,
  );
}

/** A recording compared with the class means in one layer. */
interface LayerComparison extends WhitenedComparison {
  /** Share of the layer in the resemblance. */
  readonly weight: number;
  /** Norms of the class means, in the order of the products. */
  readonly norms: ArrayLike<number>;
  /** Divisors of the resemblance to each class, in the order of the products. */
  readonly units: ArrayLike<number>;
  readonly isUsedForNearness: boolean;
  readonly features: number;
}

/** Combines layers: resemblance to the most similar class, and mean nearness. */
export function computeSimilarity(layers: readonly LayerComparison[], rule: Familiarity["rule"]): Similarity {
  const { plainShare } = getRule(rule);
  const resemblances = new Float64Array(layers[0]!.products.length);
  let nearness = 0;
  let nearnessLayers = 0;
  for (const { weight, products, square, plainSquare, norms, units, ...layer } of layers) {
    let least = Number.POSITIVE_INFINITY;
    for (const [k, product] of products.entries()) {
      resemblances[k]! += (weight * product) / (Math.sqrt(square) * units[k]!);
      least = Math.min(least, square + norms[k]! ** 2 - 2 * product);
    }
    if (!layer.isUsedForNearness) continue;
    nearness -= (1 - plainShare) * getLogDistance(least, layer.features);
    if (plainShare > 0) nearness -= plainShare * getLogDistance(plainSquare, layer.features);
    nearnessLayers++;
  }
  return { resemblance: Math.max(...resemblances), nearness: nearness / Math.max(nearnessLayers, 1) };
}

/** Logarithm of a distance given by its square, relative to that of as many numbers of size 1. */
const getLogDistance = (square: number, features: number): number =>
  Math.log(Math.max(square, 1e-9) / features) / 2;

/** Returns the divisors of the resemblance to each class. */
export function getUnits(norms: Float32Array, rule: Familiarity["rule"]): number[] {
  const mean = norms.reduce((sum, value) => sum + value, 0) / norms.length;
  return Array.from(norms, (norm) => (getRule(rule).isByClass ? norm : mean));
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
      units: getUnits(norms, familiarity.rule),
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
          familiarity.rule,
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
