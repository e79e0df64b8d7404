/**
 * Decodes Opus packets with libopus in WebAssembly.
 *
 * Not its concern: pages, the position and the end of the stream.
 *
 * Reference: RFC 7845 (section 5.1: the header, its channel mapping and output gain).
 */

import { withSilentConsole } from "../silent-console.ts";
import type { PacketDecoder } from "./ogg-link.ts";

/** Maximum bytes of a packet per channel in the decoder's buffer. */
const packetBytes = 3840;

/** Creates a decoder for the stream with the identification packet `head`; it removes the pre-skip. */
export async function createOpusDecoder(head: Uint8Array): Promise<PacketDecoder> {
  const { OpusDecoder } = await import("opus-decoder");
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const channels = head[9]!;
  const hasTable = head[18] !== 0 && head.length >= 21 + channels;
  const decoder = new OpusDecoder({
    channels,
    streamCount: hasTable ? head[19]! : 1,
    coupledStreamCount: hasTable ? head[20]! : channels - 1,
    channelMappingTable: hasTable
      ? Array.from(head.subarray(21, 21 + channels))
      : channels > 1
        ? [0, 1]
        : [0],
    preSkip: view.getUint16(10, true),
  });
  await decoder.ready;
  const gain = 10 ** (view.getInt16(16, true) / (20 * 256));
  let headers = 0;
  return {
    decode: (packet) => {
      if (headers < 2) {
        headers++;
        return {};
      }
      if (packet.length === 0 || packet.length > packetBytes * channels) {
        return { failure: `a packet of ${packet.length} bytes` };
      }
      const decoded = withSilentConsole(() => decoder.decodeFrame(packet));
      const { channelData: planes, sampleRate, samplesDecoded, errors } = decoded;
      if (errors.length > 0) return { failure: errors[0]!.message };
      if (samplesDecoded === 0) return {};
      if (gain !== 1) {
        for (const plane of planes) for (let i = 0; i < plane.length; i++) plane[i]! *= gain;
      }
      return { planes, sampleRate };
    },
  };
}
