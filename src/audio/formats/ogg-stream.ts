/**
 * The pages of one Ogg stream as the WebAssembly decoders need them: of that stream only, numbered without gaps,
 * headers together with the first sound.
 *
 * Not its concern: how packets are decoded.
 */

import type { ByteSource } from "../../core/byte-source.ts";
import { joinBytes } from "../../core/join-arrays.ts";
import { type OggPage, type OggScan, readOggPages, renumberPage } from "./ogg-page.ts";

/** The audio stream that was found in the first pages. */
export interface OggStream {
  readonly codec: "vorbis" | "opus" | "flac";
  readonly sampleRate: number;
  readonly channels: number;
  readonly serial: number;
  /** The identification packet. */
  readonly head: Uint8Array;
}

/**
 * Headers and the first two pages of sound in one piece, then page by page. The Vorbis decoder holds one page back, and
 * asked to decode headers alone it builds an array for each of an uninitialised number of channels.
 */
export async function* groupPages(
  stream: OggStream,
  pages: AsyncIterable<OggPage>,
): AsyncGenerator<Uint8Array> {
  let start: Uint8Array[] | undefined = [];
  let packets = 0;
  let soundPages = 0;
  for await (const page of pages) {
    if (!start) {
      yield page.bytes;
      continue;
    }
    start.push(page.bytes);
    for (const length of page.segments) if (length < 255) packets++;
    if (packets > (stream.codec === "opus" ? 2 : 3)) soundPages++;
    if (soundPages < 2) continue;
    yield joinBytes(start);
    start = undefined;
  }
  if (start && start.length > 0) yield joinBytes(start);
}

/**
 * The pages of one stream, numbered without gaps. Comment packets of Opus that span pages are cut to their first page:
 * its decoder takes every page from the third on for sound.
 */
export async function* selectPages(
  source: ByteSource,
  stream: OggStream,
  scan: OggScan,
  progress: { ended: boolean },
): AsyncGenerator<OggPage> {
  let sequence = 0;
  let inComment = false;
  for await (const page of readOggPages(source, scan)) {
    if (page.serial !== stream.serial) continue;
    if (stream.codec === "opus") {
      const wasInComment = inComment;
      inComment = (sequence === 1 || inComment) && page.segments.every((length) => length === 255);
      if (wasInComment) continue;
    }
    yield page.sequence === sequence ? page : { ...page, bytes: renumberPage(page, sequence) };
    sequence++;
    if (!page.isLast) continue;
    progress.ended = true;
    return;
  }
}
