/**
 * Opens a source as a decoded stream: identifies the content and chooses the decoder.
 *
 * Not its concern: resampling, trimming, windows.
 */

import type { ByteSource } from "../../core/byte-source.ts";
import { createCachedSource, createSourceSlice } from "../../core/byte-source.ts";
import { type ErrorRecord, GolemError } from "../../core/error.ts";
import { createWarning } from "../warning.ts";
import { aiffDecoder } from "./aiff-decoder.ts";
import type { ByteAccount } from "./byte-account.ts";
import { type Container, type Content, getNamedContainer, identifyContent } from "./content.ts";
import type { DecodedStream, DecodeOptions, Decoder } from "./decoder.ts";
import { decodeSequence } from "./file-sequence.ts";
import { flacDecoder } from "./flac-decoder.ts";
import { mediaDecoder } from "./media-decoder.ts";
import { mp3Decoder } from "./mp3-decoder.ts";
import { oggDecoder } from "./ogg/ogg-decoder.ts";
import { rewrappedDecoder } from "./rewrapped-decoder.ts";
import { wavDecoder } from "./wav/wav-decoder.ts";

/** Decoders that are part of this package; they run in Node and in browsers. */
export const builtInDecoders: readonly Decoder[] = [
  wavDecoder,
  mp3Decoder,
  flacDecoder,
  oggDecoder,
  aiffDecoder,
  rewrappedDecoder,
  mediaDecoder,
];

const titles: Readonly<Record<Exclude<Container, "unknown">, string>> = {
  wav: "WAV",
  aiff: "AIFF",
  mp3: "MP3",
  flac: "FLAC",
  ogg: "Ogg",
  mp4: "MP4/M4A (usually AAC)",
  webm: "WebM/Matroska (usually Opus)",
  aac: "AAC (ADTS)",
  asf: "WMA/ASF",
  amr: "AMR",
  caf: "Core Audio (CAF)",
  au: "Sun AU",
  w64: "Sony Wave64",
  avi: "AVI",
  wavpack: "WavPack",
  ape: "Monkey's Audio",
  ac3: "AC-3",
  flv: "Flash video",
  sphere: "NIST SPHERE",
  tta: "True Audio (TTA)",
  voc: "Creative Voice (VOC)",
  musepack: "Musepack",
  shorten: "Shorten",
  tak: "TAK",
  dsf: "DSD (DSF)",
  realmedia: "RealAudio",
};

/** A stream, and warnings about the file it comes from. */
export interface OpenedSource {
  readonly stream: DecodedStream;
  readonly warnings: readonly ErrorRecord[];
}

/**
 * Identifies the content and opens it with the first decoder that supports it, built-in ones first. Content
 * that is not recognised, or has a codec that is not built in, is tried with the other decoders before it is
 * rejected.
 */
export async function decodeSource(
  source: ByteSource,
  decoders: readonly Decoder[],
  options: DecodeOptions,
): Promise<OpenedSource> {
  if (source.byteLength === 0) {
    throw new GolemError("empty-file", `${source.name} has 0 bytes; expected an audio file.`, {
      hint: "Copy or record it again.",
    });
  }
  const cached = createCachedSource(source);
  const content = await identifyContent(cached);
  const { container } = content;
  const decoder = builtInDecoders.find((candidate) => candidate.canDecode(content));
  const openNext = async (rest: ByteSource): Promise<DecodedStream> =>
    (await decodeSource(rest, decoders, options)).stream;
  const elsewhere = (refusal: GolemError): Promise<DecodedStream> =>
    decodeElsewhere(cached, content, decoders, options, refusal, openNext);
  const stream = withReport(
    decoder
      ? await openStream(cached, decoder, content, options, openNext).catch((error: unknown) => {
          const refusal = getRefusal(error, source.name, container);
          if (!refusal) throw error;
          return elsewhere(refusal);
        })
      : await elsewhere(createRefusal(source.name, container)),
  );
  const named = getNamedContainer(source.name);
  if (container === "unknown" || named === undefined || named === container || named === "unknown") {
    return { stream, warnings: [] };
  }
  const warning = createWarning(
    "wrong-extension",
    `${source.name} is named like ${titles[named]} but contains ${titles[container]}; it was read by its content.`,
    "Rename it, so that other programs recognise it.",
  );
  return { stream, warnings: [warning] };
}

/** Containers whose decoders skip leading tags themselves. */
const skipsTags: ReadonlySet<Container> = new Set<Container>(["mp3", "flac"]);

/** Opens the stream after any leading tags. */
function openStream(
  source: ByteSource,
  decoder: Decoder,
  { container, offset }: Content,
  options: DecodeOptions,
  openNext: (rest: ByteSource) => Promise<DecodedStream>,
): Promise<DecodedStream> {
  const stripped = skipsTags.has(container) ? source : skipTags(source, offset);
  const open = (part: ByteSource): Promise<DecodedStream> => decoder.decode(part, options);
  return decoder === mediaDecoder ? decodeSequence(stripped, container, open, openNext) : open(stripped);
}

/** The stream, which reports its account of bytes when the chunks end. */
function withReport(stream: DecodedStream): DecodedStream {
  return stream.account ? { ...stream, chunks: reportBytes(stream, stream.account) } : stream;
}

/** The source from `offset`, where the format begins. */
function skipTags(source: ByteSource, offset: number): ByteSource {
  return offset > 0 ? createSourceSlice(source, offset, source.byteLength) : source;
}

async function* reportBytes(
  stream: DecodedStream,
  account: ByteAccount,
): AsyncGenerator<readonly Float32Array[]> {
  let frames = 0;
  for await (const planes of stream.chunks) {
    frames += planes[0]?.length ?? 0;
    yield planes;
  }
  account.report(frames / stream.sampleRate);
}

/** Containers that another decoder may read although the built-in one does not. */
const isShared: ReadonlySet<Container> = new Set<Container>(["mp4", "webm"]);

/** The error of a file unless another decoder reads it; undefined for errors that none can avoid. */
function getRefusal(error: unknown, name: string, container: Container): GolemError | undefined {
  if (!(error instanceof GolemError)) return undefined;
  if (isShared.has(container)) {
    if (error.code === "corrupt-audio") return createRefusal(name, container, error);
    return error.code === "unsupported-codec" ? createRefusal(name, container, error) : undefined;
  }
  if (error.code !== "unsupported-codec") return undefined;
  return new GolemError(error.code, error.message, {
    hint: `${ffmpegReads} ${error.hint}`.trim(),
    cause: error,
  });
}

const ffmpegReads = "If ffmpeg is installed, Golem reads such files with it.";

/** Extensions of files that contain only samples, and the format that ffmpeg reads them as. */
const rawSamples: Readonly<Record<string, { readonly title: string; readonly format: string }>> = {
  al: { title: "A-law", format: "alaw" },
  ul: { title: "mu-law", format: "mulaw" },
  raw: { title: "probably integers of 16 bits", format: "s16le" },
  pcm: { title: "probably integers of 16 bits", format: "s16le" },
  sw: { title: "integers of 16 bits", format: "s16le" },
  s16: { title: "integers of 16 bits", format: "s16le" },
  f32: { title: "floats of 32 bits", format: "f32le" },
};

/** The error for content without a built-in decoder; `cause`: why the one for its container rejected it. */
function createRefusal(name: string, container: Container, cause?: GolemError): GolemError {
  if (container !== "unknown") {
    const found = cause?.message ?? `${name} is ${titles[container]}.`;
    return new GolemError(
      "needs-ffmpeg",
      `${found} Only ffmpeg can decode it, and ffmpeg is not available here.`,
      { hint: "Install ffmpeg, or convert the file to WAV, FLAC, MP3, Ogg Vorbis or Opus.", cause },
    );
  }
  const raw = rawSamples[/\.([^.]*)$/.exec(name)?.[1]?.toLowerCase() ?? ""];
  if (raw) {
    return new GolemError(
      "not-audio",
      `${name} has the extension of samples without a header (${raw.title}), so its rate and channels are unknown.`,
      {
        hint: `Convert it with the rate that was recorded: ffmpeg -f ${raw.format} -ar 8000 -ac 1 -i FILE out.wav`,
      },
    );
  }
  return new GolemError(
    "not-audio",
    `${name} is not a supported kind of audio file, whatever its extension.`,
    { hint: `Leave it out, or convert it to WAV, FLAC or MP3.` },
  );
}

/**
 * Opens a source with the decoders that are not built in, skipping those that are not available
 * (`needs-ffmpeg`); `refusal` is the error if none is available.
 */
async function decodeElsewhere(
  source: ByteSource,
  content: Content,
  decoders: readonly Decoder[],
  options: DecodeOptions,
  refusal: GolemError,
  openNext: (rest: ByteSource) => Promise<DecodedStream>,
): Promise<DecodedStream> {
  for (const decoder of decoders.filter((candidate) => candidate.canDecode(content))) {
    try {
      // Offsets inside a file count from the start of its format.
      const stripped = skipTags(source, content.offset);
      const open = async (part: ByteSource): Promise<DecodedStream> => {
        if (part !== stripped || stripped === source || source.path === undefined)
          return decoder.decode(part, options);
        // Content that must be read at its end first can only be read as a file; ffmpeg skips one tag itself.
        return decoder.decode(part, options).catch((error: unknown) => {
          const isUnread =
            error instanceof GolemError && /^(corrupt-audio|no-samples|not-audio)$/.test(error.code);
          if (!isUnread) throw error;
          return decoder.decode(source, options);
        });
      };
      return await decodeSequence(stripped, content.container, open, openNext);
    } catch (error) {
      if (error instanceof GolemError && error.code === "needs-ffmpeg") continue;
      // Errors of recognised content are those of its own decoder.
      if (!(error instanceof GolemError) || error.code === "aborted" || refusal.code === "needs-ffmpeg") {
        throw error;
      }
      throw new GolemError(refusal.code, `${refusal.message} ${error.message}`, {
        hint: refusal.hint.replace(ffmpegReads, "").trim(),
        cause: error,
      });
    }
  }
  throw refusal;
}
