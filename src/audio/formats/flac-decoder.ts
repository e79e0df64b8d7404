/**
 * Decodes FLAC with libFLAC in WebAssembly; frames are cut out and checked here.
 *
 * Not its concern: resampling, trimming.
 */
import type { ByteSource } from "../../core/byte-source.ts";
import { blockBytes } from "../../core/byte-source.ts";
import { type ErrorRecord, GolemError, throwIfAborted } from "../../core/error.ts";
import { joinBytes } from "../../core/join-arrays.ts";
import { createWarning } from "../warning.ts";
import { type ByteAccount, createByteAccount } from "./byte-account.ts";
import { getId3Length, hasText } from "./content.ts";
import type { DecodeOptions, Decoder } from "./decoder.ts";
import { type FlacStreamInfo, readStreamInfo } from "./flac-frame.ts";
import { createFlacFrameDecoder } from "./flac-parts.ts";
import { createFlacSplitter, type FlacPiece } from "./flac-splitter.ts";
import { createFormatAdapter } from "./format-adapter.ts";
import { checkFormat, isFormatPossible } from "./format-limits.ts";

/** Decodes native FLAC content; FLAC in Ogg is handled by the Ogg decoder. */
export const flacDecoder: Decoder = {
  id: "@wasm-audio-decoders/flac@0.2.11",
  canDecode: (content) => content.container === "flac",
  decode: async (source, options) => {
    let offset = await findMark(source);
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
    const account = createByteAccount(source.name, warnings);
    return {
      container: "flac",
      codec: "flac",
      sampleRate,
      channels,
      ...(totalSamples > 0 ? { declaredSeconds: totalSamples / sampleRate } : {}),
      warnings,
      account,
      chunks: decodePieces(
        source.name,
        info,
        readPieces(source, offset, info),
        { account, warnings },
        options,
      ),
    };
  },
};

/** Returns the offset after FLAC's mark, which tags may precede. */
async function findMark(source: ByteSource): Promise<number> {
  let offset = 0;
  for (let tags = 0; tags < 8; tags++) {
    const length = getId3Length(await source.read(offset, 10));
    if (length === 0) break;
    offset += length;
  }
  return offset + 4;
}

/** Largest possible frame of the stream in bytes: verbatim samples and a header. */
function getFrameLimit({ maximumBlock, channels, bitsPerSample }: FlacStreamInfo): number {
  return (maximumBlock || 65_535) * channels * (Math.ceil(bitsPerSample / 8) + 1) + 1024;
}

async function* readPieces(
  source: ByteSource,
  start: number,
  info: FlacStreamInfo,
): AsyncGenerator<FlacPiece[]> {
  const splitter = createFlacSplitter(getFrameLimit(info));
  for (let offset = start; offset < source.byteLength; ) {
    const bytes = await source.read(offset, Math.min(blockBytes, source.byteLength - offset));
    offset += bytes.length;
    const isEnd = bytes.length === 0 || offset >= source.byteLength;
    yield splitter.push(bytes, isEnd);
    if (isEnd) return;
  }
}

/** Bytes at the end of a gap that may be the start of another file's headers. */
const markBytes = 42;

/** Finds the headers of a joined file in the bytes between frames, which may come in pieces. */
function createInfoFinder(): (bytes: Uint8Array) => FlacStreamInfo | undefined {
  let rest: Uint8Array = new Uint8Array(0);
  return (bytes) => {
    const joined = joinBytes([rest, bytes]);
    let found: FlacStreamInfo | undefined;
    for (let at = 0; at + markBytes <= joined.length; at++) {
      if (joined[at] === 0x66 && hasText(joined, at, "fLaC") && (joined[at + 4]! & 0x7f) === 0) {
        found = readStreamInfo(joined.subarray(at + 8, at + markBytes));
      }
    }
    rest = joined.slice(-markBytes + 1);
    return found;
  };
}

async function* decodePieces(
  name: string,
  first: FlacStreamInfo,
  pieces: AsyncIterable<readonly FlacPiece[]>,
  { account, warnings }: { readonly account: ByteAccount; readonly warnings: ErrorRecord[] },
  { signal }: DecodeOptions,
): AsyncGenerator<readonly Float32Array[]> {
  const decoder = await createFlacFrameDecoder();
  let info = first;
  let adapter = createFormatAdapter(first.sampleRate, first);
  let findInfo = createInfoFinder();
  let produced = 0;
  let promised = first.totalSamples / first.sampleRate;
  let isCut = false;
  for await (const group of pieces) {
    throwIfAborted(signal);
    for (const piece of group) {
      isCut ||= piece.isCut === true;
      if (piece.samples === 0) {
        if (!piece.isCut) account.addGap(piece.bytes);
        const next = findInfo(piece.bytes);
        if (!next || !isFormatPossible(next)) continue;
        const rest = adapter.finish();
        if (rest.length > 0) yield rest;
        info = next;
        adapter = createFormatAdapter(next.sampleRate, first);
        promised = promised > 0 && next.totalSamples > 0 ? promised + next.totalSamples / next.sampleRate : 0;
        continue;
      }
      findInfo = createInfoFinder();
      const planes = await decoder.decode(piece, info);
      if (planes) {
        account.addSound(piece.bytes.length);
        produced += piece.samples / info.sampleRate;
        yield adapter.push(planes);
      } else account.addRefused(piece.bytes.length);
    }
  }
  const rest = adapter.finish();
  if (rest.length > 0) yield rest;
  decoder.release();
  if (produced === 0) {
    throw new GolemError(
      isCut || account.hasBytes() ? "corrupt-audio" : "no-samples",
      `${name} is a FLAC file without a single complete frame; expected samples.`,
      { hint: "The file is damaged or empty; copy or record it again." },
    );
  }
  const missing = promised - produced;
  const isShort = promised > 0 && missing > 0.5 / first.sampleRate;
  if (promised > 0) account.setMissing(isShort ? missing : 0);
  if (isCut || (isShort && !account.hasLoss())) {
    warnings.push(
      createWarning(
        "truncated",
        isShort
          ? `${name} states ${promised.toFixed(2)} s but has ${produced.toFixed(2)} s of complete frames, so ${missing.toFixed(2)} s are missing; the rest was decoded.`
          : `${name} ends in the middle of a frame, which is a loss of at most ${((first.maximumBlock || 4096) / first.sampleRate).toFixed(2)} s; the rest was decoded.`,
        "The file was cut off or damaged; copy or record it again if the rest matters.",
      ),
    );
  }
}
