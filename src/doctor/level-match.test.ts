import { describe, expect, it } from "vitest";
import { createExamination, examineSamples } from "../../test/support/examined.ts";
import { createRandom } from "../core/random.ts";
import { isSameSound, matchFingerprints } from "./fingerprint-match.ts";
import { haveSameLevels } from "./level-match.ts";
import { checkNearDuplicates } from "./near-duplicates.ts";

const rate = 16_000;
const syllableSamples = 2400;

/** A voice with a constant pitch of 100 Hz; each syllable has its own three formants. */
function speak(syllables: readonly number[]): Float32Array {
  const samples = new Float32Array(syllables.length * syllableSamples);
  for (const [n, syllable] of syllables.entries()) {
    const random = createRandom(syllable);
    const formants = Array.from({ length: 2 }, () => 300 * 10 ** random.uniform());
    for (let harmonic = 1; harmonic <= 40; harmonic++) {
      const hertz = 100 * harmonic;
      const level = formants.reduce(
        (sum, formant) => sum + Math.exp(-(((hertz - formant) / 120) ** 2)),
        2e-3,
      );
      for (let i = 0; i < syllableSamples; i++) {
        const at = n * syllableSamples + i;
        const swell = Math.sin((Math.PI * (i + 0.5)) / syllableSamples) ** 0.5;
        samples[at]! += 0.08 * level * swell * Math.sin((2 * Math.PI * hertz * at) / rate);
      }
    }
  }
  return samples;
}

const words = Array.from({ length: 12 }, (_, i) => i + 1);
const otherWords = words.map((word, i) => (i === 5 || i === 6 ? word + 100 : word));

describe("levels", () => {
  it("distinguish two sentences of one monotonous voice with matching fingerprints", async () => {
    const [a, b] = await Promise.all([
      examineSamples("a.wav", "x", speak(words)),
      examineSamples("b.wav", "x", speak(otherWords)),
    ]);
    const match = matchFingerprints(a.facts.fingerprint, b.facts.fingerprint)!;
    expect(isSameSound(match)).toBe(true);
    expect(haveSameLevels(a.facts, b.facts, match.offset)).toBe(false);
    expect(checkNearDuplicates(createExamination([a, b]))).toEqual([]);
  });

  it("match in copies that were cut, made quieter and equalised", async () => {
    const whole = speak(words);
    const part = whole.subarray(3000, whole.length - 4000).map((value) => value / 6);
    const duller = whole.map((value, i) => 0.6 * value + 0.4 * (whole[i - 1] ?? 0));
    for (const copy of [part, duller]) {
      const [a, b] = await Promise.all([
        examineSamples("a.wav", "x", whole),
        examineSamples("b.wav", "x", copy),
      ]);
      expect(checkNearDuplicates(createExamination([a, b]))).toMatchObject([{ files: ["a.wav", "b.wav"] }]);
    }
  });
});
