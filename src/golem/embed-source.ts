/**
 * From the bytes of one recording to its embedding: decode, window by window through the encoder, merge.
 *
 * Nothing is kept but one window and one vector a window, so memory does not grow with duration.
 * Must not know: labels, stores, threads.
 */
import { type AudioSettings, type ByteSource, defaultAudioSettings } from "../audio/audio.ts";
import type { Decoder } from "../audio/decoder.ts";
import { openAudio } from "../audio/open-audio.ts";
import { GolemError, throwIfAborted } from "../core/error.ts";
import { type Encoder, mergePooled, type Pooled } from "../encoder/encoder.ts";
import type { StoredEmbedding } from "../store/store.ts";

/** Shortest sound that is embedded, in seconds. */
const minimumSeconds = 0.02;

/** Options of {@link embedSource}. */
export interface EmbedOptions {
  readonly audio?: Partial<AudioSettings> | undefined;
  /** Decoders that the audio stage cannot have by itself, such as a system ffmpeg. */
  readonly decoders?: readonly Decoder[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The samples of one recording are at `audio.sampleRate`; that of the encoder wins. */
export function getAudioSettings(sampleRate: number, audio: Partial<AudioSettings> = {}): AudioSettings {
  return { ...defaultAudioSettings, ...audio, sampleRate };
}

/**
 * Embeds one recording. Rejects with the audio stage's errors, with `too-short` under 20 ms of sound, or `aborted`.
 * Silent recordings are embedded by their first window; whether they are wanted is for the caller to say.
 */
export async function embedSource(
  source: ByteSource,
  encoder: Encoder,
  options: EmbedOptions = {},
): Promise<StoredEmbedding> {
  const settings = getAudioSettings(encoder.info.sampleRate, options.audio);
  const opened = await openAudio(source, {
    ...settings,
    ...(options.decoders ? { decoders: options.decoders } : {}),
    ...(options.signal ? { signal: options.signal } : {}),
  });
  const { facts } = opened;
  const [start, end] = facts.kept;
  if (end - start < minimumSeconds) {
    throw new GolemError(
      "too-short",
      `${source.name} holds ${Math.round((end - start) * 1000)} ms of sound; at least ${minimumSeconds * 1000} ms are needed.`,
      { hint: "Record it again, or leave it out." },
    );
  }
  const windows: Pooled[] = [];
  for await (const window of opened.windows()) {
    throwIfAborted(options.signal);
    windows.push(await encoder.encode(window));
    if (isSilent(facts)) break;
  }
  const { frames, vector } = mergePooled(encoder.info, windows);
  return { facts, frames, vector };
}

/** Whether there was nothing to hear in a recording. */
export function isSilent(facts: StoredEmbedding["facts"]): boolean {
  return facts.warnings.some((warning) => warning.code === "silent");
}
