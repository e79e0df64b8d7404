/** Plans and makes recordings of synthetic voices: which voice speaks which wording in which manner. */
import { createResampler } from "../audio/resampler.ts";
import { getGreatestCommonDivisor } from "../audio/resampler-filter.ts";
import { joinFloats } from "../core/join-arrays.ts";
import { createRandom } from "../core/random.ts";
import type { Manner, Speech, Voice } from "./voice.ts";
import type { Wording } from "./wordings.ts";

/** One recording to make. */
export interface Utterance extends Wording {
  /** Index of the voice. */
  readonly voice: number;
  readonly manner: Manner;
}

/** Ranges of the factors, as they occur in unhurried speech. */
const ranges: Readonly<Record<keyof Manner, readonly [low: number, high: number]>> = {
  rate: [0.8, 1.25],
  pitch: [0.85, 1.2],
  scale: [0.92, 1.1],
};

/**
 * Plans `count` recordings per label. Wordings and voices alternate, so that all occur about equally often
 * and every voice says every label; the first recording of each voice has the voice's default manner.
 */
export function planUtterances(
  wordings: readonly Wording[],
  voices: number,
  count: number,
  seed: number,
): Utterance[] {
  const labels = [...new Set(wordings.map(({ label }) => label))];
  return labels.flatMap((label, l) => {
    const own = wordings.filter((wording) => wording.label === label);
    const random = createRandom(seed, l);
    const common = (own.length * voices) / getGreatestCommonDivisor(own.length, voices);
    const draw = ([low, high]: readonly [number, number]) => low + (high - low) * random.uniform();
    return Array.from({ length: count }, (_, i): Utterance => {
      const round = Math.floor(i / voices);
      // When every pair in this order has occurred, the next order begins.
      const turn = Math.floor(i / common);
      const manner = { rate: draw(ranges.rate), pitch: draw(ranges.pitch), scale: draw(ranges.scale) };
      return {
        ...own[(i + turn + l) % own.length]!,
        voice: (i + l) % voices,
        manner: round === 0 ? { rate: 1, pitch: 1, scale: 1 } : manner,
      };
    });
  });
}

/** Speaks an utterance. Rejects with `synthesis-failed`. */
export async function speakUtterance(
  { voice, text, manner }: Utterance,
  voices: readonly Voice[],
): Promise<Speech> {
  const { samples, sampleRate } = await voices[voice]!.speak(text, manner);
  // Steps of one per cent, so that filters are shared between recordings.
  const hundredths = Math.round(100 * manner.scale);
  if (hundredths === 100) return { samples, sampleRate };
  const resampler = createResampler(hundredths, 100);
  return { samples: joinFloats([resampler.push(samples), resampler.finish()]), sampleRate };
}
