/**
 * Decodes formats that are not built in (AAC, M4A, WebM, GSM, SPHERE, unrecognised ones) with the system's
 * ffmpeg; its output is read as a stream of 32-bit float WAV.
 *
 * The file name is passed to ffmpeg as one argument after `file:`, never through a shell; only the file,
 * subfile and pipe protocols are allowed; bytes in memory are sent through a pipe. Only the first audio
 * stream is decoded, with its own rate and channels.
 * Not its concern: resampling, trimming.
 */

import { type Container, identifyContent } from "../../audio/formats/content.ts";
import type { DecodedStream, DecodeOptions, Decoder } from "../../audio/formats/decoder.ts";
import { readSamples } from "../../audio/formats/pcm.ts";
import { readWavHeader } from "../../audio/formats/wav/wav-header.ts";
import { createWarning } from "../../audio/warning.ts";
import type { ByteSource } from "../../core/byte-source.ts";
import { createMemorySource } from "../../core/byte-source.ts";
import { type ErrorRecord, GolemError, throwIfAborted } from "../../core/error.ts";
import { getExtension } from "../../dataset/recording-name.ts";
import { fillPauses } from "./amr-pauses.ts";
import { type FfmpegRun, startFfmpeg } from "./ffmpeg-run.ts";
import { createStreamableMp4 } from "./streamable-mp4.ts";

interface FfmpegOptions {
  /** The program; default `ffmpeg`, found on the PATH. */
  readonly command?: string;
  /** Stall timeout in seconds. */
  readonly timeoutSeconds?: number;
}

/** Formats without a signature, which ffmpeg only recognises by the file's extension. */
const rawFormats: Readonly<Record<string, string>> = {
  ...{ gsm: "gsm", g722: "g722", avr: "avr", rso: "rso", sln: "sln", adx: "adx", sbc: "sbc" },
};

/** Containers without a stated duration: ffmpeg estimates it from the bitrate of the first frames. */
const unmeasured: ReadonlySet<Container> = new Set<Container>(["aac", "amr", "ac3"]);

/**
 * Creates the decoder, which is tried for all files that no other decoder reads. A missing ffmpeg is detected
 * when the first file needs it (`needs-ffmpeg`).
 */
export function createFfmpegDecoder(options: FfmpegOptions = {}): Decoder {
  const { command = "ffmpeg", timeoutSeconds = 60 } = options;
  return {
    id: "ffmpeg",
    canDecode: () => true,
    decode: (source, decodeOptions) => decodeWithFfmpeg(source, command, timeoutSeconds, decodeOptions),
  };
}

async function decodeWithFfmpeg(
  source: ByteSource,
  command: string,
  timeoutSeconds: number,
  { signal }: DecodeOptions,
): Promise<DecodedStream> {
  throwIfAborted(signal);
  const { name } = source;
  const { container } = await identifyContent(source);
  const run = startFfmpeg(command, await prepareInput(source, container), timeoutSeconds, signal, {
    format: container === "unknown" ? rawFormats[getExtension(name)] : undefined,
  });
  try {
    const head = await run.read(headerBytes);
    if (head.length < 44) throw await run.explain();
    const header = await readWavHeader(createMemorySource(head, name)).catch(async (error: unknown) => {
      // The output is a header without samples.
      throw error instanceof GolemError && error.code === "no-samples" ? await run.explain() : error;
    });
    const messages = await run.waitForHeader();
    if (container === "unknown" && /detected only with low score/.test(messages)) {
      throw new GolemError("not-audio", `ffmpeg does not recognise ${name} either.`);
    }
    const duration = /Duration: (\d+):(\d+):([\d.]+)/.exec(messages);
    const declared = duration
      ? Number(duration[1]) * 3600 + Number(duration[2]) * 60 + Number(duration[3])
      : undefined;
    const warnings: ErrorRecord[] = [];
    const chunks = readChunks(run, name, header.channels, head.subarray(header.dataOffset), warnings);
    return {
      container: container === "unknown" ? (/Input #0, (\w+)/.exec(messages)?.[1] ?? container) : container,
      codec: /Audio: (\w+)/.exec(messages)?.[1] ?? "unknown",
      sampleRate: header.sampleRate,
      channels: header.channels,
      ...(declared === undefined ? {} : { declaredSeconds: declared }),
      // The stated duration is that of the longest stream.
      isEstimate: unmeasured.has(container) || /Estimating duration|Stream #0.*: Video:/.test(messages),
      warnings,
      chunks: container === "amr" ? fillPauses(source, chunks, header.sampleRate) : chunks,
    };
  } catch (error) {
    run.stop();
    throw error;
  }
}

/**
 * Prepares the input of ffmpeg. Unrecognised content is never passed as a path, since it may be a list of
 * other files, which ffmpeg would open. An MP4 in memory is reordered, since its index must come first.
 */
async function prepareInput(source: ByteSource, container: Container): Promise<ByteSource> {
  if (container === "unknown") {
    const { name, byteLength } = source;
    return { name, byteLength, read: (offset, length) => source.read(offset, length) };
  }
  const isInMemory = source.path === undefined && source.part === undefined;
  return isInMemory && container === "mp4" ? createStreamableMp4(source) : source;
}

/** Bytes read before parsing the header; ffmpeg's header is much shorter. */
const headerBytes = 4096;

async function* readChunks(
  run: FfmpegRun,
  name: string,
  channels: number,
  first: Uint8Array,
  warnings: ErrorRecord[],
): AsyncGenerator<Float32Array[]> {
  const frameBytes = 4 * channels;
  const chunkBytes = 16_384 * frameBytes;
  let frames = 0;
  try {
    let rest = first;
    for (;;) {
      const more = await run.read(chunkBytes - rest.length);
      const bytes = new Uint8Array(rest.length + more.length);
      bytes.set(rest);
      bytes.set(more, rest.length);
      const whole = bytes.length - (bytes.length % frameBytes);
      rest = bytes.subarray(whole);
      if (whole > 0) yield readSamples(bytes.subarray(0, whole), "pcm-f32", true, channels);
      frames += whole / frameBytes;
      if (more.length === 0) break;
    }
    const failure = await run.getFailure();
    if (frames === 0) throw await run.explain();
    if (failure) {
      warnings.push(
        createWarning(
          "damaged",
          `ffmpeg reported an error in ${name} (${failure}); the decoded part was used.`,
        ),
      );
    }
  } finally {
    run.stop();
  }
}
