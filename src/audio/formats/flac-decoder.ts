/**
 * Decodes FLAC with libFLAC in WebAssembly; frames are cut out and checked here.
 *
 * Not its concern: resampling, trimming.
 */
import type { FLACDecoder } from "@wasm-audio-decoders/flac";
import type { ByteSource } from "../../core/byte-source.ts";
import { blockBytes } from "../../core/byte-source.ts";
import { type ErrorRecord, GolemError, throwIfAborted } from "../../core/error.ts";
import { createWarning } from "../warning.ts";
import { getId3Length, hasText } from "./content.ts";
import type { DecodeOptions, Decoder } from "./decoder.ts";
import {
  completeFlacHeader,
  createFlacSplitter,
  type FlacPiece,
  type FlacStreamInfo,
  readStreamInfo,
} from "./flac-frame.ts";
import { checkFormat } from "./format-limits.ts";
import { withSilentConsole } from "./silent-console.ts";

/** Decodes native FLAC content; FLAC in Ogg is handled by the Ogg decoder. */
export const flacDecoder: Decoder = {
  id: "@wasm-audio-decoders/flac@0.2.11",
  canDecode: (content) => content.container === "flac",
  decode: async (source, options) => {
    let offset = getId3Length(await source.read(0, 10)) + 4;
    let info: FlacStreamInfo | undefined;
    for (let block = 0; block < 4096; block++) {
      const head = await source.read(offset, 4);
      if (head.length < 4) break;
      const length = (head[1]! << 16) | (head[2]! << 8) | head[3]!;
      if ((head[0]! & 0x7f) === 0) {
        const body = await source.read(offset + 4, 34);
        if (body.length === 34) info = readStreamInfo(body);
      }
      offset += 4 + length;
      if (head[0]! & 0x80) break;
    }
    if (!info || offset > source.byteLength) {
      throw new GolemError(
        "corrupt-audio",
        `${source.name} ends inside its FLAC headers; expected STREAMINFO and frames.`,
        {
          hint: "The file is damaged; copy or record it again.",
        },
      );
    }
    const { sampleRate, channels, totalSamples } = info;
    checkFormat(source.name, sampleRate, channels);
    const warnings: ErrorRecord[] = [];
    return {
      container: "flac",
      codec: "flac",
      sampleRate,
      channels,
      ...(totalSamples > 0 ? { declaredSeconds: totalSamples / sampleRate } : {}),
      warnings,
      chunks: decodeFlacPieces(source.name, info, readPieces(source, offset, info), warnings, options),
    };
  },
};

/** Largest possible frame of the stream in bytes: verbatim samples and a header. */
function getFrameLimit({ maximumBlock, channels, bitsPerSample }: FlacStreamInfo): number {
  return (maximumBlock || 65_535) * channels * (Math.ceil(bitsPerSample / 8) + 1) + 1024;
}

async function* readPieces(
  source: ByteSource,
  start: number,
  info: FlacStreamInfo,
): AsyncGenerator<FlacPiece[]> {
  const tail = await source.read(source.byteLength - 128, 128);
  const end = hasText(tail, 0, "TAG") && tail.length === 128 ? source.byteLength - 128 : source.byteLength;
  const splitter = createFlacSplitter(getFrameLimit(info));
  for (let offset = start; offset < end; ) {
    const bytes = await source.read(offset, Math.min(blockBytes, end - offset));
    if (bytes.length === 0) {
      // The length of the source was unknown.
      yield splitter.push(bytes, true);
      return;
    }
    offset += bytes.length;
    yield splitter.push(bytes, offset >= end);
  }
}

/** Frames refused by libFLAC before the rest of a file is given up. */
const maximumErrors = 100;

/** A decoder that refused no frame of the previous file, reused for the next; undefined while in use. */
let idleDecoder: FLACDecoder | undefined;

/**
 * Decodes frames already cut out. Shared with FLAC in Ogg.
 *
 * After refusing a frame, a decoder has a damaged heap (it frees its last output twice), so it is replaced by
 * a new one for the next frame; frames do not depend on each other. Replaced instances are left to the
 * garbage collector.
 */
export async function* decodeFlacPieces(
  name: string,
  info: FlacStreamInfo,
  pieces: AsyncIterable<readonly FlacPiece[]>,
  warnings: ErrorRecord[],
  { signal }: DecodeOptions,
): AsyncGenerator<readonly Float32Array[]> {
  const { FLACDecoder } = await import("@wasm-audio-decoders/flac");
  let decoder = idleDecoder ?? new FLACDecoder();
  idleDecoder = undefined;
  await decoder.ready;
  let produced = 0;
  let junk = 0;
  let errors = 0;
  const decodeFrame = async (piece: FlacPiece): Promise<readonly Float32Array[] | undefined> => {
    try {
      const frame = completeFlacHeader(piece.bytes, info.bitsPerSample);
      const { channelData, samplesDecoded } = await withSilentConsole(() => decoder.decodeFrames([frame]));
      if (samplesDecoded === piece.samples && channelData.length === info.channels) return channelData;
    } catch {
      // A trap inside WebAssembly counts as a refusal.
    }
    decoder = new FLACDecoder();
    await decoder.ready;
    return undefined;
  };
  for await (const group of pieces) {
    throwIfAborted(signal);
    for (const piece of group) {
      const planes = piece.samples === 0 || errors > maximumErrors ? undefined : await decodeFrame(piece);
      if (planes) {
        produced += piece.samples;
        yield planes;
      } else if (piece.samples === 0) junk += piece.bytes.length;
      else errors++;
    }
    if (errors > maximumErrors) break;
  }
  idleDecoder = decoder;
  if (produced === 0) {
    throw new GolemError(
      junk + errors > 0 ? "corrupt-audio" : "no-samples",
      `${name} is a FLAC file without a single complete frame; expected samples.`,
      { hint: "The file is damaged or empty; copy or record it again." },
    );
  }
  const promised = info.totalSamples;
  if (promised > 0 && produced < promised) {
    warnings.push(
      createWarning(
        "truncated",
        `${name} promises ${(promised / info.sampleRate).toFixed(2)} s and has ${(produced / info.sampleRate).toFixed(2)} s of complete frames; those were decoded.`,
        "The file was cut off or damaged; copy or record it again if the rest matters.",
      ),
    );
  } else if (errors > 0 || junk > 0) {
    warnings.push(
      createWarning(
        "damaged",
        `${name} holds ${junk} bytes that are not FLAC frames and ${errors} frames that could not be decoded; the rest was decoded.`,
      ),
    );
  }
}
