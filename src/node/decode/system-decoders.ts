/**
 * The decoders in Node for formats that are not built in: the system's ffmpeg, else the optional package
 * node-web-audio-api.
 *
 * The package (Symphonia in Rust) decodes AAC, ALAC and others; it does not remove the encoder's delay, and
 * needs the index of an MP4 file before the media.
 */

import { identifyContent } from "../../audio/formats/content.ts";
import type { Decoder } from "../../audio/formats/decoder.ts";
import { createPlanesStream, type WholeFileDecoding } from "../../audio/formats/whole-file-decoder.ts";
import { GolemError } from "../../core/error.ts";
import { createFfmpegDecoder } from "./ffmpeg-decoder.ts";
import { createStreamableMp4 } from "./streamable-mp4.ts";

/** The part of the package that is used. */
interface WebAudio {
  readonly OfflineAudioContext: new (
    channels: number,
    length: number,
    sampleRate: number,
  ) => {
    decodeAudioData(bytes: ArrayBuffer): Promise<{
      readonly numberOfChannels: number;
      getChannelData(channel: number): Float32Array;
    }>;
  };
}

const packageName = "node-web-audio-api";

/** Creates the decoder of an optional package; `address`: the module, by default the package. */
export function createWebAudioDecoder(address: string = packageName): Decoder {
  let loading: Promise<WebAudio> | undefined;
  return {
    id: packageName,
    canDecode: ({ container }) => container !== "unknown",
    decode: async (source, options) => {
      loading ??= import(address) as Promise<WebAudio>;
      const module = await loading.catch((cause: unknown) => {
        throw new GolemError("needs-ffmpeg", `${packageName} is not installed.`, { cause });
      });
      const decode: WholeFileDecoding = async (bytes, sampleRate) => {
        const context = new module.OfflineAudioContext(1, 1, sampleRate);
        const buffer = await context.decodeAudioData(bytes.slice().buffer);
        return Array.from({ length: buffer.numberOfChannels }, (_, i) => buffer.getChannelData(i).slice());
      };
      const { container } = await identifyContent(source);
      const ordered = container === "mp4" ? await createStreamableMp4(source) : source;
      const decoded = await createPlanesStream(ordered, decode, { ...options, keepsDelay: true });
      if ("chunks" in decoded) return decoded;
      throw new GolemError(
        "needs-ffmpeg",
        `${source.name} cannot be decoded by ${packageName} (${decoded.failure}).`,
        { hint: "Install ffmpeg, or convert the file to WAV, FLAC, MP3, Ogg Vorbis or Opus." },
      );
    },
  };
}

/** The decoders, in the order in which they are tried. */
export const systemDecoders: readonly Decoder[] = [createFfmpegDecoder(), createWebAudioDecoder()];
