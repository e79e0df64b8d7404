/**
 * From the bytes of one recording to all that is heard of it: decoded once, window by window through every encoder and the
 * transcriber, merged.
 *
 * Nothing is kept but one window, and a vector of each encoder and a text a window, so memory does not grow with duration.
 * Not its concern: labels, stores, threads.
 */
import { type AudioFacts, type AudioSettings, defaultAudioSettings } from "../audio/audio.ts";
import type { Decoder } from "../audio/formats/decoder.ts";
import { openAudio } from "../audio/open-audio.ts";
import type { ByteSource } from "../core/byte-source.ts";
import { GolemError, throwIfAborted } from "../core/error.ts";
import { type Encoder, mergePooled, type Pooled } from "../encoder/encoder.ts";
import { joinTranscripts, type Transcriber, type Transcript } from "../encoder/transcriber.ts";
import type { Embedding } from "./embedded-recording.ts";

/** Shortest sound that is listened to, in seconds. */
export const minimumSeconds = 0.02;

/** What listens to recordings: any number of encoders, or none, and perhaps a transcriber; all at one sample rate. */
export interface EncoderSet {
  readonly encoders: readonly Encoder[];
  readonly transcriber?: Transcriber | undefined;
}

/** A listener that has to be freed. */
export interface LoadedEncoderSet extends EncoderSet {
  /** Frees what its networks hold outside the JavaScript heap. */
  dispose(): Promise<void>;
}

/** What a listener made of one stretch of samples. */
export interface EmbeddedSamples {
  /** Of each encoder, in the order of the listener's; without frames. */
  readonly embeddings: readonly Pooled[];
  /** Where the listener has a transcriber. */
  readonly transcript?: Transcript;
}

/** What a listener made of one recording. */
export interface EmbeddedSource extends EmbeddedSamples {
  readonly facts: AudioFacts;
}

/** Options of {@link embedSource}. */
export interface EmbedSourceOptions {
  readonly audio?: Partial<AudioSettings> | undefined;
  /** Decoders that the audio stage cannot have by itself, such as a system ffmpeg. */
  readonly decoders?: readonly Decoder[] | undefined;
  /**
   * Whether the facts are to tell copies of a recording (default). To predict nobody asks for that, and it takes a third of the
   * time that moonshine-tiny takes.
   */
  readonly identify?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The samples of one recording are at `audio.sampleRate`; that of the encoder wins. */
export function getAudioSettings(sampleRate: number, audio: Partial<AudioSettings> = {}): AudioSettings {
  return { ...defaultAudioSettings, ...audio, sampleRate };
}

/** The one sample rate of those who listen, in Hz; throws `invalid-option` where there are several, or nobody. */
export function getSampleRate({ encoders, transcriber }: EncoderSet): number {
  const infos = (transcriber ? [...encoders, transcriber] : encoders).map(({ info }) => info);
  const rates = new Set(infos.map(({ sampleRate }) => sampleRate));
  if (rates.size === 1) return infos[0]!.sampleRate;
  const found = infos.map(({ id, sampleRate }) => `${id} at ${sampleRate} Hz`).join(", ");
  throw new GolemError(
    "invalid-option",
    `One sample rate was expected of all that listen; got ${found || "nobody who listens"}.`,
    { hint: "Name encoders of one sample rate, at least one." },
  );
}

/**
 * Hears one recording. A transcriber that reads an encoder of the listener is given its frames, so that it runs once.
 * Rejects with the audio stage's errors, with `too-short` under 20 ms of sound, `invalid-option` for a listener of
 * several sample rates, or `aborted`. Of silent recordings the first window is heard; whether they are wanted is for
 * the caller to say.
 */
export async function embedSource(
  source: ByteSource,
  encoderSet: EncoderSet,
  options: EmbedSourceOptions = {},
): Promise<EmbeddedSource> {
  const settings = getAudioSettings(getSampleRate(encoderSet), options.audio);
  const opened = await openAudio(source, {
    ...settings,
    decoders: options.decoders,
    identify: options.identify,
    signal: options.signal,
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
  const windows = isSilent(facts) ? takeFirst(opened.windows()) : opened.windows();
  return { facts, ...(await embedWindows(windows, encoderSet, options.signal)) };
}

async function* takeFirst(windows: AsyncIterable<Float32Array>): AsyncGenerator<Float32Array> {
  for await (const window of windows) {
    yield window;
    return;
  }
}

/** Hears the windows of one recording, each cut as it is to be encoded, and merges what comes of them. */
export async function embedWindows(
  windows: AsyncIterable<Float32Array> | Iterable<Float32Array>,
  { encoders, transcriber }: EncoderSet,
  signal: AbortSignal | undefined,
): Promise<EmbeddedSamples> {
  const read = encoders.findIndex(({ info }) => info.id === transcriber?.info.id);
  const pooled: Pooled[][] = encoders.map(() => []);
  const transcripts: Transcript[] = [];
  for await (const window of windows) {
    let frames: Pooled | undefined;
    for (const [i, encoder] of encoders.entries()) {
      throwIfAborted(signal);
      const said = await encoder.encode(window, { keepFrames: i === read });
      if (i === read) frames = said;
      pooled[i]!.push({ frames: said.frames, vector: said.vector });
    }
    throwIfAborted(signal);
    if (transcriber) {
      transcripts.push(
        await (frames ? transcriber.transcribePooled(frames) : transcriber.transcribe(window)),
      );
    }
  }
  const embeddings = encoders.map(({ info }, i) => mergePooled(info, pooled[i]!));
  return {
    embeddings,
    ...(transcriber ? { transcript: joinTranscripts(transcriber.info, transcripts) } : {}),
  };
}

/** What a classifier gets of what was heard. */
export function getEmbedding({ embeddings, transcript }: EmbeddedSamples): Embedding {
  const vectors = embeddings.map(({ vector }) => vector);
  if (!transcript) return { vectors };
  const { text, logprob, vectors: decoded } = transcript;
  return { vectors, text, logprob, decoded };
}

/** Whether there was nothing to hear in a recording. */
export function isSilent(facts: AudioFacts): boolean {
  return facts.warnings.some((warning) => warning.code === "silent");
}
