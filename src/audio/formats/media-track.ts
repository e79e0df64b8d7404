/**
 * The first audio track of an MP4, WebM, Matroska or ADTS file: its codec and its packets, read with
 * mediabunny.
 *
 * Not its concern: how packets are decoded.
 */

import type { CustomSource, InputAudioTrack, ReadableStreamSource } from "mediabunny";
import { type ByteSource, blockBytes, createCachedSource } from "../../core/byte-source.ts";
import { GolemError } from "../../core/error.ts";
import { guardDemuxer } from "./demuxer-guard.ts";
import { createPaddingFinder, type PaddingFinder } from "./matroska-padding.ts";
import { findFalseTable } from "./mp4-tables.ts";

/** One packet of a track. */
interface MediaPacket {
  readonly bytes: Uint8Array;
  /** Start of its sound, in seconds; negative for the delay of the encoder. */
  readonly seconds: number;
}

/** An audio track, not yet decoded. */
export interface MediaTrack {
  readonly container: "mp4" | "webm" | "aac";
  /** mediabunny's name of the codec ("aac", "opus", "pcm-s16be"), else the identifier in the file. */
  readonly codec: string;
  /** In Hz. */
  readonly sampleRate: number;
  readonly channels: number;
  /** Setup data of the codec. */
  readonly setup: Uint8Array;
  /** Duration stated in the file, in seconds. */
  readonly declaredSeconds: number | undefined;
  /** The track itself, for decoders of mediabunny. */
  readonly input: InputAudioTrack;
  /** Returns the padding at the end, in seconds; to be called when the packets have ended. */
  findEndPadding(): Promise<number>;
  /** All packets from the start; single use. */
  packets(): AsyncGenerator<MediaPacket>;
  /** Stops reading. */
  close(): void;
}

/** Opens the first audio track; rejects with `no-samples` or, if it is unreadable, `corrupt-audio`. */
export async function openMediaTrack(source: ByteSource): Promise<MediaTrack> {
  const missing = (await findStatedEnd(source)) - source.byteLength;
  // mediabunny drops the whole cluster that was cut off, which may be the only one.
  if (missing > 0) throw createDamageError(source.name, `${missing} bytes are missing at its end`);
  // Formats with such tables must seek, so they never arrive as streams of unknown length.
  const falseTable = Number.isFinite(source.byteLength) ? await findFalseTable(source) : undefined;
  if (falseTable !== undefined) throw createDamageError(source.name, falseTable);
  const parts = await import("./mediabunny-parts.ts");
  const { Input, EncodedPacketSink, MP4, QTFF, WEBM, MATROSKA, ADTS } = parts;
  const isStreamed = !Number.isFinite(source.byteLength);
  const padding = createPaddingFinder(isStreamed ? source : createCachedSource(source));
  const input = new Input({
    source: adaptSource(source, padding, parts),
    formats: [MP4, QTFF, WEBM, MATROSKA, ADTS],
  });
  try {
    await guardDemuxer(input, source.byteLength);
    const [track] = await input.getAudioTracks();
    if (!track) {
      const hasTracks = (await input.getTracks()).length > 0;
      throw hasTracks
        ? createNoAudioError(source.name)
        : createDamageError(source.name, "it has no list of tracks");
    }
    const config = await track.getDecoderConfig();
    const description = config?.description;
    const internal = await track.getInternalCodecId();
    const sink = new EncodedPacketSink(track);
    const format = await input.getFormat();
    return {
      container: format === ADTS ? "aac" : format === MP4 || format === QTFF ? "mp4" : "webm",
      codec: (await track.getCodec()) ?? (typeof internal === "string" ? internal : "an unknown codec"),
      sampleRate: await track.getSampleRate(),
      channels: await track.getNumberOfChannels(),
      setup: description ? copyBytes(description) : new Uint8Array(0),
      declaredSeconds: (await track.getDurationFromMetadata()) ?? undefined,
      input: track,
      findEndPadding: async () => (format === WEBM || format === MATROSKA ? padding.finish(track.id) : 0),
      packets: async function* () {
        let count = 0;
        for await (const { data, timestamp } of sink.packets()) {
          // Tables may list a part of the file repeatedly, or parts of length 0.
          if (++count > source.byteLength)
            throw createDamageError(source.name, "it has more packets than bytes");
          yield { bytes: data, seconds: timestamp };
        }
      },
      close: () => input.dispose(),
    };
  } catch (cause) {
    input.dispose();
    if (cause instanceof GolemError) throw cause;
    throw createDamageError(source.name, cause);
  }
}

/** The error for a file that cannot be read as the format that its first bytes indicate. */
export function createDamageError(name: string, cause: unknown): GolemError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new GolemError("corrupt-audio", `${name} cannot be read: ${reason.replace(/\.$/, "")}.`, {
    hint: "The file is damaged or incomplete; copy or record it again.",
    cause,
  });
}

function createNoAudioError(name: string): GolemError {
  return new GolemError("no-samples", `${name} has no audio track; expected one.`, {
    hint: "Leave it out, or choose a file with sound.",
  });
}

/**
 * Returns the end of a Matroska file according to its first two elements, the header and the segment; its
 * length if they do not state it.
 */
async function findStatedEnd(source: ByteSource): Promise<number> {
  const { byteLength } = source;
  let at = 0;
  for (const id of [0x1a45_dfa3, 0x1853_8067]) {
    const bytes = await source.read(at, 12);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.length < 12 || view.getUint32(0) !== id) return byteLength;
    const length = Math.clz32(bytes[4]!) - 23;
    let size = bytes[4]! & (0xff >> length);
    let isKnown = size !== 0xff >> length;
    for (let i = 5; i < 4 + length; i++) {
      size = size * 256 + bytes[i]!;
      isKnown ||= bytes[i] !== 0xff;
    }
    if (length > 8 || !isKnown) return byteLength;
    at += 4 + length + size;
  }
  return at;
}

/** A source of unknown length is read from start to end. */
function adaptSource(
  source: ByteSource,
  padding: PaddingFinder,
  sources: Pick<typeof import("./mediabunny-parts.ts"), "CustomSource" | "ReadableStreamSource">,
): CustomSource | ReadableStreamSource {
  if (Number.isFinite(source.byteLength)) {
    return new sources.CustomSource({
      getSize: () => source.byteLength,
      read: (start, end) => source.read(start, end - start),
      handleUnhandledError: () => undefined,
    });
  }
  let position = 0;
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const bytes = await source.read(position, blockBytes);
        position += bytes.length;
        await padding.advance(position);
        if (bytes.length === 0) controller.close();
        else controller.enqueue(bytes);
      },
    },
    { highWaterMark: 0 },
  );
  return new sources.ReadableStreamSource(stream);
}

function copyBytes(data: AllowSharedBufferSource): Uint8Array {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice()
    : new Uint8Array(data).slice();
}
