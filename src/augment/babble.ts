/**
 * Babble: several synthetic voices at once, without words.
 *
 * A voice is a source and a filter (Fant 1960): pulses at a gliding pitch, or noise between syllables,
 * through three resonators (Klatt 1980) that move from vowel to vowel, three to six syllables per second. It
 * is made from random numbers rather than from other training recordings, so no copy contains another
 * recording, folds and speakers stay separate, and a copy depends only on its own recording.
 */
import type { Random } from "../core/random.ts";

/** Time between two updates of the resonators. */
const updateSeconds = 0.005;

/** Makes babble [length] of three to six voices; its level is arbitrary. */
export function createBabble(length: number, sampleRate: number, random: Random): Float32Array {
  const babble = new Float32Array(length);
  const voices = 3 + random.integer(4);
  for (let voice = 0; voice < voices; voice++) addVoice(babble, sampleRate, random);
  return babble;
}

/** One syllable of a voice. */
interface Syllable {
  readonly samples: number;
  /** Number of samples at its start that are noise or a pause. */
  readonly onset: number;
  readonly hiss: number;
  readonly pitch: number;
  readonly formants: readonly number[];
  readonly level: number;
}

function drawSyllable(voice: { pitch: number; size: number }, sampleRate: number, random: Random): Syllable {
  const samples = Math.round(sampleRate / (3 + 3 * random.uniform()));
  return {
    samples,
    onset: Math.round(samples * (0.1 + 0.3 * random.uniform())),
    hiss: random.uniform() < 0.5 ? 0.3 * random.uniform() : 0,
    pitch: voice.pitch * (0.8 + 0.4 * random.uniform()),
    formants: [
      voice.size * (250 + 550 * random.uniform()),
      voice.size * (850 + 1450 * random.uniform()),
      voice.size * (2300 + 800 * random.uniform()),
    ],
    // One syllable in six is a pause.
    level: random.uniform() < 1 / 6 ? 0 : 0.3 + 0.7 * random.uniform(),
  };
}

const bandwidths = [80, 110, 160];

function addVoice(babble: Float32Array, sampleRate: number, random: Random): void {
  const voice = { pitch: 85 * 2.8 ** random.uniform(), size: 0.9 + 0.25 * random.uniform() };
  const loudness = 0.4 + 0.6 * random.uniform();
  const step = Math.max(1, Math.round(updateSeconds * sampleRate));
  const coefficients = bandwidths.map(() => ({ a: 0, b: 0, c: 0, y1: 0, y2: 0 }));
  let last = drawSyllable(voice, sampleRate, random);
  let syllable = drawSyllable(voice, sampleRate, random);
  let place = random.integer(syllable.samples);
  let phase = random.uniform();
  let glottis = 0;
  let gain = 0;
  for (let i = 0; i < babble.length; i++, place++) {
    if (place >= syllable.samples) {
      last = syllable;
      syllable = drawSyllable(voice, sampleRate, random);
      place = 0;
    }
    const isOnset = place < syllable.onset;
    if (i % step === 0) {
      const share = Math.min(1, place / (0.5 * syllable.samples));
      for (const [k, resonator] of coefficients.entries()) {
        const frequency = last.formants[k]! + share * (syllable.formants[k]! - last.formants[k]!);
        const radius = Math.exp((-Math.PI * bandwidths[k]!) / sampleRate);
        resonator.b =
          2 * radius * Math.cos((2 * Math.PI * Math.min(frequency, 0.45 * sampleRate)) / sampleRate);
        resonator.c = -radius * radius;
        resonator.a = 1 - resonator.b - resonator.c;
      }
    }
    // Levels change within about 10 ms.
    gain += ((isOnset ? 0 : syllable.level) - gain) * (100 / sampleRate);
    phase += syllable.pitch / sampleRate;
    const isPulse = phase >= 1;
    if (isPulse) phase -= 1;
    glottis = 0.9 * glottis + (isPulse ? 10 * gain : 0);
    const hiss = isOnset && syllable.hiss > 0 ? syllable.hiss * (2 * random.uniform() - 1) : 0;
    let value = glottis + 0.02 * gain * (2 * random.uniform() - 1);
    for (const resonator of coefficients) {
      const y = resonator.a * value + resonator.b * resonator.y1 + resonator.c * resonator.y2;
      resonator.y2 = resonator.y1;
      resonator.y1 = y;
      value = y;
    }
    babble[i]! += loudness * (value + hiss);
  }
}
