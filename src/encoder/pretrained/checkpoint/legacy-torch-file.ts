/**
 * Reads the layout of PyTorch before 1.6: five pickles in a row, then the storages, each after its number of
 * elements.
 *
 * Still needed: many `pytorch_model.bin` files on the Hub have it (huggingface/transformers issue 29007;
 * candle issue 2666). transformers reads both layouts, and torch 1.3 to 1.5 wrote this one in the years when
 * wav2vec2 and HuBERT were published and fine-tuned; `_use_new_zipfile_serialization=False` still writes it.
 * Layout: torch/serialization.py `_legacy_save`: magic number, protocol version, system information, the
 * object, the keys of the storages.
 */
import type { ByteSource } from "../../../core/byte-source.ts";
import { type Checkpoint, checkpointLimits, damagedCheckpoint } from "./checkpoint.ts";
import { elementBytes } from "./element-type.ts";
import { collectTensors, type TorchStorage, unpickleTensors } from "./torch-pickle.ts";
import { readTorchTensor } from "./torch-tensor.ts";

/** `0x1950a86a20f9469cfc6c` (the magic number) as the first pickle: protocol 2, a long of ten bytes. */
const opening = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];
/** Bytes read for the pickles. Listing the tensors takes far less; the rest of the file holds their data. */
const listingBytes = Math.min(16 * 1024 * 1024, checkpointLimits.headerBytes);

/** Opens a file of the older layout; rejects with `weights-damaged` if it is not one. */
export async function openLegacyTorchFile(source: ByteSource): Promise<Checkpoint> {
  const damaged = (found: string) => damagedCheckpoint(source.name, found);
  const bytes = await source.read(0, listingBytes);
  if (opening.some((byte, i) => bytes[i] !== byte)) {
    throw damaged("it is neither a zip archive nor PyTorch's older layout");
  }
  let at = opening.length;
  const next = () => {
    const { value, length } = unpickleTensors(bytes.subarray(at), source.name);
    at += length;
    return value;
  };
  const version = next();
  const system = next();
  if (version !== 1001) throw damaged(`it is of the unknown version ${String(version)}`);
  if (system instanceof Map && system.get("little_endian") === false)
    throw damaged("its numbers are big-endian");
  const tensors = collectTensors(next(), source.name);
  const keys = next();
  const storages = new Map<string, TorchStorage>();
  for (const { storage } of tensors.values()) storages.set(storage.key, storage);
  const offsets = new Map<string, number>();
  if (!Array.isArray(keys)) throw damaged("its list of storages is missing");
  for (const key of keys) {
    const storage = typeof key === "string" ? storages.get(key) : undefined;
    if (!storage) throw damaged(`its storage '${String(key)}' belongs to no tensor`);
    const count = await source.read(at, 8);
    const stated =
      count.length === 8 ? new DataView(count.buffer, count.byteOffset).getBigInt64(0, true) : -1n;
    if (stated !== BigInt(storage.elements))
      throw damaged(`its storage '${storage.key}' has ${stated} elements`);
    offsets.set(storage.key, at + 8);
    at += 8 + storage.elements * elementBytes[storage.type];
    if (at > source.byteLength) throw damaged(`it ends inside the storage '${storage.key}'`);
  }
  return {
    names: [...tensors.keys()],
    getShape: (name) => tensors.get(name)?.shape,
    readTensor: (name) =>
      readTorchTensor(source, tensors, name, (storage) => {
        const offset = offsets.get(storage.key);
        if (offset === undefined) throw damaged(`its storage '${storage.key}' is missing`);
        return offset;
      }),
  };
}
