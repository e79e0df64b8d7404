/**
 * Distribution functions for intervals: regularised incomplete beta function and quantile of Student's t.
 *
 * Reference: NIST Digital Library of Mathematical Functions, 5.11 (Stirling series), 8.17 (continued
 * fraction). Checked against SciPy's numbers in distribution.test.ts.
 */

/** Computes ln gamma(x) for x > 0: recurrence up to 10, then the Stirling series (1e-14 relative). */
export function computeLogGamma(x: number): number {
  let shift = 0;
  let y = x;
  for (; y < 10; y++) shift += Math.log(y);
  const r = 1 / (y * y);
  const series = (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r / 1188)))) / y;
  return (y - 0.5) * Math.log(y) - y + 0.5 * Math.log(2 * Math.PI) + series - shift;
}

/**
 * Computes the regularised incomplete beta function I_x(a, b), for a, b > 0 and x in [0, 1]: the distribution
 * function of Beta(a, b), and P(Binomial(n, x) >= k) for a = k, b = n - k + 1.
 */
export function computeIncompleteBeta(a: number, b: number, x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast below the mean; above it, use I_x(a, b) = 1 - I_(1-x)(b, a).
  if (x > (a + 1) / (a + b + 2)) return 1 - computeIncompleteBeta(b, a, 1 - x);
  const logFront =
    a * Math.log(x) + b * Math.log1p(-x) + computeLogGamma(a + b) - computeLogGamma(a) - computeLogGamma(b);
  return (Math.exp(logFront) / a) * computeBetaFraction(a, b, x);
}

/** Computes 1 / (1 + d1 / (1 + d2 / (1 + ...))) of DLMF 8.17.22, evaluated forwards (modified Lentz). */
function computeBetaFraction(a: number, b: number, x: number): number {
  const tiny = 1e-300;
  const awayFromZero = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let numerator = 1;
  let denominator = awayFromZero(1 - ((a + b) * x) / (a + 1));
  let fraction = 1 / denominator;
  for (let m = 1; m < 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    let change = 1;
    for (const term of [even, odd]) {
      denominator = awayFromZero(1 + term / denominator);
      numerator = awayFromZero(1 + term / numerator);
      change = numerator / denominator;
      fraction *= change;
    }
    if (Math.abs(change - 1) < 1e-15) break;
  }
  return fraction;
}

/** Finds x in [low, high] where an increasing function reaches the target, by bisection. */
export function bisect(low: number, high: number, target: number, f: (x: number) => number): number {
  let [a, b] = [low, high];
  for (let i = 0; i < 60 && b - a > 1e-12 * Math.max(1, Math.abs(a)); i++) {
    const middle = (a + b) / 2;
    if (f(middle) < target) a = middle;
    else b = middle;
  }
  return (a + b) / 2;
}

/**
 * Computes the quantile of Student's t with `degrees` > 0 degrees of freedom (not necessarily whole), for 0.5
 * <= probability < 1.
 */
export function computeStudentQuantile(probability: number, degrees: number): number {
  // P(T > t) = I_(d / (d + t^2))(d / 2, 1 / 2) / 2, and x = d / (d + t^2) lies in (0, 1].
  const tail = 2 * (1 - probability);
  const x = bisect(0, 1, tail, (y) => computeIncompleteBeta(degrees / 2, 0.5, y));
  return Math.sqrt((degrees * (1 - x)) / x);
}
