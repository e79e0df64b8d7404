/**
 * Reads `pytorch_model.bin` tensor by tensor. Since PyTorch 1.6 this is a zip archive with a pickle and one
 * entry per storage.
 *
 * Layout: torch/serialization.py `_save`: ROOT/data.pkl, ROOT/data/KEY, ROOT/byteorder. The pickle is read by
 * `torch-pickle.ts`, which executes nothing.
 */
import type { ByteSource } from "../../../core/byte-source.ts";
import { type Checkpoint, checkpointLimits, damagedCheckpoint } from "./checkpoint.ts";
import { elementBytes } from "./element-type.ts";
import { openLegacyTorchFile } from "./legacy-torch-file.ts";
import { collectTensors, unpickleTensors } from "./torch-pickle.ts";
import { readTorchTensor, type StorageBytes } from "./torch-tensor.ts";
import { readZipDirectory } from "./zip-directory.ts";

/**
 * Opens a PyTorch checkpoint of either layout. Rejects with `weights-damaged` if it has neither layout, or
 * would run code.
 */
export async function openTorchFile(source: ByteSource): Promise<Checkpoint> {
  const [p, k] = await source.read(0, 2);
  return p === 0x50 && k === 0x4b ? openArchive(source) : openLegacyTorchFile(source);
}

async function openArchive(source: ByteSource): Promise<Checkpoint> {
  const damaged = (found: string) => damagedCheckpoint(source.name, found);
  const entries = await readZipDirectory(source);
  const pickleName = [...entries.keys()].find((name) => name === "data.pkl" || name.endsWith("/data.pkl"));
  const pickle = pickleName === undefined ? undefined : entries.get(pickleName);
  if (pickleName === undefined || !pickle) throw damaged("it is a zip archive without data.pkl");
  if (pickle.length > checkpointLimits.headerBytes) throw damaged(`its data.pkl has ${pickle.length} bytes`);
  const root = pickleName.slice(0, -"data.pkl".length);
  const order = entries.get(`${root}byteorder`);
  if (
    order &&
    new TextDecoder().decode(await source.read(order.offset, Math.min(order.length, 16))) !== "little"
  ) {
    throw damaged("its numbers are big-endian");
  }
  const { value } = unpickleTensors(await source.read(pickle.offset, pickle.length), source.name);
  const tensors = collectTensors(value, source.name);
  const locate: StorageBytes = (storage) => {
    const entry = entries.get(`${root}data/${storage.key}`);
    if (!entry) throw damaged(`its storage '${storage.key}' is missing`);
    if (entry.length < storage.elements * elementBytes[storage.type]) {
      throw damaged(
        `its storage '${storage.key}' has ${entry.length} bytes for ${storage.elements} elements`,
      );
    }
    return entry.offset;
  };
  return {
    names: [...tensors.keys()],
    getShape: (name) => tensors.get(name)?.shape,
    readTensor: (name) => readTorchTensor(source, tensors, name, locate),
  };
}
