/**
 * The chunks of a WAV file: where the samples are, and how they are stored. Stated sizes are never trusted.
 *
 * Not its concern: how samples are decoded.
 *
 * References: Microsoft/IBM Multimedia Programming Interface 1.0 (RIFF), WAVE_FORMAT_EXTENSIBLE (Microsoft),
 * EBU Tech 3306 (RF64 and its ds64 chunk).
 */

import type { ByteSource } from "../../core/byte-source.ts";
import { type ErrorRecord, GolemError } from "../../core/error.ts";
import { createWarning } from "../warning.ts";
import { hasText } from "./content.ts";
import { checkFormat } from "./format-limits.ts";

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
  /** Samples per channel by the fact chunk; 0 when there is none. Only meaningful for compressed samples. */
  readonly factSamples: number;
  /** Offset of the samples, and how many bytes of them are really present. */
  readonly dataOffset: number;
  readonly dataLength: number;
  readonly warnings: ErrorRecord[];
}

interface Format {
  formatTag: number;
  channels: number;
  sampleRate: number;
  blockAlign: number;
  bitsPerSample: number;
}

const unknownLength = 0xffff_ffff;
/** Headers with more chunks than this before the samples are given up. */
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
  for (let chunk = 0; chunk < maximumChunks; chunk++) {
    const chunkHead = await source.read(offset, 8);
    if (chunkHead.length < 8) break;
    const length = uint32(chunkHead, 4);
    const body = offset + 8;
    if (hasText(chunkHead, 0, "data")) {
      if (!format)
        throw corrupt(name, "has a data chunk before any fmt chunk, so its samples cannot be read");
      checkFormat(name, format.sampleRate, format.channels);
      return {
        ...format,
        littleEndian,
        factSamples,
        ...locateData(source, body, length, longLength, riffLength),
      };
    }
    if (hasText(chunkHead, 0, "fmt ")) format = await readFormat(source, body, length, littleEndian);
    if (hasText(chunkHead, 0, "fact")) {
      const fact = await source.read(body, 4);
      if (fact.length === 4) factSamples = uint32(fact, 0);
    }
    if (hasText(chunkHead, 0, "ds64")) {
      const ds64 = await source.read(body, 16);
      if (ds64.length === 16) longLength = uint32(ds64, 8) + uint32(ds64, 12) * 2 ** 32;
    }
    if (body + length > source.byteLength) {
      const chunkName = String.fromCharCode(...chunkHead.subarray(0, 4)).replace(/[^ -~]/g, "?");
      throw corrupt(
        name,
        `has a chunk "${chunkName}" of ${length} bytes, but only ${source.byteLength - body} follow; no samples before it`,
      );
    }
    offset = body + length + (length & 1);
  }
  throw corrupt(name, format ? "has no data chunk" : "has neither a fmt nor a data chunk");
}

function corrupt(name: string, found: string): GolemError {
  return new GolemError("corrupt-audio", `${name} ${found}; expected a WAV file with fmt and data chunks.`, {
    hint: "The file is damaged or was never finished; record or convert it again.",
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
    formatTag: extensible ? view.getUint16(24, littleEndian) : tag,
    channels: view.getUint16(2, littleEndian),
    sampleRate: view.getUint32(4, littleEndian),
    blockAlign: view.getUint16(12, littleEndian),
    bitsPerSample: view.getUint16(14, littleEndian),
  };
}

/** Determines how many bytes of samples there are: the declared length, limited by what is present. */
function locateData(
  source: ByteSource,
  dataOffset: number,
  declared: number,
  longLength: number | undefined,
  riffLength: number,
): Pick<WavHeader, "dataOffset" | "dataLength" | "warnings"> {
  const available = source.byteLength - dataOffset;
  const length = declared === unknownLength && longLength !== undefined ? longLength : declared;
  const warnings: ErrorRecord[] = [];
  if (available === 0 || (length === 0 && !(riffLength === 0 || riffLength + 8 <= dataOffset))) {
    throw new GolemError(
      "no-samples",
      `${source.name} is a WAV file whose data chunk is empty; expected samples.`,
      {
        hint: "Record it again: nothing was written after the header.",
      },
    );
  }
  if (length === 0 || length === unknownLength) {
    warnings.push(
      createWarning(
        "wrong-length",
        `The header of ${source.name} does not state its length; everything up to its end${Number.isFinite(available) ? ` (${available} bytes)` : ""} was read.`,
        "The recorder was interrupted, or wrote to a pipe; converting the file once repairs it.",
      ),
    );
  } else if (length > available) {
    warnings.push(
      createWarning(
        "truncated",
        `${source.name} promises ${length} bytes of samples and has ${available}; these were read.`,
        "The file was cut off; copy or record it again if the end matters.",
      ),
    );
  }
  const whole = length === 0 || length === unknownLength ? available : Math.min(length, available);
  return { dataOffset, dataLength: whole, warnings };
}
