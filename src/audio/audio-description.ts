/**
 * Describes as plain data everything that affects the samples of a recording, for fingerprints and for
 * golems.
 *
 * Not its concern: encoders.
 */
import type { AudioSettings } from "./audio.ts";
import { builtInDecoders } from "./formats/decode-source.ts";
import { attenuationDb, maximumPhases, passBand } from "./resampler-filter.ts";
import { trimParameters } from "./trim.ts";

/**
 * Raised whenever the same file and settings would give other samples than before. Facts have no version:
 * stored facts that lack a field count as missing.
 */
export const audioVersion = 5;

/** A plain record, serialisable as JSON. */
export interface AudioDescription {
  readonly version: number;
  readonly settings: AudioSettings;
  /** Id and version of every built-in decoder. */
  readonly decoders: readonly string[];
  /** The mean of the channels, or the loudest one if they cancel (channel-choice.ts). */
  readonly downMix: "mean-or-loudest";
  readonly resampler: Readonly<Record<string, number | string>>;
  /** Null when trimming is off. */
  readonly trim: Readonly<Record<string, number>> | null;
  readonly windows: "equal";
}

/** Describes the audio stage under these settings. */
export function describeAudio(settings: AudioSettings): AudioDescription {
  return {
    version: audioVersion,
    settings: { ...settings },
    decoders: builtInDecoders.map((decoder) => decoder.id),
    downMix: "mean-or-loudest",
    resampler: { id: "kaiser-polyphase@1", attenuationDb, passBand, maximumPhases },
    trim: settings.trim ? { ...trimParameters } : null,
    windows: "equal",
  };
}
