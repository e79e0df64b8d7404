/**
 * Decodes AIFF and AIFF-C: big- and little-endian PCM, floats, A-law, mu-law.
 *
 * Not its concern: resampling, trimming.
 *
 * Reference: Apple, Audio Interchange File Format AIFF-C (1991).
 */

import type { ByteSource } from "../../core/byte-source.ts";
import { type ErrorRecord, GolemError } from "../../core/error.ts";
import { createWarning } from "../warning.ts";
import { hasText } from "./content.ts";
import type { Decoder } from "./decoder.ts";
import { checkFormat } from "./format-limits.ts";
import { readPcm, type SampleFormat, sampleBytes } from "./pcm.ts";

interface Common {
  readonly channels: number;
  readonly frames: number;
  readonly sampleRate: number;
  readonly format: SampleFormat;
  readonly littleEndian: boolean;
}

/** Decodes AIFF and AIFF-C content. */
export const aiffDecoder: Decoder = {
  id: "aiff@1",
  canDecode: (content) => content.container === "aiff",
  decode: async (source, options) => {
    const { name } = source;
    let common: Common | undefined;
    let sound: { start: number; length: number } | undefined;
    for (let offset = 12, chunk = 0; chunk < 4096 && offset + 8 <= source.byteLength; chunk++) {
      const head = await source.read(offset, 16);
      const length = new DataView(head.buffer, head.byteOffset).getUint32(4);
      if (hasText(head, 0, "COMM")) common = await readCommon(source, offset + 8, length);
      if (hasText(head, 0, "SSND") && head.length === 16) {
        const skip = new DataView(head.buffer, head.byteOffset).getUint32(8);
        sound = { start: offset + 16 + skip, length: Math.max(0, length - 8 - skip) };
      }
      offset += 8 + length + (length & 1);
    }
    if (!common || !sound) {
      throw new GolemError(
        "corrupt-audio",
        `${name} has no ${common ? "SSND" : "COMM"} chunk; expected an AIFF file with both.`,
        { hint: "The file is damaged or was never finished; record or convert it again." },
      );
    }
    checkFormat(name, common.sampleRate, common.channels);
    const stride = common.channels * sampleBytes[common.format];
    const declared = common.frames || Math.floor(sound.length / stride);
    const frames = Math.min(declared, Math.floor(Math.max(0, source.byteLength - sound.start) / stride));
    if (frames === 0) {
      throw new GolemError(
        "no-samples",
        `${name} is an AIFF file without samples; expected at least one frame.`,
        {
          hint: "Record it again.",
        },
      );
    }
    const warnings: ErrorRecord[] = [];
    if (frames < declared) {
      warnings.push(
        createWarning("truncated", `${name} promises ${declared} frames and has ${frames}; these were read.`),
      );
    }
    const { sampleRate, channels, format, littleEndian } = common;
    return {
      container: "aiff",
      codec: format,
      sampleRate,
      channels,
      declaredSeconds: frames / sampleRate,
      warnings,
      chunks: readPcm(source, sound.start, frames, stride, format, littleEndian, channels, options),
    };
  },
};

const compressions: Readonly<Record<string, readonly [SampleFormat, boolean]>> = {
  fl32: ["pcm-f32", false],
  FL32: ["pcm-f32", false],
  fl64: ["pcm-f64", false],
  FL64: ["pcm-f64", false],
  alaw: ["alaw", false],
  ALAW: ["alaw", false],
  ulaw: ["mulaw", false],
  ULAW: ["mulaw", false],
  in24: ["pcm-s24", false],
  in32: ["pcm-s32", false],
};

async function readCommon(source: ByteSource, offset: number, length: number): Promise<Common> {
  const bytes = await source.read(offset, Math.min(length, 22));
  if (bytes.length < 18) {
    throw new GolemError(
      "corrupt-audio",
      `${source.name} has a COMM chunk of ${bytes.length} bytes; expected 18 or more.`,
      {
        hint: "The file is damaged.",
      },
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bits = view.getInt16(6);
  const compression = bytes.length >= 22 ? String.fromCharCode(...bytes.subarray(18, 22)) : "NONE";
  const plain = ([undefined, "pcm-s8", "pcm-s16", "pcm-s24", "pcm-s32"] as const)[Math.ceil(bits / 8)];
  const found = ["NONE", "twos", "sowt"].includes(compression)
    ? plain && ([plain, compression === "sowt"] as const)
    : compressions[compression];
  if (!found) {
    throw new GolemError(
      "unsupported-codec",
      `${source.name} is an AIFF file with compression "${compression.replace(/[^ -~]/g, "?")}" at ${bits} bits; expected PCM, float, A-law or mu-law.`,
      { hint: "Convert it, for example: ffmpeg -i in.aiff out.wav" },
    );
  }
  return {
    channels: view.getInt16(0),
    frames: view.getUint32(2),
    sampleRate: readExtended(view, 8),
    format: found[0],
    littleEndian: found[1],
  };
}

/** Reads an IEEE 754 80-bit extended float, big-endian, as precisely as sample rates need. */
function readExtended(view: DataView, offset: number): number {
  const exponent = (view.getUint16(offset) & 0x7fff) - 16_383 - 63;
  return (view.getUint32(offset + 2) * 2 ** 32 + view.getUint32(offset + 6)) * 2 ** exponent;
}
