/**
 * Hears one file on this thread, with a system ffmpeg for the formats that need one.
 *
 * Must not know: labels, stores.
 */
import { type HeardSource, type HearOptions, hearSource, type Listener } from "../../embed/hear-source.ts";
import { openFileSource } from "../disk/file-source.ts";
import { createFfmpegDecoder } from "./ffmpeg-decoder.ts";

const decoders = [createFfmpegDecoder()];

/** Opens, hears and closes one file. Errors are those of `hearSource`, and `unreadable` for the file itself. */
export async function hearFile(
  path: string,
  name: string,
  listener: Listener,
  options: Omit<HearOptions, "decoders"> = {},
): Promise<HeardSource> {
  const source = await openFileSource(path);
  try {
    return await hearSource({ ...source, name }, listener, { ...options, decoders });
  } finally {
    await source.close();
  }
}
