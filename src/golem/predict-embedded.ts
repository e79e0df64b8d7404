/**
 * From what was heard of a recording to a prediction that tells its duration, its words and its oddities.
 *
 * Not its concern: files, encoders.
 */
import type { AudioSettings } from "../audio/audio.ts";
import { describeAudio } from "../audio/audio-description.ts";
import { type ErrorRecord, GolemError } from "../core/error.ts";
import { type EmbeddedSource, getAudioSettings, getEmbedding, isSilent } from "../embed/embed-source.ts";
import { welcomesSilence } from "../embed/embedded-recording.ts";
import type { GolemDocument } from "./golem-document.ts";
import type { GolemModel, Prediction } from "./golem-model.ts";

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

/** The warning `golem-version` where `program` prepares audio in another way than the one that trained the golem. */
export function findPipelineWarning(document: GolemDocument, program: string): ErrorRecord | undefined {
  const settings = getAudioSettings(document.audio.sampleRate, getAudioOf(document));
  if (JSON.stringify(describeAudio(settings)) === JSON.stringify(document.audio.pipeline)) return undefined;
  return {
    code: "golem-version",
    message: `The golem was made by ${document.createdBy}, which prepared audio in another way than ${program}; its answers may differ a little.`,
    hint: "Train it again to be sure.",
  };
}

/** One prediction for what was heard; nothing to hear is the error `silent` unless the golem knows silence. */
export function predictEmbedded(
  model: GolemModel,
  embeddings: EmbeddedSource,
  name: string,
): AudioPrediction {
  const { facts, transcript } = embeddings;
  if (isSilent(facts) && !welcomesSilence(model.document.labels)) {
    throw new GolemError("silent", `${name} holds nothing to hear; expected sound in it.`, {
      hint: "Record it again. To recognise silence, train with a class _silence.",
    });
  }
  return {
    ...model.predictEmbedded([getEmbedding(embeddings)])[0]!,
    seconds: facts.seconds,
    ...(transcript ? { transcript: transcript.text } : {}),
    warnings: facts.warnings,
  };
}
