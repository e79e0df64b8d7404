/**
 * Decodes FLAC frames that were cut out, of one stream or of several joined ones, with libFLAC in
 * WebAssembly.
 *
 * Not its concern: where frames are, containers.
 *
 * After refusing a frame, a decoder has a damaged heap (it frees its last output twice), so it is replaced by
 * a new one for the next frame; frames do not depend on each other. Replaced instances are left to the
 * garbage collector.
 */
import type { FLACDecoder } from "@wasm-audio-decoders/flac";
import { completeFlacHeader, type FlacStreamInfo } from "./flac-frame.ts";
import type { FlacPiece } from "./flac-splitter.ts";
import { withSilentConsole } from "./silent-console.ts";

/** Decodes frames one by one. */
export interface FlacFrameDecoder {
  /** Decodes a frame of a stream with this info; undefined when it was refused. */
  decode(piece: FlacPiece, info: FlacStreamInfo): Promise<readonly Float32Array[] | undefined>;
  /** Hands the decoder on to the next file. */
  release(): void;
}

/** Frames refused by libFLAC, beyond one for each good one, before the rest of a file is given up. */
const maximumErrors = 100;

/** A decoder that refused no frame since it was created, reused for the next file; undefined while in use. */
let idleDecoder: FLACDecoder | undefined;

/** Creates a decoder, or takes the one that the last file has left. */
export async function createFlacFrameDecoder(): Promise<FlacFrameDecoder> {
  const { FLACDecoder } = await import("@wasm-audio-decoders/flac");
  let decoder = idleDecoder ?? new FLACDecoder();
  idleDecoder = undefined;
  await decoder.ready;
  let errors = 0;
  const decodeBytes = async (
    bytes: Uint8Array,
    samples: number,
    info: FlacStreamInfo,
  ): Promise<readonly Float32Array[] | undefined> => {
    try {
      const frame = completeFlacHeader(bytes, info.bitsPerSample);
      const { channelData, samplesDecoded } = await withSilentConsole(() => decoder.decodeFrames([frame]));
      if (samplesDecoded === samples && channelData.length === info.channels) return channelData;
    } catch {
      // A trap inside WebAssembly counts as a refusal.
    }
    decoder = new FLACDecoder();
    await decoder.ready;
    return undefined;
  };
  return {
    decode: async ({ bytes, samples, ends = [bytes.length] }, info) => {
      if (errors > maximumErrors) return undefined;
      for (const end of ends) {
        const planes = await decodeBytes(bytes.subarray(0, end), samples, info);
        errors = Math.max(0, errors + (planes ? -1 : 1));
        if (planes) return planes;
      }
      return undefined;
    },
    release: () => {
      idleDecoder = decoder;
    },
  };
}
