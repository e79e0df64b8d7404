/** Opens a model's checkpoint from its files, in any of the four published layouts. */

import * as z from "zod/mini";
import { parseBoundedJson } from "../../../core/bounded-json.ts";
import type { ByteSource } from "../../../core/byte-source.ts";
import { checkSchema } from "../../../core/check-schema.ts";
import { GolemError } from "../../../core/error.ts";
import {
  headerLengthBytes,
  parseSafetensorsHeader,
  readHeaderLength,
  type SafetensorsRules,
} from "../../../core/safetensors-header.ts";
import { type Checkpoint, checkpointLimits, damagedCheckpoint } from "./checkpoint.ts";
import { type ElementType, elementBytes, toFloat32 } from "./element-type.ts";
import { openTorchFile } from "./torch-file.ts";

/** Names of the first file of a checkpoint, in order of preference. */
export const checkpointFiles = [
  "model.safetensors",
  "model.safetensors.index.json",
  "pytorch_model.bin",
  "pytorch_model.bin.index.json",
] as const;

/**
 * Opens the checkpoint among `sources` (by file name): the first of {@link checkpointFiles} that exists, with
 * the shards that its index names. Reads only headers. Rejects with `weights-missing` if a file is missing
 * and `weights-damaged` if one is invalid.
 */
export async function openCheckpoint(sources: Readonly<Record<string, ByteSource>>): Promise<Checkpoint> {
  const name = checkpointFiles.find((file) => Object.hasOwn(sources, file));
  if (name === undefined) {
    throw new GolemError(
      "weights-missing",
      `There are no weights among ${Object.keys(sources).join(", ") || "no files"}; expected one of ${checkpointFiles.join(", ")}.`,
      { hint: "Checkpoints for TensorFlow, Flax or fairseq are not supported." },
    );
  }
  const source = sources[name]!;
  if (!name.endsWith(".index.json")) return openFile(source);
  const shards = await readShardIndex(source);
  const opened = new Map<string, Checkpoint>();
  for (const file of new Set(shards.values())) {
    const shard = Object.hasOwn(sources, file) ? sources[file] : undefined;
    if (!shard) {
      throw new GolemError("weights-missing", `${name} names the file ${file}, which is missing.`, {
        hint: "A sharded checkpoint needs all of its files in one folder.",
      });
    }
    opened.set(file, await openFile(shard));
  }
  for (const [tensor, file] of shards) {
    if (!opened.get(file)!.getShape(tensor))
      throw damagedCheckpoint(file, `${name} expects '${tensor}' in it`);
  }
  return {
    names: [...shards.keys()],
    getShape: (tensor) => opened.get(shards.get(tensor) ?? "")?.getShape(tensor),
    readTensor: async (tensor) => {
      const shard = opened.get(shards.get(tensor) ?? "");
      if (!shard) throw damagedCheckpoint(name, `it has no tensor '${tensor}'`);
      return shard.readTensor(tensor);
    },
  };
}

/** File names must be without folders, so that no file outside the folder is read. */
const indexSchema = z.object({
  weight_map: z.record(z.string(), z.string().check(z.regex(/^[\w][\w.-]*\.(safetensors|bin)$/))),
});

function openFile(source: ByteSource): Promise<Checkpoint> {
  return source.name.endsWith(".safetensors") ? openSafetensors(source) : openTorchFile(source);
}

/** Reads an index of shards: the file that each tensor is in. */
export async function readShardIndex(source: ByteSource): Promise<Map<string, string>> {
  if (source.byteLength > checkpointLimits.headerBytes) {
    throw damagedCheckpoint(source.name, `it has ${source.byteLength} bytes`);
  }
  const index = parseBoundedJson(await source.read(0, source.byteLength), (found, cause) =>
    damagedCheckpoint(source.name, found, cause),
  );
  const { weight_map: map } = checkSchema(indexSchema, index, (found) =>
    damagedCheckpoint(source.name, found),
  );
  return new Map(Object.entries(map));
}

/** Opens a safetensors file; reads only its header. Rejects with `weights-damaged` if it is invalid. */
async function openSafetensors(source: ByteSource): Promise<Checkpoint> {
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
