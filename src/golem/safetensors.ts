/**
 * Reads and writes safetensors files: an 8-byte little-endian header length, a JSON header, raw little-endian data.
 *
 * Format: huggingface/safetensors, README "Format". Only float32 tensors, which is all a golem holds. Reading treats
 * the bytes as hostile: every number in the header is checked against the bytes that are there before it is used.
 * Not its concern: what the tensors are.
 */
import { GolemError } from "../core/error.ts";
import type { Tensor } from "../head/head.ts";

/** Longest header accepted, in bytes; that of a golem is far below. */
const maximumHeaderBytes = 4 * 1024 * 1024;

/** Serialises tensors, sorted by name; the same tensors give the same bytes. */
export function encodeSafetensors(tensors: Readonly<Record<string, Tensor>>): Uint8Array {
  const names = Object.keys(tensors).sort();
  const header: Record<string, unknown> = { __metadata__: { format: "golem" } };
  let offset = 0;
  for (const name of names) {
    const { shape, data } = tensors[name]!;
    header[name] = { dtype: "F32", shape, data_offsets: [offset, offset + 4 * data.length] };
    offset += 4 * data.length;
  }
  let json = JSON.stringify(header);
  json += " ".repeat((8 - (new TextEncoder().encode(json).length % 8)) % 8);
  const head = new TextEncoder().encode(json);
  const bytes = new Uint8Array(8 + head.length + offset);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(head.length), true);
  bytes.set(head, 8);
  let position = 8 + head.length;
  for (const name of names) {
    for (const value of tensors[name]!.data) {
      view.setFloat32(position, value, true);
      position += 4;
    }
  }
  return bytes;
}

/** Parses safetensors; any inconsistency is the error `golem-damaged` with what was found. */
export function decodeSafetensors(bytes: Uint8Array): Record<string, Tensor> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8) throw damaged(`it has ${bytes.length} bytes; a header needs at least 8`);
  const headerLength = view.getBigUint64(0, true);
  if (headerLength > BigInt(maximumHeaderBytes) || headerLength > BigInt(bytes.length - 8)) {
    throw damaged(`its header claims ${headerLength} bytes; the file has ${bytes.length}`);
  }
  const dataStart = 8 + Number(headerLength);
  const header = parseHeader(bytes.subarray(8, dataStart));
  const dataBytes = bytes.length - dataStart;
  const tensors: Record<string, Tensor> = Object.create(null);
  const extents: [number, number][] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const { shape, begin, end } = parseEntry(name, entry, dataBytes);
    extents.push([begin, end]);
    const data = new Float32Array((end - begin) / 4);
    for (let i = 0; i < data.length; i++) data[i] = view.getFloat32(dataStart + begin + 4 * i, true);
    tensors[name] = { shape, data };
  }
  extents.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let covered = 0;
  for (const [begin, end] of extents) {
    if (begin !== covered) throw damaged(`its tensors leave a gap or overlap at byte ${begin}`);
    covered = end;
  }
  if (covered !== dataBytes) throw damaged(`its tensors cover ${covered} of ${dataBytes} bytes of data`);
  return tensors;
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw damaged("its header is not JSON in UTF-8");
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) {
    throw damaged("its header is not a JSON object");
  }
  return header as Record<string, unknown>;
}

function parseEntry(
  name: string,
  entry: unknown,
  dataBytes: number,
): { shape: number[]; begin: number; end: number } {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  if (dtype !== "F32") throw damaged(`tensor ${name} has type ${String(dtype)}; expected F32`);
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  if (!Array.isArray(shape) || shape.length > 8 || !shape.every(isCount)) {
    throw damaged(`tensor ${name} has no valid shape`);
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    throw damaged(`tensor ${name} has no valid offsets`);
  }
  const [begin, end] = offsets as [number, number];
  const elements = (shape as number[]).reduce((product, size) => product * size, 1);
  if (begin > end || end > dataBytes || end - begin !== 4 * elements) {
    throw damaged(
      `tensor ${name} of shape [${shape.join(", ")}] claims bytes ${begin} to ${end} of ${dataBytes}`,
    );
  }
  return { shape: shape as number[], begin, end };
}

function damaged(what: string): GolemError {
  return new GolemError("golem-damaged", `The safetensors file is damaged: ${what}.`, {
    hint: "Copy the golem's folder again from where it was made, or train it anew.",
  });
}
