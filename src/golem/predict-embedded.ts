/**
 * Predicts one embedded recording; the prediction includes its duration, transcript and warnings.
 *
 * Not its concern: files, encoders.
 */
import type { AudioSettings } from "../audio/audio.ts";
import { describeAudio } from "../audio/audio-description.ts";
import { type ErrorRecord, GolemError } from "../core/error.ts";
import { type EmbeddedSource, getAudioSettings, getEmbedding, isSilent } from "../embed/embed-source.ts";
import { expectsSilence, findHighBand } from "../embed/embedded-recording.ts";
import { getSpokenText } from "../encoder/speech-check.ts";
import type { GolemDocument } from "./golem-document.ts";
import type { GolemModel, Prediction } from "./golem-model.ts";

/** A prediction for one recording of known duration. */
export interface AudioPrediction<Label extends string = string> extends Prediction<Label> {
  /** Duration of the recording in seconds. */
  readonly seconds: number;
  /** The transcript, empty if it is not of speech; present if the golem uses a transcriber. */
  readonly transcript?: string;
  /** Problems of the file that did not prevent a prediction: truncated, wrong extension ... */
  readonly warnings: readonly ErrorRecord[];
}

/** Returns the audio settings a golem was trained with. */
export function getAudioOf({ audio }: GolemDocument): Partial<AudioSettings> {
  return { trim: audio.trim, maximumSeconds: audio.maximumSeconds, windowSeconds: audio.windowSeconds };
}

/** Returns the warning `golem-version` if `program` prepares audio unlike the one that trained it. */
export function findPipelineWarning(document: GolemDocument, program: string): ErrorRecord | undefined {
  const settings = getAudioSettings(document.audio.sampleRate, getAudioOf(document));
  if (JSON.stringify(describeAudio(settings)) === JSON.stringify(document.audio.pipeline)) return undefined;
  const { createdBy } = document;
  const other = createdBy === program ? `another build of ${program}` : createdBy;
  const own = createdBy === program ? "this one" : program;
  return {
    code: "golem-version",
    message: `The golem was trained by ${other}, which prepares audio differently from ${own}; predictions may differ slightly.`,
    hint: "Train the golem again to avoid differences.",
  };
}

/**
 * Predicts an embedded recording called `name`. Throws `silent` or `above-8-khz` for a silent recording,
 * unless the golem has a class for silence.
 */
export function predictEmbedded(model: GolemModel, embedded: EmbeddedSource, name: string): AudioPrediction {
  const { facts, transcript } = embedded;
  if (isSilent(facts) && !expectsSilence(model.document.labels)) {
    const highBand = findHighBand(facts);
    if (highBand) throw new GolemError("above-8-khz", highBand.message, { hint: highBand.hint });
    throw new GolemError("silent", `${name} is silent; expected sound in it.`, {
      hint: "Record it again. To recognise silence, train with a class _silence.",
    });
  }
  return {
    ...model.predictEmbedded([getEmbedding(embedded)])[0]!,
    seconds: facts.seconds,
    ...(transcript ? { transcript: getSpokenText(transcript, model.transcriber) } : {}),
    warnings: facts.warnings,
  };
}
