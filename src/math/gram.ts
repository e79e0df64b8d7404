/**
 * Gram matrices with respect to a weighted mean.
 *
 * Not its concern: what is fitted from them.
 */

/** The Gram matrix of the rows minus their weighted mean: (I - 1 u^T) K (I - u 1^T) with u = weights / sum(weights). */
export function centreGram(gram: Float64Array, rows: number, weights: Float64Array): Float64Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const means = new Float64Array(rows);
  let grand = 0;
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let j = 0; j < rows; j++) sum += gram[i * rows + j]! * weights[j]!;
    means[i] = sum / total;
    grand += (weights[i]! / total) * means[i]!;
  }
  const result = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j <= i; j++) {
      const value = gram[i * rows + j]! - means[i]! - means[j]! + grand;
      result[i * rows + j] = value;
      result[j * rows + i] = value;
    }
  }
  return result;
}
