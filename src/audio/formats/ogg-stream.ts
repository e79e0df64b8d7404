/**
 * One audio stream in Ogg: what its first page says, and its pages as the WebAssembly decoders need them:
 * numbered without gaps, headers together with the first audio.
 *
 * Not its concern: how packets are decoded, which pages belong to the stream.
 */

import { joinBytes } from "../../core/join-arrays.ts";
import { hasText } from "./content.ts";
import { readStreamInfo } from "./flac-frame.ts";
import { type OggPage, renumberPage } from "./ogg-page.ts";

/** An audio stream that can be decoded. */
export interface OggStream {
  readonly codec: "vorbis" | "opus" | "flac";
  readonly sampleRate: number;
  readonly channels: number;
  readonly serial: number;
  /** The identification packet. */
  readonly head: Uint8Array;
}

/** Reads the first page of a stream; undefined when it holds something else than Vorbis, Opus or FLAC. */
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

/** Prepares pages one by one. */
export interface PageFeed {
  /** Takes the next page and returns the bytes that are ready, if any. */
  push(page: OggPage): Uint8Array | undefined;
  /** Returns the rest. */
  finish(): Uint8Array | undefined;
}

/**
 * Groups pages: headers and the first two audio pages together, then page by page. The Vorbis decoder holds
 * one page back, and given headers alone it allocates an array for each of an uninitialised number of
 * channels. Opus comment packets that span pages are cut to their first page, since its decoder treats every
 * page from the third on as audio. A page that says it is the last one and is not loses that mark, at which
 * decoders would stop.
 */
export function createPageFeed(codec: OggStream["codec"]): PageFeed {
  let held: OggPage | undefined;
  let start: Uint8Array[] | undefined = [];
  let sequence = 0;
  let packets = 0;
  let soundPages = 0;
  let inComment = false;
  const group = (page: OggPage, isLast: boolean): Uint8Array | undefined => {
    const isKept = page.sequence === sequence && page.isLast === isLast;
    const bytes = isKept ? page.bytes : renumberPage(page, sequence, isLast);
    sequence++;
    if (!start) return bytes;
    start.push(bytes);
    for (const length of page.segments) if (length < 255) packets++;
    if (packets > (codec === "opus" ? 2 : 3)) soundPages++;
    if (soundPages < 2) return undefined;
    const joined = joinBytes(start);
    start = undefined;
    return joined;
  };
  /** Whether the page continues a comment packet whose first page was already given. */
  const isCommentRest = (page: OggPage, place: number): boolean => {
    if (codec !== "opus") return false;
    const wasInComment = inComment;
    inComment = (place === 1 || inComment) && page.segments.every((length) => length === 255);
    return wasInComment;
  };
  return {
    push: (page) => {
      if (isCommentRest(page, sequence + (held ? 1 : 0))) return undefined;
      const ready = held ? group(held, false) : undefined;
      // The page may be a view of a block that is read into again.
      held = { ...page, bytes: page.bytes.slice(), segments: page.segments.slice() };
      return ready;
    },
    finish: () => {
      const last = held ? group(held, held.isLast) : undefined;
      held = undefined;
      const rest = start && start.length > 0 ? joinBytes(start) : last;
      start = undefined;
      return rest;
    },
  };
}
