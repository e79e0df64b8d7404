/** The cosine of the angle between two vectors. */

/** Computes the cosine; NaN for a vector of zeros. */
export function computeCosine(a: Float32Array, b: Float32Array): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (const [i, value] of a.entries()) {
    dot += value * b[i]!;
    aa += value ** 2;
    bb += b[i]! ** 2;
  }
  return dot / Math.sqrt(aa * bb);
}
