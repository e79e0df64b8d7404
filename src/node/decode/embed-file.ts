/**
 * Embeds one file on this thread, with a system ffmpeg for the formats that need one.
 *
 * Not its concern: labels, stores.
 */
import {
  type EmbeddedSource,
  type EmbedSourceOptions,
  type EncoderSet,
  embedSource,
} from "../../embed/embed-source.ts";
import { openFileSource } from "../disk/file-source.ts";
import { systemDecoders } from "./system-decoders.ts";

/**
 * Opens, embeds and closes one file. Errors are those of `embedSource`, and `unreadable` for the file itself.
 */
export async function embedFile(
  path: string,
  name: string,
  encoderSet: EncoderSet,
  options: Omit<EmbedSourceOptions, "decoders"> = {},
): Promise<EmbeddedSource> {
  const source = await openFileSource(path);
  try {
    return await embedSource({ ...source, name }, encoderSet, { ...options, decoders: systemDecoders });
  } finally {
    await source.close();
  }
}
