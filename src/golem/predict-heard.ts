/**
 * From what was heard of a recording to a prediction that tells its duration, its words and its oddities.
 *
 * Must not know: files, encoders.
 */
import type { AudioSettings } from "../audio/audio.ts";
import { type ErrorRecord, GolemError } from "../core/error.ts";
import { welcomesSilence } from "./embedded-recording.ts";
import type { GolemDocument } from "./golem-document.ts";
import type { GolemModel, Prediction } from "./golem-model.ts";
import { getHeard, type HeardSource, isSilent } from "./hear-source.ts";

/** A prediction for one recording of known duration. */
export interface AudioPrediction extends Prediction {
  /** Duration of the recording in seconds. */
  readonly seconds: number;
  /** What was said, as it was understood; there when the golem's decision takes words into account. */
  readonly transcript?: string;
  /** Oddities of the file that did not prevent an answer: truncated, wrong extension ... */
  readonly warnings: readonly ErrorRecord[];
}

/** The audio settings a golem was trained with. */
export function getAudioOf({ audio }: GolemDocument): Partial<AudioSettings> {
  return { trim: audio.trim, maximumSeconds: audio.maximumSeconds, windowSeconds: audio.windowSeconds };
}

/** One prediction for what was heard; nothing to hear is the error `silent` unless the golem knows silence. */
export function predictHeard(model: GolemModel, heard: HeardSource, name: string): AudioPrediction {
  const { facts, transcript } = heard;
  if (isSilent(facts) && !welcomesSilence(model.document.labels)) {
    throw new GolemError("silent", `${name} holds nothing to hear; expected sound in it.`, {
      hint: "Record it again. To recognise silence, train with a class _silence.",
    });
  }
  return {
    ...model.predictHeard([getHeard(heard)])[0]!,
    seconds: facts.seconds,
    ...(transcript ? { transcript: transcript.text } : {}),
    warnings: facts.warnings,
  };
}
