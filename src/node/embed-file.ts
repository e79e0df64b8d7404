/**
 * Embeds one file on this thread, with a system ffmpeg for the formats that need one.
 *
 * Must not know: labels, stores.
 */
import type { Encoder } from "../encoder/encoder.ts";
import { type EmbedOptions, embedSource } from "../golem/embed-source.ts";
import type { StoredEmbedding } from "../store/store.ts";
import { createFfmpegDecoder } from "./ffmpeg-decoder.ts";
import { openFileSource } from "./file-source.ts";

const decoders = [createFfmpegDecoder()];

/** Opens, embeds and closes one file. Errors are those of `embedSource`, and `unreadable` for the file itself. */
export async function embedFile(
  path: string,
  name: string,
  encoder: Encoder,
  options: Omit<EmbedOptions, "decoders"> = {},
): Promise<StoredEmbedding> {
  const source = await openFileSource(path);
  try {
    return await embedSource({ ...source, name }, encoder, { ...options, decoders });
  } finally {
    await source.close();
  }
}
