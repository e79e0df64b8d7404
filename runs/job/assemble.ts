/**
 * Long recordings put together of clips: who is in which of them, noise, annotations.
 *
 * Not its concern: golems, scores.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { openAudio } from "../../src/audio/open-audio.ts";
import { encodeWav } from "../../src/audio/wav-writer.ts";
import { type Random, shuffle } from "../../src/core/random.ts";
import type { ScoredEvent } from "../../src/evaluate/event-scores.ts";
import { openFileSource } from "../../src/node/disk/file-source.ts";

/** Rate of everything here, in Hz. */
export const rate = 16_000;

/**
 * Clips of targets in A, B and C, distractors in B and C, the longest clip in seconds, and when a detection
 * counts: a word by its onset, within .5 s (evaluate/event-scores.ts); a sound with pauses in it by any overlap
 * with a clip of its class, so that each bark of a dog is right.
 */
export const plans = {
  commands: { targets: 6, perTarget: [6, 3, 4], distractors: 90, seconds: 1.5, match: "onset" },
  esc10: { targets: 4, perTarget: [6, 3, 5], distractors: 36, seconds: 3, match: "overlap" },
} as const;
/** Sets there are plans for. */
export type SetName = keyof typeof plans;
/** Share of the speakers or sources in A, in A and B, in all. */
const sideShares = [0.45, 0.7, 1];

interface Clip {
  readonly path: string;
  readonly label: string;
  readonly group: string;
}
/** A long recording. */
export interface Long {
  readonly path: string;
  readonly samples: Float32Array;
  /** Targets and distractors. */
  readonly events: readonly ScoredEvent[];
}

function listClips(folder: string, set: string): Clip[] {
  const rows: Record<string, string>[] = parse(readFileSync(join(folder, set, "metadata.csv")), {
    columns: true,
  });
  return rows.map(({ file_name, label, speaker }) => ({
    ...{ path: join(folder, set, file_name!), label: label!, group: speaker || file_name! },
  }));
}

async function readClip(path: string, seconds: number): Promise<Float32Array> {
  const source = await openFileSource(path);
  try {
    for await (const window of (await openAudio(source, { sampleRate: rate })).windows()) {
      const samples = window.slice(0, seconds * rate);
      const power = samples.reduce((sum, value) => sum + value * value, 0) / samples.length;
      return samples.map((value) => (value * 0.05) / Math.sqrt(power || 1));
    }
    throw new Error(`${path} is empty`);
  } finally {
    await source.close();
  }
}

/** Pink noise (Kellet's filter), 20 dB below the clips. */
function createNoise(length: number, random: Random): Float32Array {
  const state = [0, 0, 0];
  const noise = Float32Array.from({ length }, () => {
    const white = random.normal();
    state[0] = 0.99765 * state[0]! + white * 0.099046;
    state[1] = 0.963 * state[1]! + white * 0.2965164;
    state[2] = 0.57 * state[2]! + white * 1.0526913;
    return state[0] + state[1] + state[2] + white * 0.1848;
  });
  const power = noise.reduce((sum, value) => sum + value * value, 0) / length;
  return noise.map((value) => (value * 0.005) / Math.sqrt(power));
}

/** Writes clips one after the other, 1.5 to 3 s apart, in noise, as a WAV file. */
export async function assemble(
  path: string,
  clips: readonly Clip[],
  seconds: number,
  random: Random,
): Promise<Long> {
  const sounds = await Promise.all(clips.map(({ path: file }) => readClip(file, seconds)));
  const gaps = clips.map(() => Math.round((1.5 + 1.5 * random.uniform()) * rate));
  const total = sounds.reduce((sum, sound, i) => sum + sound.length + gaps[i]!, 2 * rate);
  const samples = createNoise(total, random);
  const events: ScoredEvent[] = [];
  let at = 2 * rate;
  for (const [i, sound] of sounds.entries()) {
    for (const [k, value] of sound.entries()) samples[at + k]! += value;
    events.push({ start: at / rate, end: (at + sound.length) / rate, label: clips[i]!.label });
    at += sound.length + gaps[i]!;
  }
  writeFileSync(path, encodeWav(samples, rate, "pcm16"));
  return { path, samples, events };
}

/** Deals clips to A, B and C so that no group is in two of them. */
export function deal(
  folder: string,
  set: SetName,
  random: Random,
): { targets: Set<string>; parts: Clip[][] } {
  const plan = plans[set];
  const clips = shuffle(listClips(folder, set), random);
  const targets = new Set(
    shuffle([...new Set(clips.map(({ label }) => label))], random).slice(0, plan.targets),
  );
  const groups = shuffle([...new Set(clips.map(({ group }) => group))], random);
  const bounds = sideShares.map((share) => share * groups.length);
  const sides = new Map(groups.map((group, i) => [group, bounds.findIndex((bound) => i < bound)]));
  const parts: Clip[][] = [[], [], []];
  for (const clip of clips) {
    const side = sides.get(clip.group)!;
    const part = parts[side]!;
    const isTarget = targets.has(clip.label);
    const taken = part.filter(({ label }) => (isTarget ? label === clip.label : !targets.has(label))).length;
    const room = isTarget ? plan.perTarget[side]! : side > 0 ? plan.distractors : 0;
    if (taken < room) part.push(clip);
  }
  return { targets, parts: parts.map((part) => shuffle(part, random)) };
}
