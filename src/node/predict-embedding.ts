/**
 * From an embedding to a prediction that tells the recording's duration and oddities.
 *
 * Must not know: files, encoders.
 */
import type { AudioSettings } from "../audio/audio.ts";
import { type ErrorRecord, GolemError } from "../core/error.ts";
import { isSilent } from "../golem/embed-source.ts";
import { welcomesSilence } from "../golem/embedded-recording.ts";
import type { GolemDocument } from "../golem/golem-document.ts";
import type { GolemModel, Prediction } from "../golem/golem-model.ts";
import type { StoredEmbedding } from "../store/store.ts";

/** A prediction for one recording of known duration. */
export interface AudioPrediction extends Prediction {
  /** Duration of the recording in seconds. */
  readonly seconds: number;
  /** Oddities of the file that did not prevent an answer: truncated, wrong extension ... */
  readonly warnings: readonly ErrorRecord[];
}

/** The audio settings a golem was trained with. */
export function getAudioOf({ audio }: GolemDocument): Partial<AudioSettings> {
  return { trim: audio.trim, maximumSeconds: audio.maximumSeconds, windowSeconds: audio.windowSeconds };
}

/** One prediction from one embedding; nothing to hear is the error `silent` unless the golem knows silence. */
export function predictEmbedding(
  model: GolemModel,
  { facts, vector }: StoredEmbedding,
  name: string,
): AudioPrediction {
  if (isSilent(facts) && !welcomesSilence(model.document.labels)) {
    throw new GolemError("silent", `${name} holds nothing to hear; expected sound in it.`, {
      hint: "Record it again. To recognise silence, train with a class _silence.",
    });
  }
  return { ...model.predictEmbeddings([vector])[0]!, seconds: facts.seconds, warnings: facts.warnings };
}
