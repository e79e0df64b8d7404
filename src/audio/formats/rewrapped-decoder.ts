/**
 * Decodes Sony Wave64, Sun AU and Core Audio files with codecs that WAV supports, by replacing their headers
 * with that of a WAV file.
 *
 * Stated sizes are handled like those of WAV. Other codecs (ALAC, AAC, G.722) are left to other decoders.
 * Not its concern: samples.
 *
 * References: Sony, Wave64 file format (2003); Sun/NeXT audio header; Apple, Core Audio Format specification
 * 1.0.
 */
import type { ByteSource } from "../../core/byte-source.ts";
import { createSourceSlice } from "../../core/byte-source.ts";
import { GolemError } from "../../core/error.ts";
import { joinBytes } from "../../core/join-arrays.ts";
import { hasText } from "./content.ts";
import type { Decoder } from "./decoder.ts";
import { checkFormat } from "./format-limits.ts";
import { wavDecoder } from "./wav/wav-decoder.ts";

/** Samples, and the fmt chunk that describes them in a WAV file. */
interface Wrapped {
  /** The contents of a fmt chunk of WAV; the whole chunk if the file has one itself. */
  readonly format: StatedFormat | Uint8Array;
  readonly isBigEndian: boolean;
  readonly start: number;
  /** Stated bytes of samples; undefined if the file states that they extend to its end. */
  readonly size: number | undefined;
  /** The end of the chunks after the samples. */
  readonly tail: number;
}

interface StatedFormat {
  readonly codec: "integer" | "signed-byte" | "float" | "alaw" | "mulaw";
  readonly channels: number;
  readonly sampleRate: number;
  readonly bits: number;
  /** Bytes from one frame to the next. */
  readonly align: number;
}

const tags = { integer: 1, "signed-byte": 1, float: 3, alaw: 6, mulaw: 7 } as const;
/** Maximum number of chunks in a header; with more, the file is rejected. */
const maximumChunks = 4096;
/** A stated size of at least this that exceeds the file is a placeholder. */
const largePlaceholder = 2 ** 40;

const readers: Readonly<Record<string, (source: ByteSource) => Promise<Wrapped | undefined>>> = {
  w64: readWave64,
  au: readAu,
  caf: readCoreAudio,
};

/** Decodes Wave64, AU and CAF; rejects with `unsupported-codec` for codecs that WAV does not support. */
export const rewrappedDecoder: Decoder = {
  id: "rewrapped@1",
  canDecode: ({ container }) => Object.hasOwn(readers, container),
  decode: async (source, options) => {
    const head = await source.read(0, 4);
    const container = hasText(head, 0, "riff") ? "w64" : hasText(head, 0, ".snd") ? "au" : "caf";
    const wrapped = await readers[container]!(source);
    if (!wrapped) {
      throw new GolemError(
        "unsupported-codec",
        `${source.name} has no samples in a codec that is built in; expected PCM, float, A-law or mu-law.`,
        { hint: "Convert it, for example: ffmpeg -i FILE out.wav" },
      );
    }
    if (wrapped.start >= source.byteLength) {
      throw new GolemError("no-samples", `${source.name} has no samples after its header; expected some.`, {
        hint: "Record it again: nothing was written after the header.",
      });
    }
    return { ...(await wavDecoder.decode(rewrap(source, wrapped), options)), container };
  },
};

/** The same samples with the header of a WAV file. */
function rewrap(source: ByteSource, { format, isBigEndian, start, size, tail }: Wrapped): ByteSource {
  const { name, byteLength } = source;
  const present = byteLength - start;
  const stated = size ?? Math.min(present, 0xffff_ffff);
  const samples = Math.min(stated, present);
  const isOpen = samples === 0 || !Number.isFinite(present) || samples < stated;
  const body = format instanceof Uint8Array ? format : createFormat(format, isBigEndian);
  const head = joinBytes([
    createHead(
      isBigEndian ? "RIFX" : "RIFF",
      "WAVE",
      isOpen ? 0xffff_ffff : 20 + body.length + samples,
      isBigEndian,
    ),
    createHead("fmt ", "", body.length, isBigEndian),
    body,
    createHead(
      "data",
      "",
      stated >= largePlaceholder ? 0xffff_ffff : Math.min(stated, 0xffff_fffe),
      isBigEndian,
    ),
  ]);
  const parts = isOpen
    ? [createSourceSlice(source, start, present)]
    : [createSourceSlice(source, start, samples), createSourceSlice(source, tail, byteLength)];
  const isSigned = !(format instanceof Uint8Array) && format.codec === "signed-byte";
  return {
    name,
    byteLength: parts.reduce((sum, part) => sum + part.byteLength, head.length),
    read: async (offset, count) => {
      const pieces: Uint8Array[] = [head.subarray(offset, offset + count)];
      let at = offset - head.length;
      let left = count - pieces[0]!.length;
      for (const [i, part] of parts.entries()) {
        if (left > 0 && at + left > 0 && at < part.byteLength) {
          const bytes = await part.read(Math.max(0, at), left);
          pieces.push(isSigned && i === 0 ? bytes.map((byte) => byte ^ 0x80) : bytes);
          left -= bytes.length;
          at += bytes.length;
        }
        at = Math.max(0, at) - part.byteLength;
      }
      return joinBytes(pieces);
    },
  };
}

function createHead(id: string, kind: string, size: number, isBigEndian: boolean): Uint8Array {
  const bytes = Uint8Array.from(`${id}....${kind}`, (letter) => letter.charCodeAt(0));
  new DataView(bytes.buffer).setUint32(4, size, !isBigEndian);
  return bytes;
}

/** The body of a fmt chunk. */
function createFormat({ codec, channels, sampleRate, bits, align }: StatedFormat, isBigEndian: boolean) {
  const view = new DataView(new ArrayBuffer(16));
  view.setUint16(0, tags[codec], !isBigEndian);
  view.setUint16(2, channels, !isBigEndian);
  view.setUint32(4, sampleRate, !isBigEndian);
  view.setUint32(8, sampleRate * align, !isBigEndian);
  view.setUint16(12, align, !isBigEndian);
  view.setUint16(14, bits, !isBigEndian);
  return new Uint8Array(view.buffer);
}

const getView = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Last bytes of the identifiers of Wave64's chunks. */
const wave64Mark = "\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a";

async function readWave64(source: ByteSource): Promise<Wrapped | undefined> {
  const isChunk = (head: Uint8Array): boolean => head.length === 24 && hasText(head, 4, wave64Mark);
  const skip = (at: number, head: Uint8Array): number =>
    at + Math.max(24, Math.ceil(Number(getView(head).getBigUint64(16, true)) / 8) * 8);
  let format: Uint8Array | undefined;
  for (let at = 40, chunk = 0; chunk < maximumChunks; chunk++) {
    const head = await source.read(at, 24);
    if (!isChunk(head)) return undefined;
    const size = Number(getView(head).getBigUint64(16, true));
    if (hasText(head, 0, "fmt "))
      format = (await source.read(at + 24, Math.max(0, Math.min(64, size - 24)))).slice();
    const next = skip(at, head);
    if (hasText(head, 0, "data")) {
      const tail = await findTail(source, next, 24, (bytes, from) =>
        isChunk(bytes) ? skip(from, bytes) : 0,
      );
      return (
        format && { format, isBigEndian: false, start: at + 24, size: trimPadding(size - 24, format), tail }
      );
    }
    at = next;
  }
  return undefined;
}

/** Removes padding to a multiple of eight bytes, which some writers count as samples. */
function trimPadding(size: number, format: Uint8Array): number {
  const align = format.length < 14 ? 1 : getView(format).getUint16(12, true) || 1;
  const rest = size % align;
  return Math.max(0, rest < 8 ? size - rest : size);
}

/** Walks chunks from `at`; `skip` returns the end of the chunk that begins so, 0 if there is none. */
async function findTail(
  source: ByteSource,
  at: number,
  headBytes: number,
  skip: (head: Uint8Array, at: number) => number,
): Promise<number> {
  if (!Number.isFinite(source.byteLength)) return at;
  for (let chunk = 0; chunk < maximumChunks && at < source.byteLength; chunk++) {
    const next = skip(await source.read(at, headBytes), at);
    if (next <= at || next > source.byteLength + 8) break;
    at = next;
  }
  return at;
}

/** Codec and bits by the number in the header. */
const auEncodings: Readonly<Record<number, readonly [StatedFormat["codec"], number]>> = {
  1: ["mulaw", 8],
  2: ["signed-byte", 8],
  3: ["integer", 16],
  4: ["integer", 24],
  5: ["integer", 32],
  6: ["float", 32],
  7: ["float", 64],
  27: ["alaw", 8],
};

async function readAu(source: ByteSource): Promise<Wrapped | undefined> {
  const head = await source.read(0, 24);
  if (head.length < 24) return undefined;
  const [start, size, encoding, sampleRate, channels] = [4, 8, 12, 16, 20].map((at) =>
    getView(head).getUint32(at),
  );
  const [codec, bits] = auEncodings[encoding!] ?? [];
  checkFormat(source.name, sampleRate!, channels!);
  if (codec === undefined || bits === undefined) return undefined;
  const format = { codec, bits, sampleRate: sampleRate!, channels: channels!, align: (channels! * bits) / 8 };
  const stated = size === 0xffff_ffff ? undefined : size!;
  return { format, isBigEndian: true, start: start!, size: stated, tail: start! + size! };
}

async function readCoreAudio(source: ByteSource): Promise<Wrapped | undefined> {
  const skip = (head: Uint8Array, at: number): number => at + 12 + Number(getView(head).getBigInt64(4));
  let format: StatedFormat | undefined;
  let isBigEndian = true;
  for (let at = 8, chunk = 0; chunk < maximumChunks; chunk++) {
    const head = await source.read(at, 12);
    if (head.length < 12) return undefined;
    const size = Number(getView(head).getBigInt64(4));
    if (hasText(head, 0, "desc")) {
      const body = await source.read(at + 12, 32);
      if (body.length < 32) return undefined;
      const view = getView(body);
      const flags = view.getUint32(12);
      const codec = hasText(body, 8, "alaw") ? "alaw" : hasText(body, 8, "ulaw") ? "mulaw" : undefined;
      if (!codec && !hasText(body, 8, "lpcm")) return undefined;
      const bits = view.getUint32(28) || 8;
      format = {
        ...{ sampleRate: Math.round(view.getFloat64(0)), channels: view.getUint32(24), bits },
        codec: codec ?? (flags & 1 ? "float" : bits === 8 ? "signed-byte" : "integer"),
        align: view.getUint32(16),
      };
      checkFormat(source.name, format.sampleRate, format.channels);
      isBigEndian = (flags & 2) === 0;
    }
    const next = skip(head, at);
    if (hasText(head, 0, "data")) {
      const tail =
        size <= 0
          ? source.byteLength
          : await findTail(source, next, 12, (bytes, from) =>
              bytes.length === 12 && bytes.subarray(0, 4).every((byte) => byte >= 0x20 && byte < 0x7f)
                ? skip(bytes, from)
                : 0,
            );
      const stated = size === -1 ? undefined : Math.max(0, size - 4);
      return format && { format, isBigEndian, start: at + 16, size: stated, tail };
    }
    if (next <= at) return undefined;
    at = next;
  }
  return undefined;
}
