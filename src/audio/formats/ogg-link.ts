/**
 * Decodes one audio stream of an Ogg file page by page: Vorbis and Opus with their WebAssembly decoders, FLAC
 * with libFLAC.
 *
 * Not its concern: which pages belong to the stream, the other streams of a file.
 *
 * References: Vorbis I specification, RFC 7845 (Opus in Ogg), RFC 9639 section 10.1 (FLAC in Ogg).
 */
import type { ByteAccount } from "./byte-account.ts";
import { readFlacBlockSize, readStreamInfo } from "./flac-frame.ts";
import { createFlacFrameDecoder } from "./flac-parts.ts";
import type { OggPage } from "./ogg-page.ts";
import { createPageFeed, type OggStream } from "./ogg-stream.ts";

/** Decodes the pages of one stream, which are entered into an account as they are taken. */
export interface LinkDecoder {
  push(page: OggPage): Promise<readonly (readonly Float32Array[])[]>;
  finish(): Promise<readonly (readonly Float32Array[])[]>;
  /** What went wrong first, in words; undefined when nothing did. */
  getFailure(): string | undefined;
}

/** Creates the decoder of a stream. */
export function createLinkDecoder(stream: OggStream, account: ByteAccount): Promise<LinkDecoder> {
  return stream.codec === "flac"
    ? createFlacLink(stream, account)
    : createPageLink(stream, stream.codec, account);
}

/** The interface of both WebAssembly decoders. Each stream gets a new one, left to the garbage collector. */
interface PageDecoder {
  decode(bytes: Uint8Array): PageResult | Promise<PageResult>;
  flush(): Promise<PageResult>;
}
interface PageResult {
  readonly channelData: readonly Float32Array[];
  readonly samplesDecoded: number;
  readonly sampleRate: number;
  readonly errors: readonly unknown[];
}

async function createPageDecoder(codec: "vorbis" | "opus"): Promise<PageDecoder> {
  if (codec === "opus") {
    const { OggOpusDecoder } = await import("ogg-opus-decoder");
    const decoder = new OggOpusDecoder();
    await decoder.ready;
    return decoder;
  }
  const { OggVorbisDecoder } = await import("@wasm-audio-decoders/ogg-vorbis");
  const decoder = new OggVorbisDecoder();
  await decoder.ready;
  return decoder;
}

async function createPageLink(
  { channels, sampleRate }: OggStream,
  codec: "vorbis" | "opus",
  account: ByteAccount,
): Promise<LinkDecoder> {
  const decoder = await createPageDecoder(codec);
  const feed = createPageFeed(codec);
  let failure: string | undefined;
  let isBroken = false;
  const run = async (
    bytes: number,
    decode: () => PageResult | Promise<PageResult>,
  ): Promise<readonly (readonly Float32Array[])[]> => {
    if (isBroken) {
      account.refuse(bytes);
      return [];
    }
    try {
      const result = await decode();
      const { channelData, samplesDecoded, sampleRate: rate } = result;
      const isWrong = samplesDecoded > 0 && (rate !== sampleRate || channelData.length !== channels);
      if (isWrong) failure ??= "the samples are of another format than the headers";
      if (result.errors.length > 0) failure ??= describe((result.errors[0] as { message?: unknown }).message);
      if (isWrong || result.errors.length > 0) account.refuse(bytes);
      if (isWrong || !(samplesDecoded > 0)) return [];
      // Trimming by the last page can leave the channels shorter than announced.
      const length = Math.min(samplesDecoded, ...channelData.map((plane) => plane.length));
      return [channelData.map((plane) => plane.subarray(0, length))];
    } catch (error) {
      isBroken = true;
      failure ??= describe(error);
      account.refuse(bytes);
      return [];
    }
  };
  return {
    getFailure: () => failure,
    push: async (page) => {
      account.addSound(page.bytes.length);
      const bytes = feed.push(page);
      return bytes ? run(bytes.length, () => decoder.decode(bytes)) : [];
    },
    finish: async () => {
      const bytes = feed.finish();
      const last = bytes ? await run(bytes.length, () => decoder.decode(bytes)) : [];
      return [...last, ...(await run(0, () => decoder.flush()))];
    },
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Packets longer than this are given up. */
const maximumPacket = 1 << 22;

async function createFlacLink({ head }: OggStream, account: ByteAccount): Promise<LinkDecoder> {
  const info = readStreamInfo(head.subarray(17, 51));
  const decoder = await createFlacFrameDecoder();
  let failure: string | undefined;
  let packet: number[] = [];
  return {
    getFailure: () => failure,
    push: async (page) => {
      account.addSound(page.bytes.length);
      if (!page.isContinued) packet = [];
      const chunks: (readonly Float32Array[])[] = [];
      let refused = 0;
      let at = 0;
      for (const length of page.segments) {
        for (let i = 0; i < length; i++) packet.push(page.body[at + i]!);
        at += length;
        if (length === 255) continue;
        const bytes = Uint8Array.from(packet);
        packet = [];
        const samples = readFlacBlockSize(bytes, 0);
        if (samples === 0) continue;
        const planes = await decoder.decode({ bytes, samples }, info);
        if (planes) chunks.push(planes);
        else refused += bytes.length;
      }
      if (packet.length > maximumPacket) packet = [];
      if (refused > 0) {
        failure ??= "a frame was refused";
        account.refuse(refused);
      }
      return chunks;
    },
    finish: async () => {
      decoder.release();
      return [];
    },
  };
}
