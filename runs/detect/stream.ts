/**
 * Assembles a long recording from short ones: words that should be detected, speech and sounds that should
 * not, and background throughout.
 */
import { openAudio } from "../../src/audio/open-audio.ts";
import { computeKeptSamples, createLevelMeter, trimParameters } from "../../src/audio/trim.ts";
import { createRandom, type Random, shuffle } from "../../src/core/random.ts";
import { openFileSource } from "../../src/node/disk/file-source.ts";
import type { Condition } from "./conditions.ts";

/** Sample rate of all sound here, in Hz. */
export const rate = 16_000;

/** One short recording in a stream. Times in seconds. */
export interface Placed {
  /** `target`: should be detected; the others should not. */
  readonly kind: "target" | "speech" | "sound";
  readonly label: string;
  readonly start: number;
  readonly end: number;
  /** Where its sound starts and ends, as trimming finds it in the clean recording. */
  readonly soundStart: number;
  readonly soundEnd: number;
}

/** A stream and the truth about it. */
export interface Assembled {
  readonly samples: Float32Array;
  readonly placed: readonly Placed[];
}

/** A short recording to be placed. */
export interface Clip {
  readonly kind: Placed["kind"];
  readonly label: string;
  readonly path: string;
}

/** Mean power of the loudest 0.2 s of each clip. */
const clipPower = 0.01;

/** The samples of a file at 16 kHz, untrimmed. */
async function readClip(path: string): Promise<Float32Array> {
  const source = await openFileSource(path);
  try {
    const opened = await openAudio(source, { trim: false, identify: false });
    for await (const window of opened.windows()) return window;
    return new Float32Array(0);
  } finally {
    await source.close();
  }
}

/** Mean power of the loudest 0.2 s, and where sound starts and ends, in seconds. */
function measure(samples: Float32Array): { loud: number; soundStart: number; soundEnd: number } {
  const meter = createLevelMeter(rate);
  meter.push(samples);
  const powers = meter.finish();
  const loudest = powers.slice().sort().subarray(-20);
  const [start, end] = computeKeptSamples(powers, meter.frameSamples, samples.length, rate);
  const { marginSeconds } = trimParameters;
  return {
    loud: loudest.reduce((sum, power) => sum + power, 0) / loudest.length,
    soundStart: start / rate + (start > 0 ? marginSeconds : 0),
    soundEnd: end / rate - (end < samples.length ? marginSeconds : 0),
  };
}

/**
 * Creates endless background: the recordings one after the other, all with the same mean power, faded at
 * their ends.
 */
async function createBackground(paths: readonly string[], length: number): Promise<Float32Array> {
  const samples = new Float32Array(length);
  const fade = 0.05 * rate;
  for (let at = 0, next = 0; at < length; next++) {
    const clip = await readClip(paths[next % paths.length]!);
    const power = clip.reduce((sum, value) => sum + value * value, 0) / clip.length;
    const gain = 1 / Math.sqrt(power + 1e-9);
    for (let i = 0; i < clip.length && at + i < length; i++) {
      const edge = Math.min(1, (i + 1) / fade, (clip.length - i) / fade);
      samples[at + i]! += gain * edge * clip[i]!;
    }
    at += clip.length - fade;
  }
  return samples;
}

/** Places clips in random order, 1 to 3 s apart, in background with the loudness of the condition. */
export async function assembleStream(
  clips: readonly Clip[],
  background: readonly string[],
  condition: Condition,
  seed: number,
): Promise<Assembled> {
  const random: Random = createRandom(seed);
  const parts: { at: number; samples: Float32Array; gain: number }[] = [];
  const placed: Placed[] = [];
  let at = 5 * rate;
  for (const { kind, label, path } of shuffle([...clips], random)) {
    const samples = await readClip(path);
    const { loud, soundStart, soundEnd } = measure(samples);
    parts.push({ at, samples, gain: Math.sqrt(clipPower / (loud + 1e-9)) });
    const start = at / rate;
    placed.push({
      ...{ kind, label, start, end: start + samples.length / rate },
      ...{ soundStart: start + soundStart, soundEnd: start + soundEnd },
    });
    at += samples.length + Math.round((1 + 2 * random.uniform()) * rate);
  }
  const noise = await createBackground(shuffle([...background], random), at + 2 * rate);
  const stream = noise.map(
    (value, i) => value * Math.sqrt(clipPower / 10 ** (condition.getSnrDb(i / rate) / 10)),
  );
  for (const { at, samples, gain } of parts) {
    for (let i = 0; i < samples.length; i++) stream[at + i]! += gain * samples[i]!;
  }
  return { samples: stream, placed };
}
