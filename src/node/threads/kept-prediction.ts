/**
 * Selects the sound of predictions that is useful for training: near misses, and sound unlike all classes,
 * with the same options as for streams. Confident predictions, which are most of a server's, are not kept.
 *
 * Not its concern: streams (detect/miss-track.ts).
 */
import { type OpenAudioOptions, openAudio } from "../../audio/open-audio.ts";
import type { ByteSource } from "../../core/byte-source.ts";
import { type HeardClip, type KeepSettings, maximumClipSeconds } from "../../detect/clip-cutter.ts";
import { resolveDetectSettings } from "../../detect/detect-settings.ts";
import { unknownLabels } from "../../embed/embedded-recording.ts";
import type { GolemModel } from "../../golem/golem-model.ts";
import type { AudioPrediction } from "../../golem/predict-embedded.ts";

interface CutOptions extends Omit<OpenAudioOptions, "sampleRate" | "trim" | "windowSeconds"> {
  readonly model: GolemModel;
  readonly keep: KeepSettings;
  readonly audio: OpenAudioOptions;
}

/**
 * Returns the recording of a prediction, or the start of a long one, if its sound should be kept. Rejects
 * with the errors of decoders and `aborted`.
 */
export async function cutPrediction(
  source: ByteSource,
  prediction: AudioPrediction,
  { model, keep, audio, ...options }: CutOptions,
): Promise<HeardClip | undefined> {
  const { threshold } = resolveDetectSettings(model);
  const kind = classify(prediction, keep, threshold);
  if (!kind) return undefined;
  const { label, confidence } = prediction;
  const { sampleRate } = model.document.audio;
  const opened = await openAudio(source, {
    ...{ ...audio, ...options, sampleRate },
    ...{ trim: false, windowSeconds: maximumClipSeconds },
  });
  for await (const window of opened.windows()) {
    const samples = window.slice(0, maximumClipSeconds * sampleRate);
    const event = { start: 0, end: samples.length / sampleRate, label, confidence };
    return { kind, event, start: 0, samples, sampleRate };
  }
  return undefined;
}

/** Returns why a recording is kept; undefined if it is not. */
function classify(
  { label, confidence, unknown }: AudioPrediction,
  keep: KeepSettings,
  threshold: number,
): HeardClip["kind"] | undefined {
  // The label _unknown is a class and may be predicted with confidence.
  if (keep.unknown && unknown && !unknownLabels.includes(label)) return "unknown";
  const isUnsure = keep.unsure !== undefined && confidence >= keep.unsure && confidence < threshold;
  return isUnsure ? "unsure" : undefined;
}
