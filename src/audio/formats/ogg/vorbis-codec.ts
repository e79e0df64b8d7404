/**
 * Decodes Vorbis packets with libvorbis in WebAssembly.
 *
 * Not its concern: pages, the position and the end of the stream.
 *
 * Reference: Vorbis I specification (section 4).
 */
import { hasText } from "../content.ts";
import { allocateNumbers, startWasm } from "../wasm-codec.ts";
import type { PacketDecoder } from "./ogg-link.ts";

/** The functions of libvorbis.js. */
interface LibVorbis {
  create_decoder(...pointers: readonly number[]): number;
  send_setup(decoder: number, isFirst: boolean): void;
  init_dsp(decoder: number): void;
  decode_packets(decoder: number): void;
}

/** Bytes of the longest packet. */
const inputBytes = 128 * 1024;
/** Numbers that an error takes: pointers to its message and to the function's name. */
const errorNumbers = 2 * 128;

/** Creates a decoder; the first three packets must be the headers. */
export async function createVorbisDecoder(): Promise<PacketDecoder> {
  const { default: program } = await import("../wasm/libvorbis.js");
  const wasm = await startWasm<LibVorbis>(program);
  const input = new Uint8Array(wasm.HEAP, wasm.malloc(inputBytes), inputBytes);
  const length = allocateNumbers(wasm);
  const output = allocateNumbers(wasm);
  const channels = allocateNumbers(wasm);
  const rate = allocateNumbers(wasm);
  const samples = allocateNumbers(wasm);
  const errors = allocateNumbers(wasm, errorNumbers);
  const errorCount = allocateNumbers(wasm);
  const decoder = wasm.create_decoder(
    ...[input, length, output, channels, rate, samples, errors, errorCount].map((array) => array.byteOffset),
    errorNumbers,
  );
  let headers = 0;
  const give = (packet: Uint8Array): void => {
    input.set(packet);
    length[0] = packet.length;
  };
  return {
    decode: (packet) => {
      if (packet.length > inputBytes) return { failure: `a packet of ${packet.length} bytes` };
      if (headers < 3) {
        const kind = 2 * headers + 1;
        if (packet[0] !== kind || !hasText(packet, 1, "vorbis")) return { failure: "a header is missing" };
        headers++;
        // The comments are not needed; they are replaced by an empty packet.
        if (kind === 3) return {};
        give(packet);
        wasm.send_setup(decoder, kind === 1);
        if (kind === 5) wasm.init_dsp(decoder);
        return {};
      }
      if (packet.length === 0 || packet[0]! & 1) return {};
      give(packet);
      wasm.decode_packets(decoder);
      const failed = errorCount[0]! > 0;
      errorCount[0] = 0;
      const pointers = new Uint32Array(wasm.HEAP, output[0], channels[0]);
      const planes = Array.from(pointers, (at) => new Float32Array(wasm.HEAP, at, samples[0]).slice());
      return {
        ...(samples[0]! > 0 ? { planes, sampleRate: rate[0]! } : {}),
        ...(failed ? { failure: "libvorbis rejected a packet" } : {}),
      };
    },
  };
}
