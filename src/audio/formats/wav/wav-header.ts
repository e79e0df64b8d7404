/**
 * The chunks of a WAV file: where the samples are, and how they are stored. Stated sizes are never trusted.
 *
 * Not its concern: how samples are decoded.
 *
 * References: Microsoft/IBM Multimedia Programming Interface 1.0 (RIFF), WAVE_FORMAT_EXTENSIBLE (Microsoft),
 * EBU Tech 3306 (RF64 and its ds64 chunk).
 */

import type { ByteSource } from "../../../core/byte-source.ts";
import { type ErrorRecord, GolemError } from "../../../core/error.ts";
import { createWarning } from "../../warning.ts";
import { hasText } from "../content.ts";
import { checkFormat } from "../format-limits.ts";
import { searchUnsized } from "../joined-files.ts";
import { isEndOfSamples, isZeroToEnd } from "../riff-tail.ts";

/** Description of the samples in a WAV file. */
export interface WavHeader {
  /** Format tag; for WAVE_FORMAT_EXTENSIBLE, the one in the sub-format. */
  readonly formatTag: number;
  readonly littleEndian: boolean;
  readonly channels: number;
  readonly sampleRate: number;
  /** Bytes from one frame (or block) to the next. */
  readonly blockAlign: number;
  readonly bitsPerSample: number;
  /** Bytes per second as stated. */
  readonly byteRate: number;
  /** Samples per channel by the fact chunk; 0 if there is none. Meaningful only for compressed samples. */
  readonly factSamples: number;
  /** Offset of the samples, and the number of bytes that are present. */
  readonly dataOffset: number;
  readonly dataLength: number;
  readonly warnings: ErrorRecord[];
}

interface Format {
  /** Whether the tag states that a sub-format follows, but none does. */
  isExtensible: boolean;
  formatTag: number;
  channels: number;
  sampleRate: number;
  byteRate: number;
  blockAlign: number;
  bitsPerSample: number;
}

const unknownLength = 0xffff_ffff;
/** Maximum number of chunks before the samples; with more, the file is rejected. */
const maximumChunks = 4096;

/** Walks the chunks up to the samples; rejects with `corrupt-audio` or `no-samples`. */
export async function readWavHeader(source: ByteSource): Promise<WavHeader> {
  const { name } = source;
  const head = await source.read(0, 12);
  const littleEndian = !hasText(head, 0, "RIFX");
  const uint32 = (bytes: Uint8Array, offset: number): number =>
    new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset, littleEndian);
  const riffLength = head.length < 8 ? 0 : uint32(head, 4);
  let format: Format | undefined;
  let longLength: number | undefined;
  let factSamples = 0;
  let offset = 12;
  const finish = async (start: number, declared: number, stated: Format): Promise<WavHeader> => {
    checkFormat(name, stated.sampleRate, stated.channels);
    const located = await locateData(source, { start, declared, longLength, riffLength, format: stated });
    return { ...addBits(name, stated, located.warnings), littleEndian, factSamples, ...located };
  };
  let early: { readonly start: number; readonly length: number } | undefined;
  for (let chunk = 0; chunk < maximumChunks; chunk++) {
    const chunkHead = await source.read(offset, 8);
    if (chunkHead.length < 8) break;
    const length = uint32(chunkHead, 4);
    const body = offset + 8;
    if (hasText(chunkHead, 0, "data")) {
      if (format) return finish(body, length, format);
      // The fmt chunk may follow the samples.
      early ??= { start: body, length };
    }
    if (hasText(chunkHead, 0, "fmt ")) {
      format = await readFormat(source, body, length, littleEndian);
      if (early) return finish(early.start, early.length, format);
    }
    if (hasText(chunkHead, 0, "fact")) {
      const fact = await source.read(body, 4);
      if (fact.length === 4) factSamples = uint32(fact, 0);
    }
    if (hasText(chunkHead, 0, "ds64")) {
      const ds64 = await source.read(body, 16);
      if (ds64.length === 16) longLength = uint32(ds64, 8) + uint32(ds64, 12) * 2 ** 32;
    }
    if (body + length > source.byteLength) {
      if (early) throw corrupt(name, "has a data chunk and no fmt chunk, so its samples cannot be read");
      // An invalid name shows that the previous chunk is shorter or longer than it states.
      const isName = chunkHead.subarray(0, 4).every((byte) => byte >= 0x20 && byte <= 0x7e);
      const found = isName ? undefined : await searchChunks(source, littleEndian);
      if (found) {
        const header = await finish(found.start, found.length, found.format);
        header.warnings.push(warnOfChunks(name));
        return header;
      }
      const chunkName = String.fromCharCode(...chunkHead.subarray(0, 4)).replace(/[^ -~]/g, "?");
      throw corrupt(
        name,
        `has a chunk "${chunkName}" of ${length} bytes, but only ${source.byteLength - body} follow; no samples before it`,
      );
    }
    offset = body + length + (length & 1);
  }
  if (early) throw corrupt(name, "has a data chunk and no fmt chunk, so its samples cannot be read");
  throw corrupt(name, format ? "has no data chunk" : "has neither a fmt nor a data chunk");
}

/** Bytes at the start of a file that are searched for chunks if their sizes are wrong. */
const searchedBytes = 1 << 20;

/** Finds a plausible fmt chunk, and the data chunk after it, in a header whose sizes are wrong. */
async function searchChunks(
  source: ByteSource,
  littleEndian: boolean,
): Promise<{ readonly format: Format; readonly start: number; readonly length: number } | undefined> {
  const bytes = (await source.read(0, searchedBytes)).slice();
  const view = new DataView(bytes.buffer);
  for (let at = 12; at + 32 <= bytes.length; at++) {
    if (bytes[at] !== 0x66 || !hasText(bytes, at, "fmt ")) continue;
    const size = view.getUint32(at + 4, littleEndian);
    if (size < 16 || size > 256) continue;
    const format = await readFormat(source, at + 8, size, littleEndian);
    const { channels, sampleRate, blockAlign } = format;
    const isSound = channels > 0 && channels <= 64 && sampleRate >= 1000 && sampleRate <= 768_000;
    if (!isSound || blockAlign === 0) continue;
    for (let data = at + 8 + size; data + 8 <= bytes.length; data++) {
      if (bytes[data] !== 0x64 || !hasText(bytes, data, "data")) continue;
      return { format, start: data + 8, length: view.getUint32(data + 4, littleEndian) };
    }
  }
  return undefined;
}

function warnOfChunks(name: string): ErrorRecord {
  return createWarning(
    "header-overruled",
    `A chunk in the header of ${name} has a wrong size; the fmt and data chunks were found by search and read.`,
    "Convert the file once to get a correct header.",
  );
}

function corrupt(name: string, found: string): GolemError {
  return new GolemError("corrupt-audio", `${name} ${found}; expected a WAV file with fmt and data chunks.`, {
    hint: "The file is damaged or incomplete; record or convert it again.",
  });
}

async function readFormat(
  source: ByteSource,
  offset: number,
  length: number,
  littleEndian: boolean,
): Promise<Format> {
  const bytes = await source.read(offset, Math.min(length, 40));
  if (bytes.length < 16)
    throw corrupt(source.name, `has a fmt chunk of ${bytes.length} bytes, less than the 16 it needs`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tag = view.getUint16(0, littleEndian);
  const extensible = tag === 0xfffe && bytes.length >= 26;
  return {
    isExtensible: tag === 0xfffe && !extensible,
    formatTag: extensible ? view.getUint16(24, littleEndian) : tag,
    channels: view.getUint16(2, littleEndian),
    sampleRate: view.getUint32(4, littleEndian),
    byteRate: view.getUint32(8, littleEndian),
    blockAlign: view.getUint16(12, littleEndian),
    bitsPerSample: view.getUint16(14, littleEndian),
  };
}

/** The format. Block align gives the bits if PCM states 0; without a sub-format, the codec is PCM. */
function addBits(name: string, format: Format, warnings: ErrorRecord[]): Format {
  const { formatTag, bitsPerSample, blockAlign, channels, isExtensible } = format;
  if (isExtensible) {
    warnings.push(
      createWarning(
        "header-overruled",
        `The header of ${name} states an extensible format (0xFFFE) without the part that names the codec; the samples were read as PCM of ${bitsPerSample} bits.`,
        "Convert the file once to get a complete header.",
      ),
    );
    return { ...format, formatTag: 1 };
  }
  const bits = (8 * blockAlign) / channels;
  const isTold = formatTag === 1 && bitsPerSample === 0 && [8, 16, 24, 32].includes(bits);
  if (!isTold) return format;
  warnings.push(
    createWarning(
      "header-overruled",
      `The header of ${name} states 0 bits per sample; it was read with ${bits}, according to its block align of ${blockAlign} bytes.`,
      "Convert the file once to get a consistent header.",
    ),
  );
  return { ...format, bitsPerSample: bits };
}

/** The position and size of the samples as a header states them. */
interface StatedData {
  readonly start: number;
  readonly declared: number;
  readonly longLength: number | undefined;
  readonly riffLength: number;
  readonly format: Format;
}

/** Sizes that programs write while the right one is unknown. */
const placeholders: ReadonlySet<number> = new Set([0, unknownLength, 0x7fff_ffff, 0x7fff_f000, 0x8000_0000]);
/** A stated size of the whole file of at least this that is not the real one is a placeholder too. */
const largePlaceholder = 0x7f00_0000;

/** Determines the number of bytes of samples: the declared length, compared with the bytes present. */
async function locateData(
  source: ByteSource,
  { start, declared, longLength, riffLength, format }: StatedData,
): Promise<Pick<WavHeader, "dataOffset" | "dataLength" | "warnings">> {
  const { name } = source;
  const available = source.byteLength - start;
  const length = declared === unknownLength && longLength !== undefined ? longLength : declared;
  const warnings: ErrorRecord[] = [];
  const isRiffKnown =
    riffLength + 8 > start && riffLength < largePlaceholder && riffLength + 8 <= source.byteLength + 1;
  if (available === 0 || (length === 0 && (await isEndOfSamples(source, start)))) {
    throw new GolemError("no-samples", `${name} is a WAV file whose data chunk is empty; expected samples.`, {
      hint: "Record it again: nothing was written after the header.",
    });
  }
  const isTooLong = length > available || !Number.isFinite(available);
  const isRiffOpen = riffLength === 0 || (!isRiffKnown && riffLength >= largePlaceholder);
  const isOpen =
    length === 0 || (isTooLong && (placeholders.has(length) || (isRiffOpen && length >= largePlaceholder)));
  const end = Number.isFinite(available) ? ` (${available} bytes)` : "";
  // For joined files that were written to a pipe.
  const next = isOpen ? await searchUnsized(source, start, "wav") : undefined;
  if (isOpen && length === 0 && isRiffKnown) {
    warnings.push(
      createWarning(
        "header-overruled",
        `The data chunk of ${name} states 0 bytes, and its RIFF header ${riffLength} bytes in all; the samples up to the end of the file${end} were read.`,
        "Convert the file once to get a header with the right size.",
      ),
    );
  } else if (isOpen) {
    warnings.push(
      createWarning(
        "wrong-length",
        `The header of ${name} has a placeholder (0x${length.toString(16).toUpperCase()}) instead of the number of its bytes, as in files written as a stream; the samples up to the end of the file${end} were read.`,
        "Convert the file once to get a header with the right size.",
      ),
    );
  } else if (length > available) {
    const seconds = (length - available) / (format.byteRate || format.sampleRate * format.blockAlign || 1);
    warnings.push(
      createWarning(
        "truncated",
        `${name} states ${length} bytes of samples but has ${available}, so about ${seconds.toFixed(2)} s are missing; the rest was read.`,
        "The file was cut off; copy or record it again if the end matters.",
      ),
    );
  } else if (Number.isFinite(available) && available - length > 8 && riffLength + 8 >= source.byteLength) {
    const behind = start + length;
    if (!(await isEndOfSamples(source, behind)) && !(await isZeroToEnd(source, behind))) {
      warnings.push(
        createWarning(
          "header-overruled",
          `The data chunk of ${name} states ${length} bytes, and its RIFF header ${riffLength} bytes in all; no other chunk follows it, so the samples up to the end of the file${end} were read.`,
          "Convert the file once to get a header with the right size.",
        ),
      );
      return { dataOffset: start, dataLength: available, warnings };
    }
  }
  const open = next === undefined ? available : next - start;
  return { dataOffset: start, dataLength: isOpen ? open : Math.min(length, available), warnings };
}
