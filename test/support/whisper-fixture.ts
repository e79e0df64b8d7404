/** The Whisper fixture with the position embeddings it is kept without. */
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
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

/** Sizes and tokens of the decoder of `writeSpeakingWhisper`, as in make_whisper_words.py. */
const speaking = { inner: 96, blocks: 2, words: 120, targets: 32 } as const;
/** Numbers of the special tokens by their texts. */
const specialTokens: Readonly<Record<string, number>> = {
  ...{ "<|endoftext|>": 100, "<|startoftranscript|>": 101, "<|en|>": 102, "<|de|>": 103, "<|ru|>": 104 },
  ...{ "<|translate|>": 105, "<|transcribe|>": 106, "<|nospeech|>": 107, "<|notimestamps|>": 108 },
};

/** The text of an ordinary token: a letter of Latin, Greek or Cyrillic each. */
export function getTokenText(token: number): string {
  return String.fromCodePoint(token < 26 ? 0x61 + token : token < 50 ? 0x391 + token : 0x400 + token);
}

/** The tokenizer.json of the vocabulary, bytes of characters written as GPT-2 writes them. */
export function createTokenizer(): Record<string, unknown> {
  const vocab: Record<string, number> = {};
  for (let token = 0; token < speaking.words; token++) {
    if (token >= 100 && token <= 108) continue;
    const bytes = new TextEncoder().encode(getTokenText(token));
    vocab[Array.from(bytes, writeByte).join("")] = token;
  }
  const added = Object.entries(specialTokens).map(([content, id]) => ({ id, content, special: true }));
  return { added_tokens: added, model: { type: "BPE", vocab, merges: [] } };
}

/** Bytes from 0x80 to 0xa0 are not printable: they and the 33 before stand at U+0100 and on. */
function writeByte(byte: number): string {
  if (byte >= 0x7f && byte <= 0xa0) return String.fromCodePoint(0x100 + 33 + byte - 0x7f);
  return byte === 0xad ? "\u0143" : String.fromCodePoint(byte);
}

/** The parsed generation_config.json. */
export const generationConfig = {
  ...{ decoder_start_token_id: 101, eos_token_id: 100, no_timestamps_token_id: 108, is_multilingual: true },
  lang_to_id: { "<|en|>": 102, "<|de|>": 103, "<|ru|>": 104 },
  task_to_id: { translate: 105, transcribe: 106 },
  suppress_tokens: [1, 7, 53, 68, 79, 85, 101, 105, 106, 107, 108],
  begin_suppress_tokens: [0, 100],
};

/** The bytes of model.safetensors with a decoder whose weights make_whisper_words.py draws likewise. */
async function readSpeakingWeights(sharpness: number): Promise<Uint8Array> {
  const bytes = Buffer.from(await readWhisperWeights());
  const end = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString("utf8", 8, end)) as Record<string, unknown>;
  const parts: Uint8Array[] = [bytes.subarray(end)];
  let length = parts[0]!.length;
  let state = 1;
  const add = (name: string, shape: readonly number[], centre: number, spread: number): void => {
    const values = Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, () => {
      state = (48_271 * state) % 2_147_483_647;
      return (
        (name.startsWith("layer_norm") ? sharpness : 1) * (centre + spread * (state / 1_073_741_823 - 1))
      );
    });
    const data = new Uint8Array(values.buffer);
    header[`model.decoder.${name}`] = { dtype: "F32", shape, data_offsets: [length, length + data.length] };
    length += data.length;
    parts.push(data);
  };
  const linear = (name: string, outputs: number, inputs: number): void => {
    add(`${name}.weight`, [outputs, inputs], 0, 0.6);
    add(`${name}.bias`, [outputs], 0, 0.2);
  };
  const norm = (name: string): void => {
    add(`${name}.weight`, [hidden], 1, 0.2);
    add(`${name}.bias`, [hidden], 0, 0.1);
  };
  add("embed_tokens.weight", [speaking.words, hidden], 0, 0.5);
  add("embed_positions.weight", [speaking.targets, hidden], 0, 2.5);
  for (let i = 0; i < speaking.blocks; i++) {
    for (const attention of ["self_attn", "encoder_attn"]) {
      const at = `layers.${i}.${attention}`;
      for (const part of ["q", "v", "out"]) linear(`${at}.${part}_proj`, hidden, hidden);
      add(`${at}.k_proj.weight`, [hidden, hidden], 0, 0.6);
      norm(`${at}_layer_norm`);
    }
    linear(`layers.${i}.fc1`, speaking.inner, hidden);
    linear(`layers.${i}.fc2`, hidden, speaking.inner);
    norm(`layers.${i}.final_layer_norm`);
  }
  norm("layer_norm");
  return safetensorsBytes(header, Buffer.concat(parts));
}

/** The files of a Whisper checkpoint that transcribes, by name. `sharpness`: factor of its logits. */
export async function createSpeakingWhisper(sharpness = 1): Promise<Record<string, Uint8Array>> {
  const config = JSON.parse(await readFile(join(fixture, "config.json"), "utf8")) as object;
  const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
  return {
    "config.json": json({
      ...config,
      ...{ decoder_layers: speaking.blocks, decoder_ffn_dim: speaking.inner, vocab_size: speaking.words },
      max_target_positions: speaking.targets,
    }),
    "preprocessor_config.json": await readFile(join(fixture, "preprocessor_config.json")),
    "model.safetensors": await readSpeakingWeights(sharpness),
    "tokenizer.json": json(createTokenizer()),
    "generation_config.json": json(generationConfig),
  };
}

/** Writes that checkpoint's folder. */
export async function writeSpeakingWhisper(folder: string, sharpness = 1): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(await createSpeakingWhisper(sharpness))) {
    await writeFile(join(folder, name), bytes);
  }
}
