/**
 * Means and standard deviations of parts of a recording, merged into those of the whole.
 *
 * Parallel variance: Chan, Golub, LeVeque 1979, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances".
 * Not its concern: what was pooled.
 */

/** Mean and standard deviation of one part. */
export interface PartMoments {
  /** Frames, or steps, that were pooled: the weight of this part. */
  readonly count: number;
  /** From `start` on: `dimensions` means, then as many population standard deviations. */
  readonly vector: Float32Array;
}

/** Writes the moments of all parts together to `result`, from `start` on: what pooling everything at once would give. */
export function mergeMoments(
  parts: readonly PartMoments[],
  start: number,
  dimensions: number,
  result: Float32Array,
): void {
  const total = parts.reduce((sum, { count }) => sum + count, 0);
  for (let d = start; d < start + dimensions; d++) {
    let mean = 0;
    for (const { count, vector } of parts) mean += (count / total) * vector[d]!;
    let variance = 0;
    for (const { count, vector } of parts) {
      const offset = vector[d]! - mean;
      variance += (count / total) * (vector[dimensions + d]! ** 2 + offset * offset);
    }
    result[d] = mean;
    result[dimensions + d] = Math.sqrt(variance);
  }
}
