/** Checkpoints for tests: byte sources in memory, safetensors of any type. */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { ByteSource } from "../../src/core/byte-source.ts";

/** A byte source over bytes. */
export function memorySource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    byteLength: bytes.length,
    read: async (offset, length) => bytes.slice(Math.max(0, offset), Math.max(0, offset + length)),
  };
}

/** A byte source over a fixture file, with the name given or its own. */
export async function fixtureSource(path: string, name = basename(path)): Promise<ByteSource> {
  return memorySource(name, await readFile(new URL(`../fixtures/pretrained/${path}`, import.meta.url)));
}

/** The bytes of a safetensors file with the header given (an object, or text as it is) and its data. */
export function safetensorsBytes(header: unknown, data: Uint8Array): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}
