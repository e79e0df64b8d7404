/**
 * Decodes one audio stream of an Ogg file page by page: Vorbis, Opus and FLAC.
 *
 * Not its concern: which pages belong to the stream, the other streams of a file.
 *
 * References: Vorbis I specification (appendix A), RFC 7845 (Opus in Ogg), RFC 9639 section 10.1 (FLAC in
 * Ogg).
 */
import type { ByteAccount } from "../byte-account.ts";
import { type FlacStreamInfo, readFlacBlockSize, readStreamInfo } from "../flac-frame.ts";
import { createFlacFrameDecoder } from "../flac-parts.ts";
import { createPacketJoiner } from "./ogg-packets.ts";
import type { OggPage } from "./ogg-page.ts";
import type { OggStream } from "./ogg-stream.ts";
import { createOpusDecoder } from "./opus-codec.ts";
import { createVorbisDecoder } from "./vorbis-codec.ts";

/** Decodes the pages of one stream, and enters them into an account. */
export interface LinkDecoder {
  push(page: OggPage): Promise<readonly (readonly Float32Array[])[]>;
  finish(): Promise<readonly (readonly Float32Array[])[]>;
  /** Description of the first failure; undefined if there was none. */
  getFailure(): string | undefined;
}

/** The result of decoding a packet. */
interface PacketResult {
  /** Samples per channel; absent when the packet gave none. */
  readonly planes?: readonly Float32Array[];
  /** In Hz; absent when it is that of the headers. */
  readonly sampleRate?: number;
  /** Why the packet was rejected. */
  readonly failure?: string;
}

/** Decodes the packets of one stream, headers first. */
export interface PacketDecoder {
  decode(packet: Uint8Array): PacketResult | Promise<PacketResult>;
  /** Releases the decoder for the next file. */
  release?(): void;
}

/** Creates the decoder of a stream. */
export async function createLinkDecoder(stream: OggStream, account: ByteAccount): Promise<LinkDecoder> {
  const { channels, sampleRate, codec, head } = stream;
  const decoder =
    codec === "opus"
      ? await createOpusDecoder(head)
      : codec === "vorbis"
        ? await createVorbisDecoder()
        : await createFlacPacketDecoder(readStreamInfo(head.subarray(17, 51)));
  const join = createPacketJoiner();
  const end = createEndTrimmer(codec === "opus" ? head[10]! | (head[11]! << 8) : 0);
  let failure: string | undefined;
  let isBroken = false;
  const decode = async (packet: Uint8Array): Promise<readonly Float32Array[] | undefined> => {
    try {
      const result: PacketResult = isBroken ? { failure: "" } : await decoder.decode(packet);
      const { planes, sampleRate: rate = sampleRate } = result;
      const isWrong = planes && (rate !== sampleRate || planes.length !== channels);
      const why = isWrong ? "the samples are of another format than the headers" : result.failure;
      if (why === undefined) return planes;
      failure ??= why;
      account.refuse(packet.length);
      return isWrong ? undefined : planes;
    } catch (error) {
      // A trap inside WebAssembly.
      isBroken = true;
      failure ??= error instanceof Error ? error.message : String(error);
      account.refuse(packet.length);
      return undefined;
    }
  };
  return {
    getFailure: () => failure,
    push: async (page) => {
      account.addSound(page.bytes.length);
      const chunks: (readonly Float32Array[])[] = [];
      for (const packet of join(page)) {
        const planes = await decode(packet);
        if (planes) chunks.push(planes);
      }
      return codec === "flac" ? chunks : end.push(page, chunks);
    },
    finish: async () => {
      decoder.release?.();
      return end.finish();
    },
  };
}

/** Holds the samples of the last page until the end of the stream is known. */
interface EndTrimmer {
  push(page: OggPage, chunks: readonly (readonly Float32Array[])[]): readonly (readonly Float32Array[])[];
  /** Returns the remaining samples, up to the position that the last page states. */
  finish(): readonly (readonly Float32Array[])[];
}

/** Creates a trimmer for a stream whose decoder omits the first `preSkip` samples. */
function createEndTrimmer(preSkip: number): EndTrimmer {
  let held: readonly (readonly Float32Array[])[] = [];
  let produced = 0;
  /**
   * Position before the first sample: the minimum implied by the pages before the last one, since lost
   * packets and encoders that are a few samples off on some pages only increase it.
   */
  let start: number | undefined;
  let position = -1;
  let isLast = false;
  return {
    push: (page, chunks) => {
      for (const [plane] of chunks) produced += plane!.length;
      ({ isLast } = page);
      if (page.granule >= 0) {
        position = page.granule;
        const implied = position - produced - preSkip;
        if (produced > 0 && !isLast) start = Math.min(start ?? implied, implied);
        else if (produced > 0) start ??= Math.max(0, implied);
      }
      if (chunks.length === 0) return [];
      const ready = held;
      held = chunks;
      return ready;
    },
    finish: () => {
      const rest = [...held];
      held = [];
      let excess = isLast && start !== undefined ? produced + preSkip + start - position : 0;
      while (excess > 0 && rest.length > 0) {
        const last = rest.pop()!;
        const kept = last[0]!.length - excess;
        if (kept > 0) rest.push(last.map((plane) => plane.subarray(0, kept)));
        excess -= last[0]!.length;
      }
      return rest;
    },
  };
}

/** Creates a decoder for packets that are FLAC frames; those without samples are headers. */
export async function createFlacPacketDecoder(info: FlacStreamInfo): Promise<PacketDecoder> {
  const decoder = await createFlacFrameDecoder();
  return {
    decode: async (bytes) => {
      const samples = readFlacBlockSize(bytes, 0);
      // Headers.
      if (samples === 0) return {};
      const planes = await decoder.decode({ bytes, samples }, info);
      return planes ? { planes } : { failure: "a frame was rejected" };
    },
    release: () => decoder.release(),
  };
}
