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
import { createByteAccount } from "./byte-account.ts";
import { hasText } from "./content.ts";
import type { DecodeOptions, Decoder } from "./decoder.ts";
import { checkFormat } from "./format-limits.ts";
import { decodeJoined, type JoinedFile, searchUnsized } from "./joined-files.ts";
import { getPackedSlots, readPcm, type SampleFormat } from "./pcm.ts";
import { accountForTail } from "./riff-tail.ts";

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
  decode: (source, options) => decodeJoined(source, (file) => openFile(file, options)),
};

async function openFile(source: ByteSource, options: DecodeOptions): Promise<JoinedFile> {
  const { name } = source;
  let common: Common | undefined;
  let sound: { start: number; length: number } | undefined;
  for (let offset = 12, chunk = 0; chunk < 4096 && offset + 8 <= source.byteLength; chunk++) {
    const head = await source.read(offset, 16);
    // A chunk of another file after this one.
    if (head.length < 8 || hasText(head, 0, "FORM")) break;
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
      { hint: "The file is damaged or incomplete; record or convert it again." },
    );
  }
  checkFormat(name, common.sampleRate, common.channels);
  const warnings: ErrorRecord[] = [];
  const slots = getPackedSlots(common.format, common.channels);
  const frames = await countFrames(source, common, sound, slots.stride, warnings);
  const { sampleRate, channels, format, littleEndian } = common;
  const account = createByteAccount(name, warnings);
  const { start } = sound;
  async function* readAll(): AsyncGenerator<readonly Float32Array[]> {
    yield* readPcm(source, start, frames, slots, format, littleEndian, channels, options);
    account.addSound(frames * slots.stride);
  }
  return {
    stream: {
      container: "aiff",
      codec: format,
      sampleRate,
      channels,
      declaredSeconds: frames / sampleRate,
      warnings,
      account,
      chunks: readAll(),
    },
    findNext: () => accountForTail(source, start + frames * slots.stride, false, account, "aiff"),
  };
}

/** A stated size of at least this that exceeds the file is a placeholder for an unknown size. */
const placeholder = 0x7f00_0000;

/** Determines the number of frames: by COMM, by SSND and by the bytes present. */
async function countFrames(
  source: ByteSource,
  { frames: stated, sampleRate }: Common,
  sound: { readonly start: number; readonly length: number },
  stride: number,
  warnings: ErrorRecord[],
): Promise<number> {
  const { name } = source;
  const end = (await searchUnsized(source, sound.start + sound.length, "aiff")) ?? source.byteLength;
  const present = Math.floor(Math.max(0, end - sound.start) / stride);
  const bySize = Math.floor(sound.length / stride);
  const isOpen = sound.length === 0 || (bySize > present && sound.length >= placeholder - 64);
  const wanted =
    isOpen && (stated > present || stated === 0) ? present : Math.max(stated, isOpen ? 0 : bySize);
  const frames = Math.min(wanted, present);
  if (frames === 0) {
    throw new GolemError(
      "no-samples",
      `${name} is an AIFF file without samples; expected at least one frame.`,
      {
        hint: "Record it again.",
      },
    );
  }
  if (frames < wanted) {
    warnings.push(
      createWarning(
        "truncated",
        `${name} states ${wanted} frames but has ${frames}, so ${((wanted - frames) / sampleRate).toFixed(2)} s are missing; the rest was read.`,
      ),
    );
  } else if (isOpen) {
    warnings.push(
      createWarning(
        "wrong-length",
        `The header of ${name} does not state the size of its samples; ${frames} frames were read.`,
        "Convert the file once to get a header with the right size.",
      ),
    );
  } else if (frames > stated) {
    warnings.push(
      createWarning(
        "header-overruled",
        `The COMM chunk of ${name} states ${stated} frames, and its SSND chunk has ${frames}; all of these were read.`,
        "Convert the file once to get a consistent header.",
      ),
    );
  }
  return frames;
}

const compressions: Readonly<Record<string, readonly [SampleFormat, boolean]>> = {
  fl32: ["pcm-f32", false],
  FL32: ["pcm-f32", false],
  fl64: ["pcm-f64", false],
  FL64: ["pcm-f64", false],
  alaw: ["alaw", false],
  ALAW: ["alaw", false],
  ulaw: ["mulaw", false],
  ULAW: ["mulaw", false],
  "42ni": ["pcm-s24", true],
  "23ni": ["pcm-s32", true],
  "raw ": ["pcm-u8", false],
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
