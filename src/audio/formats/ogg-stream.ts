/**
 * The pages of one Ogg stream as the WebAssembly decoders need them: without other streams, numbered without
 * gaps, headers together with the first audio.
 *
 * Not its concern: how packets are decoded.
 */

import type { ByteSource } from "../../core/byte-source.ts";
import { joinBytes } from "../../core/join-arrays.ts";
import { type OggPage, type OggScan, readOggPages, renumberPage } from "./ogg-page.ts";

/** The audio stream found in the first pages. */
export interface OggStream {
  readonly codec: "vorbis" | "opus" | "flac";
  readonly sampleRate: number;
  readonly channels: number;
  readonly serial: number;
  /** The identification packet. */
  readonly head: Uint8Array;
}

/**
 * Groups pages: headers and the first two audio pages together, then page by page. The Vorbis decoder holds
 * one page back, and given headers alone it allocates an array for each of an uninitialised number of
 * channels.
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
 * Selects the pages of one stream and numbers them without gaps. Opus comment packets that span pages are cut
 * to their first page, since its decoder treats every page from the third on as audio.
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
