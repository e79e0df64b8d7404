/**
 * Decides whether two fingerprints are of the same sound, or of parts of it.
 *
 * Uses the share of differing bits (bit error rate; Haitsma and Kalker 2002, section 5) at the best
 * alignment: near 0.5 for different sounds, near 0.45 at best for short ones, under 0.2 for copies. First a
 * few words are compared at every alignment, then all words at the best ones.
 * Not its concern: how fingerprints are computed, except that a word of 0 contains no information.
 */

/** Two fingerprints at their best alignment. */
interface FingerprintMatch {
  /** Share of bits that differ, 0..1. */
  readonly errorRate: number;
  readonly words: number;
  /** Index in the first of the word at which the second begins; may be negative. */
  readonly offset: number;
}

/** Minimum number of words: with their frames, a fifth of a second. */
const minimumWords = 8;
/** Share of the shorter one's sound that must be in both. */
const minimumOverlap = 0.7;
/** Number of words compared at every alignment. */
const probes = 32;
/** After this many words, an alignment with a larger share of different bits is rejected. */
const firstProbes = 8;
const rejectedRate = 0.42;
/** Number of alignments that are compared in full. */
const finalists = 3;
/** Furthest alignment tried, in words: 10 s. */
const furthest = 625;

/** Finds the best alignment of two fingerprints; undefined if they contain too little to compare. */
export function matchFingerprints(a: Uint32Array, b: Uint32Array): FingerprintMatch | undefined {
  const filled = Array.from(b.keys()).filter((i) => b[i] !== 0);
  const soundOfA = a.reduce((count, word) => count + (word === 0 ? 0 : 1), 0);
  const least = Math.max(minimumWords, minimumOverlap * Math.min(filled.length, soundOfA));
  if (Math.min(filled.length, soundOfA) < minimumWords) return undefined;
  const step = Math.max(1, filled.length / probes);
  const inOrder = Array.from(
    { length: Math.min(probes, filled.length) },
    (_, i) => filled[Math.floor(i * step)]!,
  );
  // Words at equal distances come first, so that the first few cover the whole fingerprint.
  const stride = Math.max(1, Math.floor(inOrder.length / firstProbes));
  const probed = Int32Array.from([
    ...inOrder.filter((_, i) => i % stride === 0),
    ...inOrder.filter((_, i) => i % stride !== 0),
  ]);
  const fewest = Math.max(4, minimumOverlap * 0.8 * Math.min(probed.length, (soundOfA / step) | 0));
  const best: { offset: number; rate: number }[] = [];
  for (let offset = Math.max(-b.length, -furthest); offset < Math.min(a.length, furthest); offset++) {
    const rate = probe(a, b, probed, offset, fewest);
    if (rate === Number.POSITIVE_INFINITY) continue;
    if (best.length === finalists && rate >= best[finalists - 1]!.rate) continue;
    if (best.length === finalists) best.pop();
    best.push({ offset, rate });
    best.sort((x, y) => x.rate - y.rate);
  }
  let found: FingerprintMatch | undefined;
  for (const { offset } of best) {
    const match = compareAt(a, b, offset);
    if (match.words >= least && (!found || match.errorRate < found.errorRate)) found = match;
  }
  return found;
}

/** Returns the error rate of an alignment at the probed words; infinite if these are fewer than `fewest`. */
function probe(a: Uint32Array, b: Uint32Array, probed: Int32Array, offset: number, fewest: number): number {
  let compared = 0;
  let errors = 0;
  for (let n = 0; n < probed.length; n++) {
    if (n === firstProbes && compared >= firstProbes / 2 && errors > 32 * rejectedRate * compared) break;
    const i = probed[n]!;
    const at = i + offset;
    // Checked first, since reads outside an array are slow.
    if (at < 0 || at >= a.length || a[at] === 0) continue;
    compared++;
    errors += countBits(a[at]! ^ b[i]!);
  }
  // The penalty is larger for alignments of few words, which may agree by chance.
  return compared < fewest ? Number.POSITIVE_INFINITY : errors / (32 * compared) + 0.25 / Math.sqrt(compared);
}

/**
 * Whether a match is of the same sound. Matches of fewer words must have a lower error rate: two takes of one
 * word by one voice are alike over a tenth of a second, but not over half a second.
 */
export function isSameSound({ errorRate, words }: FingerprintMatch): boolean {
  return errorRate < 0.33 - 0.38 / Math.sqrt(words);
}

/** Computes the share of frames in which each of 32 bits is set: stable for a steady sound. */
export function summariseFingerprint(fingerprint: Uint32Array): Float32Array {
  const shares = new Float32Array(32);
  let words = 0;
  for (const word of fingerprint) {
    if (word === 0) continue;
    words++;
    for (let bit = 0; bit < 32; bit++) shares[bit]! += (word >>> bit) & 1;
  }
  return shares.map((count) => count / Math.max(1, words));
}

function compareAt(a: Uint32Array, b: Uint32Array, offset: number): FingerprintMatch {
  let words = 0;
  let errors = 0;
  for (let i = offset < 0 ? -offset : 0; i < b.length && i + offset < a.length; i++) {
    if (a[i + offset] === 0 || b[i] === 0) continue;
    words++;
    errors += countBits(a[i + offset]! ^ b[i]!);
  }
  return { errorRate: errors / Math.max(1, 32 * words), words, offset };
}

/** Counts the bits set in 32 (Warren, Hacker's Delight, section 5-1). */
function countBits(word: number): number {
  let x = word - ((word >>> 1) & 0x5555_5555);
  x = (x & 0x3333_3333) + ((x >>> 2) & 0x3333_3333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}
