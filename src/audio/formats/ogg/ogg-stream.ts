/**
 * One audio stream in Ogg: the contents of its first page.
 *
 * Not its concern: how packets are decoded, which pages belong to the stream.
 */
import { hasText } from "../content.ts";
import { readStreamInfo } from "../flac-frame.ts";
import type { OggPage } from "./ogg-page.ts";

/** An audio stream that can be decoded. */
export interface OggStream {
  readonly codec: "vorbis" | "opus" | "flac";
  readonly sampleRate: number;
  readonly channels: number;
  readonly serial: number;
  /** The identification packet. */
  readonly head: Uint8Array;
}

/** Reads the first page of a stream; undefined if it is not Vorbis, Opus or FLAC. */
export function identifyStream({ body, serial }: OggPage): OggStream | undefined {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const head = body.slice();
  if (hasText(body, 0, "OpusHead") && body.length >= 19) {
    return { codec: "opus", sampleRate: 48_000, channels: body[9]!, serial, head };
  }
  if (hasText(body, 0, "\x01vorbis") && body.length >= 30) {
    return { codec: "vorbis", sampleRate: view.getUint32(12, true), channels: body[11]!, serial, head };
  }
  if (hasText(body, 0, "\x7fFLAC") && body.length >= 51) {
    const { sampleRate, channels } = readStreamInfo(head.subarray(17, 51));
    return { codec: "flac", sampleRate, channels, serial, head };
  }
  return undefined;
}
