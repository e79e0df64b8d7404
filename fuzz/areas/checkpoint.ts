/** Checkpoints: safetensors, PyTorch's zip and legacy files, indexes of shards, config.json. */
import { readdir, readFile } from "node:fs/promises";
import { parseBoundedJson } from "../../src/core/bounded-json.ts";
import { createMemorySource } from "../../src/core/byte-source.ts";
import { GolemError } from "../../src/core/error.ts";
import { openCheckpoint } from "../../src/encoder/pretrained/checkpoint/open-checkpoint.ts";
import { planPretrained } from "../../src/encoder/pretrained/families.ts";
import { safetensorsBytes } from "../../test/support/checkpoint-files.ts";
import type { FuzzArea } from "../area.ts";

const fixtures = new URL("../../test/fixtures/pretrained/", import.meta.url);
const read = async (name: string) => new Uint8Array(await readFile(new URL(name, fixtures)));

/** The config.json of every family's fixtures. */
async function readConfigs(): Promise<Record<string, Uint8Array>> {
  const folders = (await readdir(fixtures, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const configs: Record<string, Uint8Array> = {};
  for (const { name } of folders) configs[`${name}-config.json`] = await read(`${name}/config.json`);
  return configs;
}

const small = safetensorsBytes(
  {
    __metadata__: { format: "pt" },
    a: { dtype: "F32", shape: [2, 3], data_offsets: [0, 24] },
    b: { dtype: "F16", shape: [4], data_offsets: [24, 32] },
    c: { dtype: "I64", shape: [1], data_offsets: [32, 40] },
  },
  new Uint8Array(40).fill(60),
);
const index = { metadata: { total_size: 40 }, weight_map: { a: "one.safetensors", b: "one.safetensors" } };

/** Files that the input takes the place of, by the end of its name. */
function placeInput(bytes: Uint8Array, name: string): Record<string, Uint8Array> {
  if (name.endsWith(".index.json"))
    return { "model.safetensors.index.json": bytes, "one.safetensors": small };
  return { [name.endsWith(".bin") ? "pytorch_model.bin" : "model.safetensors"]: bytes };
}

/** The area. */
export const area: FuzzArea = {
  createCorpus: async () => ({
    "torch.bin": await read("torch.bin"),
    "torch-legacy.bin": await read("torch-legacy.bin"),
    "small.safetensors": small,
    "small.index.json": new TextEncoder().encode(JSON.stringify(index)),
    ...(await readConfigs()),
  }),
  open: async () => ({
    async parse(bytes, name) {
      if (name.endsWith("config.json")) {
        const config = parseBoundedJson(
          bytes,
          (found, cause) => new GolemError("weights-damaged", found, { cause }),
        );
        planPretrained(config, undefined);
        return;
      }
      const files = Object.entries(placeInput(bytes, name));
      const sources = Object.fromEntries(
        files.map(([file, content]) => [file, createMemorySource(content, file)]),
      );
      const checkpoint = await openCheckpoint(sources);
      for (const tensor of checkpoint.names) await checkpoint.readTensor(tensor);
    },
  }),
};
