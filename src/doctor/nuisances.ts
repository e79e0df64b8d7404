/**
 * Properties of a recording that may correlate with its label by accident: speaker, device, loudness,
 * duration, format.
 *
 * Not its concern: how they are compared with labels, wording.
 */
import type { ExaminedRecording } from "./examination.ts";
import type { NuisanceId } from "./finding.ts";

/** A property that should not predict the label. */
export interface Nuisance {
  readonly id: NuisanceId;
  /** Whether it may be part of the sound itself, like loudness; it is then not certainly a fault. */
  readonly isNatural: boolean;
  /** Its value; undefined if it is not known. */
  get(recording: ExaminedRecording): string | number | undefined;
}

/** All nuisances; of several that divide the recordings in the same way, the first is reported. */
export const nuisances: readonly Nuisance[] = [
  {
    id: "speaker",
    isNatural: false,
    get: ({ speaker }) => speaker,
  },
  {
    id: "format",
    isNatural: false,
    get: ({ facts }) => `${facts.container}, ${facts.codec}`,
  },
  {
    id: "rate",
    isNatural: false,
    get: ({ facts }) => `${facts.sampleRate} Hz`,
  },
  {
    id: "channels",
    isNatural: false,
    get: ({ facts }) => countChannels(facts.channels),
  },
  {
    id: "loudness",
    isNatural: true,
    get: ({ facts }) => Math.max(-120, facts.loudnessDb),
  },
  {
    id: "duration",
    isNatural: true,
    get: ({ facts }) => facts.seconds,
  },
  {
    id: "noise",
    isNatural: true,
    get: ({ facts }) => facts.noiseDb,
  },
  {
    id: "offset",
    isNatural: true,
    get: ({ facts }) => facts.offset,
  },
];

const countChannels = (channels: number): string => (channels === 1 ? "mono" : `${channels} channels`);
