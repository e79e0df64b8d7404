/**
 * Decodes FLAC frames that were cut out, of one stream or of several joined ones, with libFLAC in
 * WebAssembly.
 *
 * Not its concern: where frames are, containers.
 *
 * A decoder that rejected a frame is replaced by a new one for the next frame; frames do not depend on each
 * other. Replaced instances are left to the garbage collector.
 */
import { completeFlacHeader, type FlacStreamInfo } from "./flac-frame.ts";
import type { FlacPiece } from "./flac-splitter.ts";
import { allocateNumbers, copyPlanes, startWasm } from "./wasm-codec.ts";

/** Decodes frames one by one. */
interface FlacFrameDecoder {
  /** Decodes a frame of a stream with this info; undefined if it was rejected. */
  decode(piece: FlacPiece, info: FlacStreamInfo): Promise<readonly Float32Array[] | undefined>;
  /** Releases the decoder for the next file. */
  release(): void;
}

/** The functions of libflac.js. */
interface LibFlac {
  create_decoder(...pointers: readonly number[]): number;
  decode_frame(decoder: number, input: number, length: number): void;
}

/** One instance of libFLAC. */
interface FlacDecoder {
  /** Decodes a frame; planes of length 0 if it was rejected. */
  decode(frame: Uint8Array): Float32Array[];
}

/** Bytes passed to libFLAC at once. */
const inputBytes = 65_535 * 8;

async function startDecoder(): Promise<FlacDecoder> {
  const { default: program } = await import("./wasm/libflac.js");
  const wasm = await startWasm<LibFlac>(program);
  const channels = allocateNumbers(wasm);
  const samples = allocateNumbers(wasm);
  const output = allocateNumbers(wasm);
  const outputLength = allocateNumbers(wasm);
  // Rate, bits, and the messages of errors and state are not used.
  const unused = (): number => allocateNumbers(wasm).byteOffset;
  const decoder = wasm.create_decoder(
    ...[channels.byteOffset, unused(), unused(), samples.byteOffset],
    ...[output.byteOffset, outputLength.byteOffset, unused(), unused()],
  );
  return {
    decode: (frame) => {
      let planes: Float32Array[] = [];
      for (let offset = 0; offset < frame.length; offset += inputBytes) {
        const chunk = frame.subarray(offset, offset + inputBytes);
        // libFLAC frees it.
        const input = wasm.malloc(chunk.length);
        new Uint8Array(wasm.HEAP, input, chunk.length).set(chunk);
        wasm.decode_frame(decoder, input, chunk.length);
        if (samples[0] === 0) continue;
        planes = copyPlanes(wasm, output[0]!, channels[0]!, samples[0]!);
        wasm.free(output[0]!);
        outputLength[0] = 0;
        samples[0] = 0;
      }
      return planes;
    },
  };
}

/** Integers divided by 2^(bits - 1), as in every other container; libflac.js divides by one less. */
function rescale(plane: Float32Array, bits: number): Float32Array {
  const largest = 2 ** (bits - 1) - 1;
  return plane.map((value) => Math.round(value * largest) / (largest + 1));
}

/** Rejected frames, beyond one per decoded frame, after which the rest of a file is not decoded. */
const maximumErrors = 100;

/** A decoder that has rejected no frame, reused for the next file; undefined while in use. */
let idleDecoder: FlacDecoder | undefined;

/** Creates a decoder, or takes the one released by the last file. */
export async function createFlacFrameDecoder(): Promise<FlacFrameDecoder> {
  const idle = idleDecoder;
  idleDecoder = undefined;
  let decoder = idle ?? (await startDecoder());
  let errors = 0;
  const decodeBytes = async (
    bytes: Uint8Array,
    samples: number,
    info: FlacStreamInfo,
  ): Promise<readonly Float32Array[] | undefined> => {
    try {
      const frame = completeFlacHeader(bytes, info.bitsPerSample);
      const planes = decoder.decode(frame);
      if (planes[0]?.length === samples && planes.length === info.channels) {
        return planes.map((plane) => rescale(plane, info.bitsPerSample));
      }
    } catch {
      // A trap inside WebAssembly counts as a rejection.
    }
    decoder = await startDecoder();
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
