/**
 * Adapts decoders that take a whole file and return all of its samples, such as `decodeAudioData` of the Web
 * Audio API, to streams.
 *
 * Not its concern: the decoder itself.
 */
import type { ByteSource } from "../../core/byte-source.ts";
import { GolemError, throwIfAborted } from "../../core/error.ts";
import { type Container, identifyContent } from "./content.ts";
import type { DecodedStream, DecodeOptions } from "./decoder.ts";
import { checkFormat } from "./format-limits.ts";
import { openMediaTrack } from "./media-track.ts";

/** Decodes a whole file to one array per channel at `sampleRate` Hz; the bytes are not used afterwards. */
export type WholeFileDecoding = (bytes: Uint8Array, sampleRate: number) => Promise<Float32Array[]>;

/** Why a file could not be decoded. */
export interface WholeFileFailure {
  readonly failure: string;
  /** The codec, if it is known. */
  readonly codec?: string | undefined;
}

/** Rates in Hz that all implementations of the Web Audio API accept, and one for all other files. */
const acceptedRates: readonly [number, number] = [8000, 96_000];
const otherRate = 48_000;
/** Bytes of the largest file that is decoded in one piece: its samples take about ten times as much. */
const maximumBytes = 200 << 20;

/**
 * Decodes a source at its own rate, if that can be read; returns the reason if it cannot be decoded.
 * Rejects with `aborted` and the errors of reading.
 */
export async function createPlanesStream(
  source: ByteSource,
  decode: WholeFileDecoding,
  {
    signal,
    keepsDelay = false,
  }: DecodeOptions & {
    /** Whether the samples of `decode` include the delay of the encoder, which is then removed. */
    readonly keepsDelay?: boolean;
  },
): Promise<DecodedStream | WholeFileFailure> {
  const { container } = await identifyContent(source);
  const stated = await readStatedFormat(source, container);
  const { codec, sampleRate = otherRate, delaySeconds = 0 } = stated;
  const [lowest, highest] = acceptedRates;
  const rate = sampleRate >= lowest && sampleRate <= highest ? sampleRate : otherRate;
  if (!(source.byteLength <= maximumBytes)) {
    return { codec, failure: `more than ${maximumBytes >> 20} MB cannot be decoded in one piece` };
  }
  const bytes = new Uint8Array(source.byteLength);
  for (let at = 0; at < bytes.length; ) {
    const part = await source.read(at, bytes.length - at);
    if (part.length === 0) break;
    bytes.set(part, at);
    at += part.length;
  }
  throwIfAborted(signal);
  let planes: Float32Array[];
  try {
    planes = await decode(bytes, rate);
    const delay = keepsDelay ? Math.round(delaySeconds * rate) : 0;
    if (delay > 0) planes = planes.map((plane) => plane.subarray(delay));
  } catch (error) {
    return { codec, failure: error instanceof Error ? error.message : String(error) };
  }
  throwIfAborted(signal);
  checkFormat(source.name, rate, planes.length);
  return {
    ...{ container, codec: codec ?? "unknown", sampleRate: rate, channels: planes.length, warnings: [] },
    chunks: cut(planes, rate),
  };
}

async function readStatedFormat(
  source: ByteSource,
  container: Container,
): Promise<{
  readonly codec?: string;
  readonly sampleRate?: number;
  readonly delaySeconds?: number;
}> {
  if (container !== "mp4" && container !== "webm" && container !== "aac") return {};
  try {
    const { codec, sampleRate, packets, close } = await openMediaTrack(source);
    const first = await packets().next();
    close();
    return { codec, sampleRate, delaySeconds: first.done ? 0 : Math.max(0, -first.value.seconds) };
  } catch (error) {
    if (error instanceof GolemError && error.code === "corrupt-audio") return {};
    throw error;
  }
}

/** Yields chunks of one second, like other decoders. */
async function* cut(planes: readonly Float32Array[], rate: number): AsyncGenerator<readonly Float32Array[]> {
  const length = planes[0]?.length ?? 0;
  for (let at = 0; at < length; at += rate) yield planes.map((plane) => plane.subarray(at, at + rate));
}
