/**
 * What may go along with a label without being what it means: who recorded it, on what, how loud, how long, in which format.
 *
 * Not its concern: how it is held against labels.
 */
import type { ExaminedRecording } from "./examination.ts";
import type { NuisanceId } from "./finding.ts";

/** Something about a recording that should say nothing about its label. */
export interface Nuisance {
  readonly id: NuisanceId;
  /** As it stands in a sentence: "the speaker". */
  readonly name: string;
  /** Whether it can belong to the sound itself, as loudness does: then it is suspicious, not wrong. */
  readonly isNatural: boolean;
  readonly advice: string;
  /** Its value; undefined where it is not known. */
  get(recording: ExaminedRecording): string | number | undefined;
}

const sameWay = "Record every class in the same way, on the same device, in the same format.";

/** All of them; of several that say the same, the first is named. */
export const nuisances: readonly Nuisance[] = [
  {
    id: "speaker",
    name: "the speaker",
    isNatural: false,
    advice: "Have every class recorded by several speakers, each speaker recording several classes.",
    get: ({ speaker }) => speaker,
  },
  {
    id: "format",
    name: "the file format",
    isNatural: false,
    advice: sameWay,
    get: ({ facts }) => `${facts.container}, ${facts.codec}`,
  },
  {
    id: "rate",
    name: "the sample rate",
    isNatural: false,
    advice: sameWay,
    get: ({ facts }) => `${facts.sampleRate} Hz`,
  },
  {
    id: "channels",
    name: "the number of channels",
    isNatural: false,
    advice: sameWay,
    get: ({ facts }) => countChannels(facts.channels),
  },
  {
    id: "loudness",
    name: "the loudness",
    isNatural: true,
    advice: "Bring all recordings to one loudness, or record every class at several.",
    get: ({ facts }) => Math.max(-120, facts.loudnessDb),
  },
  {
    id: "duration",
    name: "the duration",
    isNatural: true,
    advice: "Cut recordings of all classes to like lengths, unless the length belongs to what is said.",
    get: ({ facts }) => facts.seconds,
  },
  {
    id: "noise",
    name: "the background noise (the device, or the room)",
    isNatural: true,
    advice: "Record every class in several rooms, on several devices.",
    get: ({ facts }) => facts.noiseDb,
  },
  {
    id: "offset",
    name: "the offset from zero (the device)",
    isNatural: true,
    advice: "Record every class on several devices.",
    get: ({ facts }) => facts.offset,
  },
];

const countChannels = (channels: number): string => (channels === 1 ? "mono" : `${channels} channels`);
