/**
 * Decodes MP3 (and MPEG layers I and II), bare or inside WAV, with mpg123 in WebAssembly.
 *
 * Not its concern: resampling to an encoder's rate, trimming.
 *
 * Frames are cut out by `readMpegPieces`, so that mpg123 never receives tags, pictures or junk. mpg123
 * removes encoder delay and padding if a LAME tag states them; in joined files, only in the first one.
 */

import type { MPEGDecoder } from "mpg123-decoder";
import type { ByteSource } from "../../core/byte-source.ts";
import { blockBytes } from "../../core/byte-source.ts";
import { type ErrorRecord, GolemError, throwIfAborted } from "../../core/error.ts";
import { createWarning } from "../warning.ts";
import { type ByteAccount, createByteAccount } from "./byte-account.ts";
import { getId3Length } from "./content.ts";
import type { DecodedStream, DecodeOptions, Decoder } from "./decoder.ts";
import { createFormatAdapter } from "./format-adapter.ts";
import { findMpegFrame, type MpegHeader, readMpegHeader } from "./mpeg-frame.ts";
import { type MpegPiece, readFrameCount, readMpegPieces } from "./mpeg-pieces.ts";
import { withSilentConsole } from "./silent-console.ts";

/** Decodes MP3 content. */
export const mp3Decoder: Decoder = {
  id: "mpg123-decoder@1.0.3",
  canDecode: (content) => content.container === "mp3",
  decode: (source, options) => decodeMpeg(source, options),
};

/** Decodes a source of MPEG frames, with or without tags around them; appends to `warnings`. */
export async function decodeMpeg(
  source: ByteSource,
  options: DecodeOptions,
  warnings: ErrorRecord[] = [],
): Promise<DecodedStream> {
  let start = 0;
  for (let tags = 0; tags < 8; tags++) {
    const length = getId3Length(await source.read(start, 10));
    if (length === 0) break;
    start += length;
  }
  const head = await source.read(start, blockBytes);
  const offset = findMpegFrame(head);
  const first = offset < 0 ? undefined : readMpegHeader(head, offset);
  if (!first) {
    throw new GolemError(
      "corrupt-audio",
      `${source.name} has no two consecutive MPEG audio frames; expected an MP3 stream.`,
      {
        hint: "The file is damaged or uses free-format frames; convert it to WAV or FLAC.",
      },
    );
  }
  const declaredFrames = readFrameCount(head.subarray(offset), first) || undefined;
  // A frame of the lowest bitrate takes at least 24 bytes: a tag that states more frames than fit is wrong.
  const plausible = declaredFrames !== undefined && declaredFrames * 24 <= source.byteLength;
  const account = createByteAccount(source.name, warnings);
  account.addGap(head.subarray(0, offset));
  return {
    container: "mp3",
    codec: first.layer === 3 ? "mp3" : `mp${first.layer}`,
    sampleRate: first.sampleRate,
    channels: first.channels,
    // The tag counts the frames of the file that it was written for.
    ...(plausible
      ? { declaredSeconds: (declaredFrames * first.samples) / first.sampleRate, isEstimate: true }
      : {}),
    warnings,
    account,
    chunks: readChunks(
      source,
      readMpegPieces(source, start + offset, first),
      { first, declaredFrames: plausible ? declaredFrames : undefined, account },
      warnings,
      options,
    ),
  };
}

/** Properties of a stream that are known before its frames are read. */
interface MpegStart {
  readonly first: MpegHeader;
  /** Number of frames that the first tag states. */
  readonly declaredFrames: number | undefined;
  readonly account: ByteAccount;
}

async function* readChunks(
  source: ByteSource,
  pieces: AsyncIterable<readonly MpegPiece[]>,
  { first, declaredFrames, account }: MpegStart,
  warnings: ErrorRecord[],
  { signal }: DecodeOptions,
): AsyncGenerator<readonly Float32Array[]> {
  const parts = await createPartDecoder(first, declaredFrames);
  let produced = 0;
  let isCut = false;
  for await (const group of pieces) {
    throwIfAborted(signal);
    for (const piece of group) {
      if (piece.kind === "cut") isCut = true;
      if (piece.kind === "gap") account.addGap(piece.bytes);
      if (piece.kind === "tag") account.addTag(piece.lead);
      if (piece.kind !== "frame") continue;
      const { planes, isRefused } = await parts.decode(piece);
      if (isRefused) account.addRefused(piece.bytes.length);
      else account.addSound(piece.bytes.length);
      for (const chunk of planes) {
        if ((chunk[0]?.length ?? 0) === 0) continue;
        produced += chunk[0]!.length;
        yield chunk;
      }
    }
  }
  for (const chunk of parts.finish()) if ((chunk[0]?.length ?? 0) > 0) yield chunk;
  const { name } = source;
  const frames = parts.frames();
  // Some encoders count the tag's own frame, so one missing frame is not reported.
  const missing = declaredFrames === undefined ? 0 : declaredFrames - frames;
  if (isCut || (missing > 1 && !account.hasLoss())) {
    const seconds = (Math.max(1, missing) * first.samples) / first.sampleRate;
    warnings.push(
      createWarning(
        "truncated",
        missing > 1
          ? `${name} states ${declaredFrames} frames but has ${frames}, so ${seconds.toFixed(2)} s are missing; the rest was decoded.`
          : `${name} ends in the middle of a frame, which is a loss of at most ${seconds.toFixed(2)} s; the rest was decoded.`,
        "The file was cut off; copy or record it again if the end matters.",
      ),
    );
  }
  if (produced === 0) {
    throw new GolemError(
      "no-samples",
      `${name} contains ${frames} MPEG frames but no samples that could be decoded.`,
      {
        hint: "The file is too short or damaged; record or convert it again.",
      },
    );
  }
}

/** Decodes frames of joined files to the format of the first one. */
interface PartDecoder {
  decode(piece: MpegPiece & { kind: "frame" }): Promise<{
    readonly planes: readonly (readonly Float32Array[])[];
    readonly isRefused: boolean;
  }>;
  finish(): readonly (readonly Float32Array[])[];
  /** Number of frames so far. */
  frames(): number;
}

/** Number of joined files that get a decoder of their own; later ones share one. */
const maximumParts = 1000;

async function createPartDecoder(first: MpegHeader, declaredFrames = 0): Promise<PartDecoder> {
  const module = await import("mpg123-decoder");
  const create = async (isFirst: boolean): Promise<MPEGDecoder> => {
    // A new one for each part, left to the garbage collector.
    const decoder = new module.MPEGDecoder({ enableGapless: isFirst });
    await decoder.ready;
    return decoder;
  };
  let decoder = await create(true);
  let adapter = createFormatAdapter(first.sampleRate, first);
  let rate = first.sampleRate;
  let layer = first.layer;
  let parts = 1;
  let frames = 0;
  let partFrames = 0;
  return {
    frames: () => frames,
    finish: () => [adapter.finish()],
    decode: async ({ bytes, header, isResumed }) => {
      const planes: (readonly Float32Array[])[] = [];
      const isTag = frames > 0 && header.layer === 3 && readFrameCount(bytes, header) !== undefined;
      const isOther = header.sampleRate !== rate || header.layer !== layer;
      // After the number of frames in its tag, mpg123 would remove sound as padding.
      const isBeyond = isResumed && parts === 1 && declaredFrames > 0 && partFrames >= declaredFrames;
      if ((isTag || isOther || isBeyond) && (parts < maximumParts || isOther)) {
        planes.push(adapter.finish());
        if (parts < maximumParts) decoder = await create(false);
        adapter = createFormatAdapter(header.sampleRate, first);
        ({ sampleRate: rate, layer } = header);
        parts++;
        partFrames = 0;
      }
      frames++;
      partFrames++;
      if (isTag) return { planes, isRefused: false };
      const decoded = withSilentConsole(() => decoder.decode(bytes));
      if (decoded.samplesDecoded > 0 && decoded.sampleRate === rate) {
        planes.push(adapter.push(decoded.channelData.slice(0, header.channels)));
      }
      return { planes, isRefused: decoded.errors.length > 0 };
    },
  };
}
