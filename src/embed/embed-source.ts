/**
 * Embeds one recording: decoded once, passed window by window through every encoder and the transcriber, and
 * merged.
 *
 * One window is kept at a time, and per window a vector of each encoder and a transcript, so memory does not
 * grow with duration.
 * Not its concern: labels, stores, threads.
 */
import { type AudioFacts, type AudioSettings, defaultAudioSettings } from "../audio/audio.ts";
import type { Decoder } from "../audio/formats/decoder.ts";
import { openAudio } from "../audio/open-audio.ts";
import type { SampleSource } from "../audio/sample-source.ts";
import type { ByteSource } from "../core/byte-source.ts";
import { GolemError, throwIfAborted } from "../core/error.ts";
import { type Encoder, mergePooled, type Pooled } from "../encoder/encoder.ts";
import { joinTranscripts, type Transcriber, type Transcript } from "../encoder/transcriber.ts";
import type { Embedding } from "./embedded-recording.ts";

/** Shortest sound that is embedded, in seconds. */
export const minimumSeconds = 0.02;

/** The encoders of a golem, any number of them, and an optional transcriber; all at one sample rate. */
export interface EncoderSet {
  readonly encoders: readonly Encoder[];
  readonly transcriber?: Transcriber | undefined;
}

/** An encoder set that must be freed. */
export interface LoadedEncoderSet extends EncoderSet {
  /** Frees the memory of its networks outside the JavaScript heap. */
  dispose(): Promise<void>;
}

/** The output of an encoder set for one stretch of samples. */
export interface EmbeddedSamples {
  /** Of each encoder, in the order of the set; without frames. */
  readonly embeddings: readonly Pooled[];
  /** Present if the set has a transcriber. */
  readonly transcript?: Transcript;
}

/** The output of an encoder set for one recording, and the facts of its audio. */
export interface EmbeddedSource extends EmbeddedSamples {
  readonly facts: AudioFacts;
}

/** Options of {@link embedSource}. */
export interface EmbedSourceOptions {
  readonly audio?: Partial<AudioSettings> | undefined;
  /** Decoders beyond the built-in ones, such as a system ffmpeg. */
  readonly decoders?: readonly Decoder[] | undefined;
  /**
   * Whether the facts include the hash and fingerprint that identify copies of a recording (default).
   * Predictions do not need them, and they take a third of the time that moonshine-tiny takes.
   */
  readonly identify?: boolean | undefined;
  /** Maximum number of decoded samples, counting all channels; default: no limit. */
  readonly maximumSamples?: number | undefined;
  /** Changes the samples of each window before they are encoded. */
  readonly vary?: ((samples: Float32Array) => Float32Array) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Returns audio settings with defaults filled in; `sampleRate`, in Hz, is that of the encoders. */
export function getAudioSettings(sampleRate: number, audio: Partial<AudioSettings> = {}): AudioSettings {
  return { ...defaultAudioSettings, ...audio, sampleRate };
}

/** Returns the sample rate of an encoder set in Hz; throws `invalid-option` unless it has one. */
export function getSampleRate({ encoders, transcriber }: EncoderSet): number {
  const infos = (transcriber ? [...encoders, transcriber] : encoders).map(({ info }) => info);
  const rates = new Set(infos.map(({ sampleRate }) => sampleRate));
  if (rates.size === 1) return infos[0]!.sampleRate;
  const found = infos.map(({ id, sampleRate }) => `${id} at ${sampleRate} Hz`).join(", ");
  throw new GolemError(
    "invalid-option",
    `Encoders of one sample rate were expected; got ${found || "no encoder"}.`,
    { hint: "Name encoders of one sample rate, at least one." },
  );
}

/**
 * Embeds one recording, from bytes or from samples. A transcriber that is based on an encoder of the set uses
 * that encoder's frames, so that the encoder runs once. Rejects with the audio stage's errors, with
 * `too-short` under 20 ms of sound, `invalid-option` for several sample rates, `encoder-failed` (see
 * `embedWindows`), or `aborted`. Of silent recordings only the first window is embedded; the caller decides
 * whether to use it.
 */
export async function embedSource(
  source: ByteSource | SampleSource,
  encoderSet: EncoderSet,
  options: EmbedSourceOptions = {},
): Promise<EmbeddedSource> {
  const settings = getAudioSettings(getSampleRate(encoderSet), options.audio);
  const opened = await openAudio(source, {
    ...settings,
    decoders: options.decoders,
    identify: options.identify,
    maximumSamples: options.maximumSamples,
    signal: options.signal,
  });
  const { facts } = opened;
  const [start, end] = facts.kept;
  if (end - start < minimumSeconds) {
    throw new GolemError(
      "too-short",
      `${source.name} contains ${Math.round((end - start) * 1000)} ms of sound; at least ${minimumSeconds * 1000} ms are needed.`,
      { hint: "Record it again, or leave it out." },
    );
  }
  const windows = isSilent(facts) ? takeFirst(opened.windows()) : opened.windows();
  const varied = options.vary ? changeWindows(windows, options.vary) : windows;
  return { facts, ...(await embedWindows(varied, encoderSet, source.name, options.signal)) };
}

async function* changeWindows(
  windows: AsyncIterable<Float32Array>,
  change: (samples: Float32Array) => Float32Array,
): AsyncGenerator<Float32Array> {
  for await (const window of windows) yield change(window);
}

async function* takeFirst(windows: AsyncIterable<Float32Array>): AsyncGenerator<Float32Array> {
  for await (const window of windows) {
    yield window;
    return;
  }
}

/**
 * Embeds the windows of one recording, each of the length to be encoded, and merges the results. Rejects with
 * `encoder-failed`, which names the recording, if an encoder returns NaN or infinite numbers.
 */
export async function embedWindows(
  windows: AsyncIterable<Float32Array> | Iterable<Float32Array>,
  { encoders, transcriber }: EncoderSet,
  name: string,
  signal: AbortSignal | undefined,
): Promise<EmbeddedSamples> {
  const readPooled = transcriber?.transcribePooled?.bind(transcriber);
  const read = readPooled ? encoders.findIndex(({ info }) => info.id === transcriber?.info.id) : -1;
  const pooled: Pooled[][] = encoders.map(() => []);
  const transcripts: Transcript[] = [];
  for await (const window of windows) {
    let frames: Pooled | undefined;
    for (const [i, encoder] of encoders.entries()) {
      throwIfAborted(signal);
      const output = await encoder.encode(window, { keepFrames: i === read, signal });
      checkFinite(output.vector, encoder.info.id, name);
      if (i === read) frames = output;
      pooled[i]!.push({ frames: output.frames, vector: output.vector });
    }
    throwIfAborted(signal);
    if (transcriber) {
      const transcript = await (frames && readPooled ? readPooled(frames) : transcriber.transcribe(window));
      for (const vector of [Float32Array.of(transcript.logprob), ...transcript.vectors]) {
        checkFinite(vector, `The transcriber of ${transcriber.info.id}`, name);
      }
      transcripts.push(transcript);
    }
  }
  const embeddings = encoders.map(({ info }, i) => mergePooled(info, pooled[i]!));
  return {
    embeddings,
    ...(transcriber ? { transcript: joinTranscripts(transcriber.info, transcripts) } : {}),
  };
}

function checkFinite(vector: Float32Array, id: string, name: string): void {
  if (vector.every(Number.isFinite)) return;
  throw new GolemError(
    "encoder-failed",
    `${id} gave NaN or infinite numbers for ${name}; expected finite ones.`,
    {
      hint: "Leave the recording out. If this happens with others too, check the weights: golem encoders verify.",
    },
  );
}

/** Returns the part of the output that is the input of a classifier. */
export function getEmbedding({ embeddings, transcript }: EmbeddedSamples): Embedding {
  const vectors = embeddings.map(({ vector }) => vector);
  if (!transcript) return { vectors };
  const { text, logprob, vectors: decoded } = transcript;
  return { vectors, text, logprob, decoded };
}

/** Whether a recording is silent from start to end. */
export function isSilent(facts: AudioFacts): boolean {
  return facts.warnings.some((warning) => warning.code === "silent");
}
