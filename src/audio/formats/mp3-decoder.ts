/**
 * Decodes MP3 (and MPEG layers I and II), bare or inside WAV, with mpg123 in WebAssembly.
 *
 * Not its concern: resampling, trimming.
 *
 * Frames are cut out here, so that mpg123 never gets tags, pictures or junk and the length is known before
 * decoding. mpg123 removes encoder delay and padding when a LAME tag states them.
 */

import type { ByteSource } from "../../core/byte-source.ts";
import { blockBytes } from "../../core/byte-source.ts";
import { type ErrorRecord, GolemError, throwIfAborted } from "../../core/error.ts";
import { createWarning } from "../warning.ts";
import { getId3Length, hasText } from "./content.ts";
import type { DecodedStream, DecodeOptions, Decoder } from "./decoder.ts";
import { findMpegFrame, isSameMpegStream, type MpegHeader, readMpegHeader } from "./mpeg-frame.ts";
import { withSilentConsole } from "./silent-console.ts";

/** Decodes MP3 content. */
export const mp3Decoder: Decoder = {
  id: "mpg123-decoder@1.0.3",
  canDecode: (content) => content.container === "mp3",
  decode: (source, options) => decodeMpeg(source, options),
};

/** Bytes without a frame after which the rest is given up. */
const maximumJunk = 1 << 20;

/** Decodes a source that holds MPEG frames, with or without tags around them. */
export async function decodeMpeg(source: ByteSource, options: DecodeOptions): Promise<DecodedStream> {
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
  const declaredFrames = readFrameCount(head.subarray(offset), first);
  // A frame of the lowest bitrate takes at least 24 bytes: a tag that promises more frames than fit is wrong.
  const plausible = declaredFrames !== undefined && declaredFrames * 24 <= source.byteLength;
  const warnings: ErrorRecord[] = [];
  return {
    container: "mp3",
    codec: first.layer === 3 ? "mp3" : `mp${first.layer}`,
    sampleRate: first.sampleRate,
    channels: first.channels,
    ...(plausible ? { declaredSeconds: (declaredFrames * first.samples) / first.sampleRate } : {}),
    warnings,
    chunks: readChunks(
      source,
      start + offset,
      first,
      plausible ? declaredFrames : undefined,
      warnings,
      options,
    ),
  };
}

/** Reads the number of frames from a Xing/Info or VBRI tag (the tag's own frame not counted). */
function readFrameCount(frame: Uint8Array, header: MpegHeader): number | undefined {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const at = header.tagOffset;
  if (frame.length >= at + 12 && (hasText(frame, at, "Xing") || hasText(frame, at, "Info"))) {
    return view.getUint32(at + 4) & 1 ? view.getUint32(at + 8) : undefined;
  }
  return frame.length >= 54 && hasText(frame, 36, "VBRI") ? view.getUint32(50) : undefined;
}

async function* readChunks(
  source: ByteSource,
  start: number,
  first: MpegHeader,
  declaredFrames: number | undefined,
  warnings: ErrorRecord[],
  { signal }: DecodeOptions,
): AsyncGenerator<Float32Array[]> {
  const { MPEGDecoder } = await import("mpg123-decoder");
  const decoder = new MPEGDecoder(); // a new one for each file, left to the garbage collector
  await decoder.ready;
  let frames = 0;
  let produced = 0;
  let errors = 0;
  const state: FrameState = { cut: false, junk: 0 };
  for await (const batch of readFrames(source, start, first, state)) {
    throwIfAborted(signal);
    for (const frame of batch) {
      frames++;
      const decoded = withSilentConsole(() => decoder.decode(frame));
      errors += decoded.errors.length;
      if (decoded.samplesDecoded === 0 || decoded.sampleRate !== first.sampleRate) continue;
      produced += decoded.samplesDecoded;
      yield decoded.channelData.slice(0, first.channels);
    }
  }
  const { name } = source;
  if (errors > 0)
    warnings.push(
      createWarning("damaged", `${errors} frames of ${name} could not be decoded and were left out.`),
    );
  if (state.junk > 0) {
    warnings.push(
      createWarning("damaged", `${state.junk} bytes inside ${name} are not MPEG frames and were skipped.`),
    );
  }
  // Some encoders count the tag's own frame, others do not; one missing frame is not reported.
  const missing = declaredFrames === undefined ? 0 : declaredFrames - frames;
  if (state.cut || missing > 1) {
    warnings.push(
      createWarning(
        "truncated",
        missing > 1
          ? `${name} promises ${declaredFrames} frames and has ${frames}; these were decoded.`
          : `${name} ends in the middle of a frame; what there is was decoded.`,
        "The file was cut off; copy or record it again if the end matters.",
      ),
    );
  }
  if (produced === 0) {
    throw new GolemError(
      "no-samples",
      `${name} holds ${frames} MPEG frames but no samples that could be decoded.`,
      {
        hint: "The file is too short or damaged; record or convert it again.",
      },
    );
  }
}

interface FrameState {
  /** Whether the last frame was cut off. */
  cut: boolean;
  /** Bytes skipped between frames. */
  junk: number;
}

/** Cuts the stream into whole frames, about one block of bytes at a time. */
async function* readFrames(
  source: ByteSource,
  start: number,
  first: MpegHeader,
  state: FrameState,
): AsyncGenerator<Uint8Array[]> {
  let position = start;
  while (position + 4 <= source.byteLength && state.junk < maximumJunk) {
    const block = await source.read(position, blockBytes);
    if (block.length < 4) return;
    const batch: Uint8Array[] = [];
    let at = 0;
    while (at + 4 <= block.length) {
      const header = readMpegHeader(block, at);
      if (header && isSameMpegStream(first, header)) {
        if (at + header.byteLength > block.length) {
          if (position + at + header.byteLength <= source.byteLength) break;
          state.cut = true;
          at = block.length;
          break;
        }
        batch.push(block.subarray(at, at + header.byteLength));
        at += header.byteLength;
        continue;
      }
      if (isTrailer(block, at)) {
        if (batch.length > 0) yield batch;
        return;
      }
      const next = findMpegFrame(block, at + 1);
      const skipped = (next < 0 ? Math.max(at + 1, block.length - 3) : next) - at;
      state.junk += skipped;
      at += skipped;
    }
    if (batch.length > 0) yield batch;
    position += Math.max(1, at);
  }
}

/** Whether a tag that follows the last frame begins at `at` (ID3v1, Lyrics3, APE), or zero padding. */
function isTrailer(block: Uint8Array, at: number): boolean {
  return (
    hasText(block, at, "TAG") ||
    hasText(block, at, "LYRICSBEGIN") ||
    hasText(block, at, "APETAGEX") ||
    hasText(block, at, "\0\0\0\0")
  );
}
