/**
 * Uncompressed and companded samples: interleaved bytes to planar floats in -1..1.
 *
 * Not its concern: headers.
 *
 * A-law and mu-law: ITU-T G.711. Integers are divided by 2^(bits - 1), so that the same integers give the
 * same floats in every container.
 */
import { type ByteSource, blockBytes } from "../../core/byte-source.ts";
import { throwIfAborted } from "../../core/error.ts";
import type { DecodeOptions } from "./decoder.ts";

/** Storage formats of one sample. */
export type SampleFormat =
  | "pcm-u8"
  | "pcm-s8"
  | "pcm-s16"
  | "pcm-s24"
  | "pcm-s32"
  | "pcm-f32"
  | "pcm-f64"
  | "alaw"
  | "mulaw";

/** Bytes per sample. */
export const sampleBytes: Readonly<Record<SampleFormat, number>> = {
  "pcm-u8": 1,
  "pcm-s8": 1,
  "pcm-s16": 2,
  "pcm-s24": 3,
  "pcm-s32": 4,
  "pcm-f32": 4,
  "pcm-f64": 8,
  alaw: 1,
  mulaw: 1,
};

/** Expands one A-law byte; full scale = 1. */
function expandAlaw(byte: number): number {
  const value = byte ^ 0x55;
  const exponent = (value >> 4) & 7;
  const mantissa = ((value & 15) << 4) | 8;
  const magnitude = exponent === 0 ? mantissa : (mantissa | 0x100) << (exponent - 1);
  return (value & 0x80 ? magnitude : -magnitude) / 32_768;
}

/** Expands one mu-law byte; full scale = 1. */
function expandMulaw(byte: number): number {
  const value = ~byte & 0xff;
  const magnitude = ((((value & 15) << 3) | 0x84) << ((value >> 4) & 7)) - 0x84;
  return (value & 0x80 ? -magnitude : magnitude) / 32_768;
}

const alawTable = Float32Array.from({ length: 256 }, (_, byte) => expandAlaw(byte));
const mulawTable = Float32Array.from({ length: 256 }, (_, byte) => expandMulaw(byte));

type Getter = (view: DataView, offset: number) => number;

function getGetter(format: SampleFormat, littleEndian: boolean): Getter {
  switch (format) {
    case "pcm-u8":
      return (view, offset) => (view.getUint8(offset) - 128) / 128;
    case "pcm-s8":
      return (view, offset) => view.getInt8(offset) / 128;
    case "pcm-s16":
      return (view, offset) => view.getInt16(offset, littleEndian) / 32_768;
    case "pcm-s24":
      return littleEndian
        ? (view, offset) => ((view.getInt8(offset + 2) << 16) | view.getUint16(offset, true)) / 8_388_608
        : (view, offset) => ((view.getInt16(offset) << 8) | view.getUint8(offset + 2)) / 8_388_608;
    case "pcm-s32":
      return (view, offset) => view.getInt32(offset, littleEndian) / 2_147_483_648;
    case "pcm-f32":
      return (view, offset) => view.getFloat32(offset, littleEndian);
    case "pcm-f64":
      return (view, offset) => view.getFloat64(offset, littleEndian);
    case "alaw":
      return (view, offset) => alawTable[view.getUint8(offset)]!;
    case "mulaw":
      return (view, offset) => mulawTable[view.getUint8(offset)]!;
    default:
      return format satisfies never;
  }
}

/** Positions of samples that are not packed, in bytes. */
export interface SampleSlots {
  /** From one frame to the next (block align). */
  readonly stride: number;
  /** From one channel's sample to the next one's. */
  readonly slot: number;
  /** From the start of a slot to its sample. */
  readonly lead: number;
}

/** Returns the slots of samples without bytes between them. */
export function getPackedSlots(format: SampleFormat, channels: number): SampleSlots {
  return { stride: channels * sampleBytes[format], slot: sampleBytes[format], lead: 0 };
}

/** Converts interleaved frames to one array per channel; `slots`: places of samples, default packed. */
export function readSamples(
  bytes: Uint8Array,
  format: SampleFormat,
  littleEndian: boolean,
  channels: number,
  { stride, slot, lead }: SampleSlots = getPackedSlots(format, channels),
): Float32Array[] {
  const frames = Math.floor(bytes.length / stride);
  const get = getGetter(format, littleEndian);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: channels }, (_, channel) => {
    const plane = new Float32Array(frames);
    for (let i = 0, offset = lead + channel * slot; i < frames; i++, offset += stride)
      plane[i] = get(view, offset);
    return plane;
  });
}

/** Reads `frames` interleaved frames from byte `offset` as planar chunks; fewer if the source ends. */
export async function* readPcm(
  source: ByteSource,
  offset: number,
  frames: number,
  slots: SampleSlots,
  format: SampleFormat,
  littleEndian: boolean,
  channels: number,
  { signal }: DecodeOptions,
): AsyncGenerator<Float32Array[]> {
  const { stride } = slots;
  const chunkFrames = Math.max(1, Math.floor(blockBytes / stride));
  for (let done = 0; done < frames; ) {
    throwIfAborted(signal);
    const bytes = await source.read(offset + done * stride, Math.min(chunkFrames, frames - done) * stride);
    const planes = readSamples(bytes, format, littleEndian, channels, slots);
    if (planes[0]!.length === 0) return;
    done += planes[0]!.length;
    yield planes;
  }
}
