/**
 * Reads the header of a safetensors file: its tensors and their positions.
 *
 * Format: huggingface/safetensors, README "Format": an 8-byte little-endian header length, a JSON header, raw
 * little-endian data. The header is untrusted until checked: it is bounded, every offset is inside the file,
 * sizes agree with shapes, and tensors do not overlap.
 * Not its concern: reading bytes, converting elements, the meaning of the tensors.
 */

import * as z from "zod/mini";
import { parseBoundedJson } from "./bounded-json.ts";
import { checkSchema } from "./check-schema.ts";

/** Bytes before the JSON header. */
export const headerLengthBytes = 8;
/** Maximum number of dimensions of a tensor. */
const maximumDimensions = 8;

const size = z.int().check(z.nonnegative());
const headerSchema = z.record(z.string(), z.unknown());
const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(size).check(z.maxLength(maximumDimensions)),
  data_offsets: z.tuple([size, size]),
});

/** The files that a reader accepts, and how it reports others. */
export interface SafetensorsRules<Type extends string> {
  /** Maximum length of the header, in bytes. */
  readonly maximumHeaderBytes: number;
  /** The supported element types, with the bytes of one element. */
  readonly elementBytes: Readonly<Record<Type, number>>;
  /** Creates the error for a file with the fault `found`. */
  damaged(found: string, cause?: unknown): Error;
}

/** One tensor in the file: its bytes are [begin, end) of the data that follows the header. */
interface TensorExtent<Type extends string> {
  readonly type: Type;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** Reads the length of the JSON header from the file's first bytes; throws `damaged` if it is impossible. */
export function readHeaderLength(
  start: Uint8Array,
  fileBytes: number,
  { maximumHeaderBytes, damaged }: SafetensorsRules<string>,
): number {
  if (start.length < headerLengthBytes) {
    throw damaged(`it has ${start.length} bytes; expected at least ${headerLengthBytes}`);
  }
  const length = new DataView(start.buffer, start.byteOffset, headerLengthBytes).getBigUint64(0, true);
  if (length > BigInt(maximumHeaderBytes) || length > BigInt(fileBytes - headerLengthBytes)) {
    throw damaged(`its header states a length of ${length} of the file's ${fileBytes} bytes`);
  }
  return Number(length);
}

/**
 * Parses the JSON header of a file with `dataBytes` after it; throws `damaged` for the first fault.
 */
export function parseSafetensorsHeader<Type extends string>(
  json: Uint8Array,
  dataBytes: number,
  { elementBytes, damaged }: SafetensorsRules<Type>,
): Map<string, TensorExtent<Type>> {
  const isKnown = (type: string): type is Type => Object.hasOwn(elementBytes, type);
  const extents = new Map<string, TensorExtent<Type>>();
  for (const [name, value] of Object.entries(parseJson(json, damaged))) {
    if (name === "__metadata__") continue;
    const entry = checkSchema(entrySchema, value, (found) => damaged(`in the entry of '${name}', ${found}`));
    const { dtype: type, shape, data_offsets: offsets } = entry;
    if (!isKnown(type)) {
      const known = Object.keys(elementBytes).join(", ");
      throw damaged(`tensor '${name}' is of type ${JSON.stringify(type)}; expected ${known}`);
    }
    const [begin, end] = offsets;
    const elements = shape.reduce((product, length) => product * length, 1);
    if (end > dataBytes || end - begin !== elements * elementBytes[type]) {
      throw damaged(
        `tensor '${name}' (${type}, [${shape.join(", ")}]) claims bytes ${begin} to ${end} of ${dataBytes}`,
      );
    }
    extents.set(name, { type, shape, begin, end });
  }
  let covered = 0;
  for (const { begin, end } of [...extents.values()].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < covered) throw damaged(`two of its tensors overlap at byte ${begin}`);
    covered = end;
  }
  return extents;
}

function parseJson(bytes: Uint8Array, damaged: SafetensorsRules<string>["damaged"]): Record<string, unknown> {
  const json = parseBoundedJson(bytes, (found, cause) => damaged(`of its header, ${found}`, cause));
  return checkSchema(headerSchema, json, () => damaged("its header is not a JSON object"));
}
