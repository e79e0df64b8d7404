/**
 * Decodes MP4, WebM and Matroska whose audio is Opus, Vorbis, FLAC, MP3 or PCM.
 *
 * Not its concern: codecs that are not built in (AAC, ALAC); other decoders handle them.
 *
 * References: Opus and Vorbis in Matroska (codec mappings of RFC 9559), FLAC in MP4.
 */
import { type ErrorRecord, GolemError, throwIfAborted } from "../../core/error.ts";
import { createStreamedSource } from "../streamed-source.ts";
import { createWarning } from "../warning.ts";
import { type ByteAccount, createByteAccount } from "./byte-account.ts";
import type { DecodedStream, DecodeOptions, Decoder } from "./decoder.ts";
import { readStreamInfo } from "./flac-frame.ts";
import { checkFormat } from "./format-limits.ts";
import { createDamageError, type MediaTrack, openMediaTrack } from "./media-track.ts";
import { decodeMpeg } from "./mp3-decoder.ts";
import { createFlacPacketDecoder, type PacketDecoder } from "./ogg/ogg-link.ts";
import { createOpusDecoder } from "./ogg/opus-codec.ts";
import { createVorbisDecoder } from "./ogg/vorbis-codec.ts";
import { readSamples, type SampleFormat, sampleBytes } from "./pcm.ts";

/** Decodes MP4, WebM and Matroska; rejects with `unsupported-codec` for codecs that are not built in. */
export const mediaDecoder: Decoder = {
  id: "mediabunny@1.61",
  canDecode: ({ container }) => container === "mp4" || container === "webm",
  decode: async (source, options) => {
    const track = await openMediaTrack(source);
    try {
      checkFormat(source.name, track.sampleRate, track.channels);
      return await decodeTrack(source.name, track, options);
    } catch (error) {
      track.close();
      throw error;
    }
  },
};

/** Names of codecs in messages. */
const codecTitles: Readonly<Record<string, string>> = {
  aac: "AAC",
  alac: "ALAC",
  ac3: "AC-3",
  eac3: "E-AC-3",
  dts: "DTS",
  samr: "AMR",
  sawb: "AMR-WB",
};

/** Returns the name of a codec in messages. */
export function getCodecTitle(codec: string): string {
  return codecTitles[codec] ?? codec;
}

async function decodeTrack(name: string, track: MediaTrack, options: DecodeOptions): Promise<DecodedStream> {
  const { codec, container, channels, declaredSeconds } = track;
  const warnings: ErrorRecord[] = [];
  if (codec === "mp3") {
    const early = { seconds: 0 };
    const bytes = readBytes(name, track, early, warnings);
    const stream = await decodeMpeg(createStreamedSource(bytes, name), options, warnings);
    return { ...stream, container, chunks: closeAfter(cutStart(stream, early), track) };
  }
  const decoder = await createDecoder(name, track);
  if (!decoder) {
    throw new GolemError(
      "unsupported-codec",
      `${name} holds ${getCodecTitle(codec)}, which is not built in; expected Opus, Vorbis, FLAC, MP3 or PCM.`,
      { hint: "Convert it, for example: ffmpeg -i FILE -vn out.wav" },
    );
  }
  const account = createByteAccount(name, warnings);
  const chunks = readPackets(name, track, decoder, { account, warnings }, options);
  return {
    ...{ container, channels, warnings, account, isEstimate: true },
    codec: codec === "ulaw" ? "mulaw" : codec.replace(/be$/, ""),
    sampleRate: codec === "opus" ? 48_000 : track.sampleRate,
    ...(declaredSeconds === undefined ? {} : { declaredSeconds }),
    chunks: closeAfter(chunks, track),
  };
}

/** Yields the bytes of packets while they can be read; sets the seconds from the first to the sound. */
async function* readBytes(
  name: string,
  track: MediaTrack,
  early: { seconds: number },
  warnings: ErrorRecord[],
): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  const packets = track.packets();
  for (;;) {
    const next = await packets.next().catch((error: unknown) => {
      if (error instanceof GolemError) throw error;
      if (isFirst) throw createDamageError(name, error);
      warnings.push(createCutWarning(`${name} ends in the middle of its data`));
    });
    if (!next || next.done) return;
    const { bytes, seconds } = next.value;
    if (isFirst) early.seconds = Math.max(0, -seconds);
    isFirst = false;
    yield bytes;
  }
}

const createCutWarning = (found: string): ErrorRecord =>
  createWarning(
    "truncated",
    `${found}; the rest was decoded.`,
    "The file was cut off; copy or record it again if the end matters.",
  );

/** Drops samples before the sound; for streams with a LAME tag, the decoder has done so. */
async function* cutStart(
  { chunks, sampleRate, declaredSeconds }: DecodedStream,
  early: { readonly seconds: number },
): AsyncGenerator<readonly Float32Array[]> {
  let left: number | undefined;
  for await (const planes of chunks) {
    left ??= declaredSeconds === undefined ? Math.round(early.seconds * sampleRate) : 0;
    const cut = Math.min(left, planes[0]!.length);
    left -= cut;
    if (cut < planes[0]!.length) yield planes.map((plane) => plane.subarray(cut));
  }
}

async function* closeAfter<T>(chunks: AsyncIterable<T>, track: MediaTrack): AsyncGenerator<T> {
  try {
    yield* chunks;
  } finally {
    track.close();
  }
}

/** Minimum bytes of setup data: OpusHead (RFC 7845); the first block of FLAC, with the header of its box. */
const shortestSetup: Readonly<Record<string, number>> = { opus: 19, flac: 42 };

/** The decoder of a track, with its headers read; undefined for codecs that are not built in. */
async function createDecoder(
  name: string,
  { codec, setup, channels }: MediaTrack,
): Promise<PacketDecoder | undefined> {
  const shortest = shortestSetup[codec] ?? 0;
  if (setup.length < shortest) {
    throw createDamageError(name, `its ${codec} header has ${setup.length} of ${shortest} bytes`);
  }
  if (codec === "opus") {
    if (setup[9] === 0) throw createDamageError(name, "its opus header has no channels");
    const decoder = await createOpusDecoder(setup);
    for (const header of [setup, setup]) await decoder.decode(header);
    return decoder;
  }
  if (codec === "vorbis") {
    const decoder = await createVorbisDecoder();
    for (const header of splitXiphHeaders(setup)) await decoder.decode(header);
    return decoder;
  }
  if (codec === "flac") return createFlacPacketDecoder(readStreamInfo(setup.subarray(8, 42)));
  const format = codec === "ulaw" ? "mulaw" : codec.replace(/be$/, "");
  if (!Object.hasOwn(sampleBytes, format)) return undefined;
  return {
    decode: (packet) => ({
      planes: readSamples(packet, format as SampleFormat, !codec.endsWith("be"), channels),
    }),
  };
}

/** Splits Vorbis headers as Matroska stores them: lengths in bytes of 255 and less, then headers. */
function splitXiphHeaders(setup: Uint8Array): Uint8Array[] {
  const count = setup[0] ?? 0;
  const lengths: number[] = [];
  let at = 1;
  while (lengths.length < count && at < setup.length) {
    let length = 0;
    while (setup[at] === 255) length += setup[at++]!;
    length += setup[at++] ?? 0;
    lengths.push(length);
  }
  return [...lengths, setup.length].map((length) => {
    const header = setup.subarray(at, at + length);
    at += length;
    return header;
  });
}

/** Seconds by which a file may be shorter than it states: durations are rounded, and include delays. */
const toleratedSeconds = 0.1;

async function* readPackets(
  name: string,
  track: MediaTrack,
  decoder: PacketDecoder,
  { account, warnings }: { readonly account: ByteAccount; readonly warnings: ErrorRecord[] },
  { signal }: DecodeOptions,
): AsyncGenerator<readonly Float32Array[]> {
  const { channels, declaredSeconds } = track;
  const rate = track.codec === "opus" ? 48_000 : track.sampleRate;
  let produced = 0;
  let failure: unknown;
  /** Held back, since the end may be padding, which is at most one packet. */
  let held: readonly Float32Array[] | undefined;
  try {
    for await (const { bytes, seconds } of track.packets()) {
      throwIfAborted(signal);
      const { planes } = await decodePacket(decoder, bytes);
      if (planes && planes.length !== channels) {
        account.addRefused(bytes.length);
        continue;
      }
      account.addSound(bytes.length);
      if (!planes) continue;
      // Opus packets begin with the delay that their decoder removes.
      const early = track.codec === "opus" ? 0 : Math.max(0, Math.round(-seconds * rate));
      const kept = planes.map((plane) => plane.subarray(Math.min(early, plane.length)));
      if (kept[0]!.length === 0) continue;
      produced += kept[0]!.length;
      if (held) yield held;
      held = kept;
    }
    if (held) {
      const padding = Math.min(held[0]!.length, Math.round((await track.findEndPadding()) * rate));
      held = held.map((plane) => plane.subarray(0, plane.length - padding));
      produced -= padding;
    }
  } catch (error) {
    if (error instanceof GolemError) throw error;
    failure = error;
  } finally {
    decoder.release?.();
  }
  if (held && held[0]!.length > 0) yield held;
  if (produced === 0) {
    if (failure || account.hasLoss())
      throw createDamageError(name, failure ?? "none of its packets could be decoded");
    throw new GolemError(
      "no-samples",
      `${name} has ${track.codec} headers but no samples; expected at least one.`,
      {
        hint: "Record it again.",
      },
    );
  }
  const missing = (declaredSeconds ?? 0) - produced / rate;
  if (failure !== undefined || (missing > toleratedSeconds && !account.hasLoss())) {
    const found =
      missing > toleratedSeconds
        ? `states ${declaredSeconds!.toFixed(2)} s but has ${(produced / rate).toFixed(2)} s`
        : "ends in the middle of its data";
    warnings.push(createCutWarning(`${name} ${found}`));
  }
}

/** Decodes a packet; returns no planes if it was rejected. */
async function decodePacket(
  decoder: PacketDecoder,
  bytes: Uint8Array,
): Promise<{ readonly planes?: readonly Float32Array[] }> {
  try {
    const { planes, failure } = await decoder.decode(bytes);
    return failure === undefined ? (planes ? { planes } : {}) : { planes: [] };
  } catch {
    // A trap inside WebAssembly.
    return { planes: [] };
  }
}
