/**
 * Reads and writes a golem's safetensors file: only float32 tensors, since a golem contains no others.
 *
 * Format: huggingface/safetensors, README "Format". The bytes are untrusted: `core/safetensors-header.ts`
 * checks the header; this file checks that the tensors cover all of the data. Not its concern: the meaning of
 * the tensors.
 */
import { GolemError } from "../core/error.ts";
import {
  headerLengthBytes,
  parseSafetensorsHeader,
  readHeaderLength,
  type SafetensorsRules,
} from "../core/safetensors-header.ts";
import type { Tensor } from "../head/head.ts";

/** Maximum length of the header in bytes; that of a golem is far shorter. */
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

const rules: SafetensorsRules<"F32"> = {
  maximumHeaderBytes,
  elementBytes: { F32: 4 },
  damaged: (found, cause) =>
    new GolemError("golem-damaged", `The safetensors file is damaged: ${found}.`, {
      hint: "Copy the golem's folder again from its source, or train the golem again.",
      cause,
    }),
};

/** Parses safetensors; any inconsistency is the error `golem-damaged`, which describes it. */
export function decodeSafetensors(bytes: Uint8Array): Record<string, Tensor> {
  const dataStart = headerLengthBytes + readHeaderLength(bytes, bytes.length, rules);
  const dataBytes = bytes.length - dataStart;
  const extents = parseSafetensorsHeader(bytes.subarray(headerLengthBytes, dataStart), dataBytes, rules);
  const view = new DataView(bytes.buffer, bytes.byteOffset + dataStart, dataBytes);
  const tensors: Record<string, Tensor> = Object.create(null);
  let covered = 0;
  for (const [name, { shape, begin, end }] of extents) {
    const data = new Float32Array((end - begin) / 4);
    for (let i = 0; i < data.length; i++) data[i] = view.getFloat32(begin + 4 * i, true);
    tensors[name] = { shape, data };
    covered += end - begin;
  }
  if (covered !== dataBytes)
    throw rules.damaged(`its tensors cover ${covered} of ${dataBytes} bytes of data`);
  return tensors;
}
