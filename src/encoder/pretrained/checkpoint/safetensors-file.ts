/**
 * Reads a checkpoint in a safetensors file, tensor by tensor. (A golem's own small file has its reader in
 * `golem/safetensors.ts`; both read the header by `core/safetensors-header.ts`.)
 *
 * Not its concern: what the tensors are.
 */
import type { ByteSource } from "../../../core/byte-source.ts";
import {
  headerLengthBytes,
  parseSafetensorsHeader,
  readHeaderLength,
  type SafetensorsRules,
} from "../../../core/safetensors-header.ts";
import { type Checkpoint, checkpointLimits, damagedCheckpoint } from "./checkpoint.ts";
import { type ElementType, elementBytes, toFloat32 } from "./element-type.ts";

/**
 * Opens a safetensors file: reads its header, nothing else. Rejects with `weights-damaged` if anything is
 * off.
 */
export async function openSafetensors(source: ByteSource): Promise<Checkpoint> {
  const rules: SafetensorsRules<ElementType> = {
    maximumHeaderBytes: checkpointLimits.headerBytes,
    elementBytes,
    damaged: (found, cause) => damagedCheckpoint(source.name, found, cause),
  };
  const length = readHeaderLength(await source.read(0, headerLengthBytes), source.byteLength, rules);
  const dataStart = headerLengthBytes + length;
  const json = await source.read(headerLengthBytes, length);
  const extents = parseSafetensorsHeader(json, source.byteLength - dataStart, rules);
  return {
    names: [...extents.keys()],
    getShape: (name) => extents.get(name)?.shape,
    async readTensor(name) {
      const extent = extents.get(name);
      if (!extent) throw rules.damaged(`it has no tensor '${name}'`);
      const { begin, end, type } = extent;
      const bytes = await source.read(dataStart + begin, end - begin);
      if (bytes.length < end - begin) throw rules.damaged(`it ends inside the tensor '${name}'`);
      return toFloat32(bytes, type);
    },
  };
}
