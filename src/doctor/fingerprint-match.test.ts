import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scaleRuns } from "../../test/support/effort.ts";
import { createRandom } from "../core/random.ts";
import { isSameSound, matchFingerprints } from "./fingerprint-match.ts";

function createWords(count: number, seed: number): Uint32Array {
  const random = createRandom(seed);
  return Uint32Array.from({ length: count }, () => 1 + random.integer(2 ** 32 - 1));
}

describe("matching fingerprints", () => {
  it("finds a part of a sound, at its position, with bits flipped", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 30, max: 300 }),
        fc.nat({ max: 100 }),
        fc.double({ min: 0, max: 0.15, noNaN: true }),
        fc.nat(),
        (length, start, flips, seed) => {
          const whole = createWords(length + start + 20, seed);
          const random = createRandom(seed, 1);
          const part = whole.slice(start, start + length).map((word) => {
            let flipped = word;
            for (let bit = 0; bit < 32; bit++) if (random.uniform() < flips) flipped ^= 1 << bit;
            return flipped >>> 0;
          });
          const match = matchFingerprints(whole, part)!;
          expect(match.offset).toBe(start);
          expect(match.errorRate).toBeLessThan(flips + 0.1);
          expect(isSameSound(match)).toBe(true);
          expect(isSameSound(matchFingerprints(part, whole)!)).toBe(true);
        },
      ),
      { numRuns: scaleRuns(50) },
    );
  });

  it("does not match different sounds", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 8, max: 200 }),
        fc.integer({ min: 8, max: 200 }),
        fc.nat(),
        (m, n, seed) => {
          const match = matchFingerprints(createWords(m, seed), createWords(n, seed + 1));
          expect(match !== undefined && isSameSound(match)).toBe(false);
        },
      ),
      { numRuns: scaleRuns(50) },
    );
  });

  it("does not match silence, or a fifth of a second", () => {
    expect(matchFingerprints(new Uint32Array(200), new Uint32Array(200))).toBeUndefined();
    const short = createWords(7, 1);
    expect(matchFingerprints(short, short)).toBeUndefined();
    const padded = Uint32Array.from([...new Uint32Array(100), ...short, ...new Uint32Array(100)]);
    expect(matchFingerprints(padded, padded)).toBeUndefined();
  });

  it("requires a match of half of the shorter one", () => {
    const [a, b, common] = [createWords(100, 1), createWords(100, 2), createWords(40, 3)];
    a.set(common, 60);
    b.set(common, 0);
    const match = matchFingerprints(a, b);
    expect(match !== undefined && isSameSound(match)).toBe(false);
  });
});
