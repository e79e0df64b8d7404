/** Recordings as the doctor sees them, without audio or with audio made in memory. */
import type { AudioFacts } from "../../src/audio/index.ts";
import type { Examination, ExaminedRecording } from "../../src/doctor/examination.ts";
import { createWav, readAll } from "./audio-files.ts";

/** Facts of an unremarkable recording; the hash is what tells recordings apart. */
function createFacts(audioHash: string, facts: Partial<AudioFacts> = {}): AudioFacts {
  return {
    ...{ container: "wav", codec: "pcm-s16", sampleRate: 16_000, channels: 1, seconds: 1, kept: [0, 1] },
    ...{ peak: 0.5, loudnessDb: -20, clippedFraction: 0, offset: 0, noiseDb: -60 },
    ...{ fingerprint: new Uint32Array(0), levels: new Uint32Array(0), audioHash, warnings: [] },
    ...facts,
  };
}

/** A recording without audio. */
export function createExamined(
  file: string,
  label: string,
  rest: Partial<Omit<ExaminedRecording, "facts">> & { readonly facts?: Partial<AudioFacts> } = {},
): ExaminedRecording {
  return { split: "none", ...rest, file, label, facts: createFacts(file, rest.facts) };
}

/** An examination of made-up recordings. */
export function createExamination(
  recordings: readonly ExaminedRecording[],
  rest: Partial<Examination> = {},
): Examination {
  return { recordings, skipped: [], seed: 0, ...rest };
}

/** A recording of these samples, as a WAV file at that rate would be examined. */
export async function examineSamples(
  file: string,
  label: string,
  samples: Float32Array,
  rate = 16_000,
): Promise<ExaminedRecording> {
  const { facts } = await readAll(createWav([samples], rate), {}, file);
  return { file, label, split: "none", facts };
}
