/**
 * Decodes Ogg: Vorbis, Opus and FLAC, of one file or of several joined ones (chained).
 *
 * Not its concern: resampling to an encoder's rate, trimming.
 *
 * In each link of the chain the first audio stream is decoded; other audio, video and text streams are
 * ignored. Later links are converted to the rate and channels of the first. Reference: RFC 3533 (section 4).
 */

import type { ByteSource } from "../../../core/byte-source.ts";
import { type ErrorRecord, GolemError, throwIfAborted } from "../../../core/error.ts";
import { createWarning } from "../../warning.ts";
import { type ByteAccount, createByteAccount } from "../byte-account.ts";
import { hasText } from "../content.ts";
import type { DecodeOptions, Decoder } from "../decoder.ts";
import { createFormatAdapter, type FormatAdapter } from "../format-adapter.ts";
import { checkFormat, isFormatPossible } from "../format-limits.ts";
import { createLinkDecoder, type LinkDecoder } from "./ogg-link.ts";
import { type OggPage, type OggScan, readOggPages } from "./ogg-page.ts";
import { identifyStream, type OggStream } from "./ogg-stream.ts";

/** Decodes Ogg content. */
export const oggDecoder: Decoder = {
  id: "@wasm-audio-decoders/ogg-vorbis@0.1.20+opus-decoder@0.7.12",
  canDecode: (content) => content.container === "ogg",
  decode: async (source, options) => {
    const stream = await findStream(source);
    checkFormat(source.name, stream.sampleRate, stream.channels);
    const warnings: ErrorRecord[] = [];
    const account = createByteAccount(source.name, warnings);
    const { codec, sampleRate, channels } = stream;
    const chunks = readChain(source, stream, { account, warnings }, options);
    return { container: "ogg", codec, sampleRate, channels, warnings, account, chunks };
  },
};

const otherCodecs: readonly (readonly [number, string, string])[] = [
  [0, "Speex   ", "Speex"],
  [0, "\x80theora", "Theora video"],
  [0, "CELT    ", "CELT"],
  [0, "PCM     ", "PCM in Ogg"],
];

async function findStream(source: ByteSource): Promise<OggStream> {
  const scan: OggScan = { cut: false };
  let other: string | undefined;
  for await (const page of readOggPages(source, scan)) {
    if (!page.isFirst) break;
    const stream = identifyStream(page);
    if (stream) return stream;
    other ??=
      otherCodecs.find(([at, text]) => hasText(page.body, at, text))?.[2] ?? "a stream of an unknown kind";
  }
  if (other) {
    throw new GolemError(
      "unsupported-codec",
      `${source.name} is an Ogg file with ${other} and no audio that can be decoded; expected Vorbis, Opus or FLAC.`,
      { hint: "Convert it, for example: ffmpeg -i in.ogg out.wav" },
    );
  }
  throw new GolemError(
    "corrupt-audio",
    `${source.name} has no whole Ogg page at its start; expected stream headers.`,
    {
      hint: "The file is damaged; copy or record it again.",
    },
  );
}

/** One link of the chain while it is decoded. */
interface Link {
  readonly stream: OggStream;
  readonly decoder: LinkDecoder;
  readonly adapter: FormatAdapter;
  /** Whether the last page so far was marked as the last one. */
  hasEnded: boolean;
}

/** Maximum number of links that are decoded; each needs a decoder of its own. */
const maximumLinks = 1000;

async function* readChain(
  source: ByteSource,
  first: OggStream,
  { account, warnings }: { readonly account: ByteAccount; readonly warnings: ErrorRecord[] },
  { signal }: DecodeOptions,
): AsyncGenerator<readonly Float32Array[]> {
  const { name } = source;
  const scan: OggScan = { account, cut: false };
  let link: Link | undefined;
  let links = 0;
  let produced = 0;
  let failure: string | undefined;
  let endless = 0;
  /** Serial numbers of the link's streams, and whether their first pages have ended. */
  let known = new Set<number>();
  let isOpening = false;

  const accept = (planes: readonly Float32Array[]): readonly Float32Array[] | undefined => {
    const length = planes[0]?.length ?? 0;
    produced += length;
    return length > 0 ? planes : undefined;
  };
  async function* close(): AsyncGenerator<readonly Float32Array[]> {
    if (!link) return;
    const { decoder, adapter, hasEnded } = link;
    for (const chunk of await decoder.finish()) {
      const planes = accept(adapter.push(chunk));
      if (planes) yield planes;
    }
    const rest = accept(adapter.finish());
    if (rest) yield rest;
    failure ??= decoder.getFailure();
    if (!hasEnded) endless++;
    link = undefined;
  }
  const open = async (page: OggPage): Promise<void> => {
    const stream = link || links >= maximumLinks ? undefined : identifyStream(page);
    if (!stream || !isFormatPossible(stream)) return;
    links++;
    const adapter = createFormatAdapter(stream.sampleRate, first);
    link = { stream, adapter, decoder: await createLinkDecoder(stream, account), hasEnded: false };
  };

  for await (const page of readOggPages(source, scan)) {
    throwIfAborted(signal);
    if (page.isFirst) {
      if (!isOpening) {
        yield* close();
        // Zeros before it are padding.
        account.addTag(0);
        known = new Set();
        isOpening = true;
      }
      known.add(page.serial);
      await open(page);
    } else isOpening = false;
    if (page.serial !== link?.stream.serial) {
      // Pages of other streams contain no sound; those of a link without its first page are lost.
      if (known.has(page.serial) && link) account.addTag(0);
      else if (!page.isFirst) account.addRefused(page.bytes.length);
      continue;
    }
    link.hasEnded = page.isLast;
    for (const chunk of await link.decoder.push(page)) {
      const planes = accept(link.adapter.push(chunk));
      if (planes) yield planes;
    }
  }
  yield* close();
  if (produced === 0) {
    const isDamaged = failure !== undefined || account.hasLoss();
    throw new GolemError(
      isDamaged ? "corrupt-audio" : "no-samples",
      `${name} has ${first.codec} headers but no samples that could be decoded${failure === undefined ? "" : ` (${failure})`}.`,
      { hint: "The file is damaged or empty; copy or record it again." },
    );
  }
  if (scan.cut || endless > 0) {
    warnings.push(
      createWarning(
        "truncated",
        `${endless > 1 ? `${endless} of ${links} joined recordings in ${name} end` : `${name} ends`} without a last page; the rest was decoded.`,
        "The file was cut off; copy or record it again if the end matters.",
      ),
    );
  }
}
