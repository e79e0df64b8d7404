/**
 * Decodes Ogg: Vorbis and Opus with their WebAssembly decoders, FLAC in Ogg with libFLAC.
 *
 * Not its concern: resampling, trimming.
 *
 * Only the first audio stream is decoded; other audio, video and text streams are ignored. References: Vorbis
 * I specification (section 4.2.2), RFC 7845 (Opus in Ogg), RFC 9639 section 10.1 (FLAC in Ogg).
 */

import type { ByteSource } from "../../core/byte-source.ts";
import { type ErrorRecord, GolemError, throwIfAborted } from "../../core/error.ts";
import { createWarning } from "../warning.ts";
import { hasText } from "./content.ts";
import type { DecodeOptions, Decoder } from "./decoder.ts";
import { decodeFlacPieces } from "./flac-decoder.ts";
import { type FlacPiece, readFlacBlockSize, readStreamInfo } from "./flac-frame.ts";
import { checkFormat } from "./format-limits.ts";
import { type OggPage, type OggScan, readOggPages } from "./ogg-page.ts";
import { groupPages, type OggStream, selectPages } from "./ogg-stream.ts";

/** Decodes Ogg content. */
export const oggDecoder: Decoder = {
  id: "@wasm-audio-decoders/ogg-vorbis@0.1.20+ogg-opus-decoder@1.7.5",
  canDecode: (content) => content.container === "ogg",
  decode: async (source, options) => {
    const stream = await findStream(source);
    checkFormat(source.name, stream.sampleRate, stream.channels);
    const warnings: ErrorRecord[] = [];
    const { codec, sampleRate, channels } = stream;
    const chunks =
      codec === "flac"
        ? readFlacStream(source, stream, warnings, options)
        : readStream(source, stream, warnings, options);
    return { container: "ogg", codec, sampleRate, channels, warnings, chunks };
  },
};

const otherCodecs: readonly (readonly [number, string, string])[] = [
  [0, "Speex   ", "Speex"],
  [0, "\x80theora", "Theora video"],
  [0, "CELT    ", "CELT"],
  [0, "PCM     ", "PCM in Ogg"],
];

async function findStream(source: ByteSource): Promise<OggStream> {
  const scan: OggScan = { junk: 0, cut: false };
  let other: string | undefined;
  for await (const page of readOggPages(source, scan)) {
    if (!page.isFirst) break;
    const stream = identifyStream(page);
    if (stream) return stream;
    other ??=
      otherCodecs.find(([at, text]) => hasText(page.body, at, text))?.[2] ?? "a stream of an unknown kind";
  }
  if (other) {
    throw new GolemError(
      "unsupported-codec",
      `${source.name} is an Ogg file with ${other} and no audio that can be decoded; expected Vorbis, Opus or FLAC.`,
      { hint: "Convert it, for example: ffmpeg -i in.ogg out.wav" },
    );
  }
  throw new GolemError(
    "corrupt-audio",
    `${source.name} has no whole Ogg page at its start; expected stream headers.`,
    {
      hint: "The file is damaged; copy or record it again.",
    },
  );
}

function identifyStream({ body, serial }: OggPage): OggStream | undefined {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const head = body.slice();
  if (hasText(body, 0, "OpusHead") && body.length >= 19) {
    return { codec: "opus", sampleRate: 48_000, channels: body[9]!, serial, head };
  }
  if (hasText(body, 0, "\x01vorbis") && body.length >= 30) {
    return { codec: "vorbis", sampleRate: view.getUint32(12, true), channels: body[11]!, serial, head };
  }
  if (hasText(body, 0, "\x7fFLAC") && body.length >= 51) {
    const { sampleRate, channels } = readStreamInfo(head.subarray(17, 51));
    return { codec: "flac", sampleRate, channels, serial, head };
  }
  return undefined;
}

/** The interface of both WebAssembly decoders. Each file gets a new one, left to the garbage collector. */
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

async function* readStream(
  source: ByteSource,
  stream: OggStream & { codec: string },
  warnings: ErrorRecord[],
  { signal }: DecodeOptions,
): AsyncGenerator<Float32Array[]> {
  const { name } = source;
  const { channels, sampleRate } = stream;
  const decoder = await createPageDecoder(stream.codec === "opus" ? "opus" : "vorbis");
  const scan: OggScan = { junk: 0, cut: false };
  let produced = 0;
  let errors = 0;
  const progress = { ended: false };
  const accept = ({ channelData, samplesDecoded, errors: found, sampleRate: rate }: PageResult) => {
    errors += found.length;
    if (!(samplesDecoded > 0)) return undefined;
    if (rate !== sampleRate || channelData.length !== channels) {
      errors++;
      return undefined;
    }
    produced += samplesDecoded;
    // Trimming by the last page can leave the channels shorter than announced.
    const length = Math.min(samplesDecoded, ...channelData.map((plane) => plane.length));
    return channelData.map((plane) => plane.subarray(0, length));
  };
  try {
    for await (const bytes of groupPages(stream, selectPages(source, stream, scan, progress))) {
      throwIfAborted(signal);
      const planes = accept(await decoder.decode(bytes));
      if (planes) yield planes;
    }
    const planes = accept(await decoder.flush());
    if (planes) yield planes;
  } catch (error) {
    if (error instanceof GolemError) throw error;
    if (produced === 0) {
      throw new GolemError(
        "corrupt-audio",
        `${name} could not be decoded as ${stream.codec}: ${describe(error)}.`,
        {
          hint: "The file is damaged; copy or record it again.",
          cause: error,
        },
      );
    }
    errors++;
  }
  if (produced === 0) {
    throw new GolemError(
      errors > 0 || scan.junk > 0 ? "corrupt-audio" : "no-samples",
      `${name} has ${stream.codec} headers but no samples that could be decoded.`,
      { hint: "The file is damaged or empty; copy or record it again." },
    );
  }
  reportScan(name, scan, errors, progress.ended, warnings);
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function reportScan(
  name: string,
  scan: OggScan,
  errors: number,
  ended: boolean,
  warnings: ErrorRecord[],
): void {
  if (errors > 0 || scan.junk > 0) {
    warnings.push(
      createWarning(
        "damaged",
        `${name} holds ${scan.junk} bytes outside valid pages and ${errors} packets that could not be decoded; the rest was decoded.`,
      ),
    );
  }
  if (scan.cut || !ended) {
    warnings.push(
      createWarning(
        "truncated",
        `${name} ends without a last page; what there is was decoded.`,
        "The file was cut off; copy or record it again if the end matters.",
      ),
    );
  }
}

async function* readFlacStream(
  source: ByteSource,
  stream: OggStream,
  warnings: ErrorRecord[],
  options: DecodeOptions,
): AsyncGenerator<readonly Float32Array[]> {
  const scan: OggScan = { junk: 0, cut: false };
  let ended = false;
  async function* readPieces(): AsyncGenerator<FlacPiece[]> {
    let packet: number[] = [];
    for await (const page of readOggPages(source, scan)) {
      if (page.serial !== stream.serial) continue;
      ended ||= page.isLast;
      if (!page.isContinued) packet = [];
      const pieces: FlacPiece[] = [];
      let at = 0;
      for (const length of page.segments) {
        for (let i = 0; i < length; i++) packet.push(page.body[at + i]!);
        at += length;
        if (length === 255) continue;
        const bytes = Uint8Array.from(packet);
        packet = [];
        const samples = readFlacBlockSize(bytes, 0);
        if (samples > 0) pieces.push({ bytes, samples });
      }
      if (packet.length > 1 << 22) packet = [];
      yield pieces;
    }
  }
  yield* decodeFlacPieces(
    source.name,
    readStreamInfo(stream.head.subarray(17, 51)),
    readPieces(),
    warnings,
    options,
  );
  reportScan(source.name, scan, 0, ended, warnings);
}
