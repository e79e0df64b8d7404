/** The Whisper fixture with the position embeddings it is kept without. */
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { safetensorsBytes } from "./checkpoint-files.ts";

const fixture = fileURLToPath(new URL("../fixtures/pretrained/whisper", import.meta.url));
const [positions, hidden] = [1500, 48];

/** Fixed sines in the first half of the channels, cosines in the second (Radford et al. 2022, the authors' code). */
function createPositions(): Float32Array {
  return Float32Array.from({ length: positions * hidden }, (_, i) => {
    const channel = i % hidden;
    const step = Math.log(10_000) / (hidden / 2 - 1);
    const angle = Math.floor(i / hidden) * Math.exp(-step * (channel % (hidden / 2)));
    return channel < hidden / 2 ? Math.sin(angle) : Math.cos(angle);
  });
}

/** The bytes of model.safetensors, whole. */
export async function readWhisperWeights(): Promise<Uint8Array> {
  const bytes = await readFile(join(fixture, "model.safetensors"));
  const end = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString("utf8", 8, end)) as Record<string, unknown>;
  const data = bytes.subarray(end);
  const added = new Uint8Array(createPositions().buffer);
  header["model.encoder.embed_positions.weight"] = {
    dtype: "F32",
    shape: [positions, hidden],
    data_offsets: [data.length, data.length + added.length],
  };
  return safetensorsBytes(header, Buffer.concat([data, added]));
}

/** Writes the checkpoint's folder, whole. */
export async function writeWhisperFolder(folder: string): Promise<void> {
  await cp(fixture, folder, { recursive: true });
  await writeFile(join(folder, "model.safetensors"), await readWhisperWeights());
}
