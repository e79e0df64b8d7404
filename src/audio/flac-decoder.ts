/**
 * FLAC, decoded by libFLAC in WebAssembly; frames are cut out and checked here.
 *
 * Must not know: resampling, trimming.
 */
import { type ErrorRecord, GolemError, throwIfAborted } from "../core/error.ts";
import type { ByteSource } from "./audio.ts";
import { blockBytes } from "./byte-source.ts";
import { getId3Length, hasText } from "./content.ts";
import type { DecodeOptions, Decoder } from "./decoder.ts";
import { createFlacSplitter, type FlacPiece, type FlacStreamInfo, readStreamInfo } from "./flac-frame.ts";
import { checkFormat } from "./format-limits.ts";
import { quietly } from "./quietly.ts";
import { createWarning } from "./warning.ts";

/** Decodes native FLAC content (FLAC in Ogg is the Ogg decoder's). */
export const flacDecoder: Decoder = {
  id: "@wasm-audio-decoders/flac@0.2.11",
  canDecode: (content) => content.container === "flac",
  decode: async (source, options) => {
    let offset = getId3Length(await source.read(0, 10)) + 4;
    let info: FlacStreamInfo | undefined;
    let infoBytes = new Uint8Array(0);
    for (let block = 0; block < 4096; block++) {
      const head = await source.read(offset, 4);
      if (head.length < 4) break;
      const length = (head[1]! << 16) | (head[2]! << 8) | head[3]!;
      if ((head[0]! & 0x7f) === 0) {
        infoBytes = new Uint8Array(await source.read(offset + 4, 34));
        if (infoBytes.length === 34) info = readStreamInfo(infoBytes);
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
      chunks: decodeFlacPieces(
        source.name,
        info,
        infoBytes,
        readPieces(source, offset, info),
        warnings,
        options,
      ),
    };
  },
};

/** Largest frame of that stream in bytes: verbatim samples and some header. */
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
    if (bytes.length === 0) return;
    offset += bytes.length;
    yield splitter.push(bytes, offset >= end);
  }
}

/** Samples a channel decoded at a time, at least one frame. */
const batchSamples = 16_384;

/** Decodes frames already cut out; `infoBytes` is the body of STREAMINFO. Shared with FLAC in Ogg. */
export async function* decodeFlacPieces(
  name: string,
  info: FlacStreamInfo,
  infoBytes: Uint8Array,
  pieces: AsyncIterable<readonly FlacPiece[]>,
  warnings: ErrorRecord[],
  { signal }: DecodeOptions,
): AsyncGenerator<Float32Array[]> {
  const { FLACDecoder } = await import("@wasm-audio-decoders/flac");
  const decoder = new FLACDecoder();
  await decoder.ready;
  let produced = 0;
  let junk = 0;
  let errors = 0;
  const decodeBatch = async (frames: Uint8Array[]): Promise<Float32Array[] | undefined> => {
    const decoded = await quietly(() => decoder.decodeFrames(frames));
    errors += decoded.errors.length;
    produced += decoded.samplesDecoded;
    const fits = decoded.channelData.length === info.channels && decoded.sampleRate === info.sampleRate;
    if (decoded.samplesDecoded > 0 && !fits) errors++;
    return decoded.samplesDecoded > 0 && fits ? decoded.channelData : undefined;
  };
  try {
    // headers first: frames may leave rate and depth to them
    await quietly(() => decoder.decodeFrames([buildHeader(infoBytes)]));
    for await (const group of pieces) {
      throwIfAborted(signal);
      let frames: Uint8Array[] = [];
      let samples = 0;
      for (const piece of group) {
        if (piece.samples === 0) {
          junk += piece.bytes.length;
          continue;
        }
        frames.push(piece.bytes);
        samples += piece.samples;
        if (samples < batchSamples) continue;
        const planes = await decodeBatch(frames);
        if (planes) yield planes;
        frames = [];
        samples = 0;
      }
      const planes = frames.length > 0 ? await decodeBatch(frames) : undefined;
      if (planes) yield planes;
    }
  } finally {
    decoder.free();
  }
  if (produced === 0) {
    throw new GolemError(
      junk > 0 ? "corrupt-audio" : "no-samples",
      `${name} is a FLAC file without a single whole frame; expected samples.`,
      { hint: "The file is damaged or empty; copy or record it again." },
    );
  }
  const promised = info.totalSamples;
  if (promised > 0 && produced < promised) {
    warnings.push(
      createWarning(
        "truncated",
        `${name} promises ${(promised / info.sampleRate).toFixed(2)} s and has ${(produced / info.sampleRate).toFixed(2)} s of whole frames; those were decoded.`,
        "The file was cut off or damaged; copy or record it again if the rest matters.",
      ),
    );
  } else if (errors > 0 || junk > 0) {
    warnings.push(
      createWarning(
        "damaged",
        `${name} holds ${junk} bytes that are no FLAC frames and ${errors} frames that could not be decoded; the rest was.`,
      ),
    );
  }
}

function buildHeader(infoBytes: Uint8Array): Uint8Array {
  const header = new Uint8Array(42);
  header.set([0x66, 0x4c, 0x61, 0x43, 0x80, 0, 0, 34]);
  header.set(infoBytes, 8);
  return header;
}
