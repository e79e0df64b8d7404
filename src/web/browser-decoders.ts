/**
 * Decodes AAC and other codecs that are not built in, in a browser's worker: with WebCodecs, or with
 * `decodeAudioData` on the page if WebCodecs does not exist.
 *
 * Not its concern: built-in codecs, which are decoded as in Node.
 *
 * Reference: W3C WebCodecs; Web Audio API (`decodeAudioData` resamples to the rate of its context, so the
 * rate is read first).
 */
import type { DecodedStream, DecodeOptions, Decoder } from "../audio/formats/decoder.ts";
import { checkFormat } from "../audio/formats/format-limits.ts";
import { getCodecTitle } from "../audio/formats/media-decoder.ts";
import { createDamageError, type MediaTrack, openMediaTrack } from "../audio/formats/media-track.ts";
import { createPlanesStream } from "../audio/formats/whole-file-decoder.ts";
import { GolemError, throwIfAborted } from "../core/error.ts";
import type { PageDecoding } from "./page-decoding.ts";

/** Creates the decoders of a worker; `decoding`: the page's side of `decodeAudioData`. */
export function createBrowserDecoders(decoding?: PageDecoding): readonly Decoder[] {
  return [webCodecsDecoder, createPageDecoder(decoding)];
}

/** Creates the error that leaves a file to the next decoder. */
function leave(name: string): GolemError {
  return new GolemError("needs-ffmpeg", `${name} cannot be decoded with WebCodecs.`);
}

const webCodecsDecoder: Decoder = {
  id: "webcodecs",
  canDecode: ({ container }) => container === "mp4" || container === "webm" || container === "aac",
  decode: async (source, options) => {
    if (typeof AudioDecoder === "undefined") throw leave(source.name);
    const track = await openMediaTrack(source);
    try {
      if (!(await track.input.canDecode())) throw leave(source.name);
      return await decodeTrack(source.name, track, options);
    } catch (error) {
      track.close();
      throw error;
    }
  },
};

async function decodeTrack(
  name: string,
  track: MediaTrack,
  { signal }: DecodeOptions,
): Promise<DecodedStream> {
  const { AudioSampleSink } = await import("../audio/formats/mediabunny-parts.ts");
  const samples = new AudioSampleSink(track.input).samples();
  const next = async () => {
    throwIfAborted(signal);
    try {
      return await samples.next();
    } catch (cause) {
      throw createDamageError(name, cause);
    }
  };
  const first = await next();
  if (first.done) throw createDamageError(name, "it contains no packets");
  // The decoder's rate is used: with spectral band replication it is twice the stated rate.
  const { sampleRate, numberOfChannels: channels } = first.value;
  checkFormat(name, sampleRate, channels);
  async function* readChunks(): AsyncGenerator<readonly Float32Array[]> {
    try {
      for (let item = first; !item.done; item = await next()) {
        const sample = item.value;
        const planes = Array.from({ length: channels }, (_, planeIndex) => {
          const plane = new Float32Array(sample.numberOfFrames);
          if (planeIndex < sample.numberOfChannels) {
            sample.copyTo(plane, { planeIndex, format: "f32-planar" });
          }
          return plane;
        });
        // Samples before time 0 are the delay of the encoder.
        const early = Math.max(0, Math.round(-sample.timestamp * sampleRate));
        sample.close();
        if (early < planes[0]!.length) yield planes.map((plane) => plane.subarray(early));
      }
    } finally {
      await samples.return(undefined);
      track.close();
    }
  }
  const { container, codec, declaredSeconds } = track;
  return {
    ...{ container, codec, sampleRate, channels, isEstimate: true, warnings: [] },
    ...(declaredSeconds === undefined ? {} : { declaredSeconds }),
    chunks: readChunks(),
  };
}

function createPageDecoder(decoding: PageDecoding | undefined): Decoder {
  return {
    id: "decode-audio-data",
    canDecode: ({ container }) => container !== "unknown",
    decode: async (source, options) => {
      const decoded = decoding
        ? await createPlanesStream(source, decoding, options)
        : { failure: "it has no decoder" };
      if ("chunks" in decoded) return decoded;
      throw new GolemError(
        "unsupported-codec",
        `${source.name} contains ${getCodecTitle(decoded.codec ?? "audio")} that this browser cannot decode (${decoded.failure}).`,
        { hint: "Convert it to WAV, FLAC, MP3, Ogg Vorbis or Opus, or use another browser." },
      );
    },
  };
}
