/**
 * Formats that only a system ffmpeg decodes (AAC, M4A, WebM ...): its output is read as a stream of 32-bit float WAV.
 *
 * The file name is passed to ffmpeg as one argument behind `file:`, never through a shell; only the file and pipe protocols
 * are allowed; bytes in memory go through a pipe. Only the first audio stream is decoded, at its own rate and channels.
 * Not its concern: resampling, trimming.
 */

import { type Container, identifyContent } from "../../audio/formats/content.ts";
import type { DecodedStream, DecodeOptions, Decoder } from "../../audio/formats/decoder.ts";
import { readSamples } from "../../audio/formats/pcm.ts";
import { readWavHeader } from "../../audio/formats/wav-header.ts";
import { createWarning } from "../../audio/warning.ts";
import type { ByteSource } from "../../core/byte-source.ts";
import { createMemorySource } from "../../core/byte-source.ts";
import { type ErrorRecord, throwIfAborted } from "../../core/error.ts";
import { type FfmpegRun, startFfmpeg } from "./ffmpeg-run.ts";
import { createStreamableMp4 } from "./streamable-mp4.ts";

/** Options of running ffmpeg. */
export interface FfmpegOptions {
  /** The program; default `ffmpeg`, found on the PATH. */
  readonly command?: string;
  /** Stall timeout in seconds. */
  readonly timeoutSeconds?: number;
}

const containers: ReadonlySet<Container> = new Set<Container>([
  "mp4",
  "webm",
  "aac",
  "asf",
  "amr",
  "caf",
  "au",
  "w64",
  "avi",
  "wavpack",
  "ape",
  "ac3",
  "flv",
]);

/** Containers that do not state their duration: ffmpeg guesses it by the bitrate of the first frames. */
const unmeasured: ReadonlySet<Container> = new Set<Container>(["aac", "amr", "ac3"]);

/** Creates the decoder. A missing ffmpeg is detected when the first file needs it (`needs-ffmpeg`). */
export function createFfmpegDecoder(options: FfmpegOptions = {}): Decoder {
  const { command = "ffmpeg", timeoutSeconds = 60 } = options;
  return {
    id: "ffmpeg",
    canDecode: (content) => containers.has(content.container),
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
  const isPiped = source.path === undefined && container === "mp4";
  const input = isPiped ? await createStreamableMp4(source) : source;
  const run = startFfmpeg(command, input, timeoutSeconds, signal);
  try {
    const head = await run.read(headerBytes);
    if (head.length < 44) throw await run.explain();
    const header = await readWavHeader(createMemorySource(head, name));
    const messages = run.getMessages();
    const duration = /Duration: (\d+):(\d+):([\d.]+)/.exec(messages);
    const declared = duration
      ? Number(duration[1]) * 3600 + Number(duration[2]) * 60 + Number(duration[3])
      : undefined;
    const warnings: ErrorRecord[] = [];
    return {
      container,
      codec: /Audio: (\w+)/.exec(messages)?.[1] ?? "unknown",
      sampleRate: header.sampleRate,
      channels: header.channels,
      ...(declared === undefined ? {} : { declaredSeconds: declared }),
      isEstimate: unmeasured.has(container) || /Estimating duration/.test(messages),
      warnings,
      chunks: readChunks(run, name, header.channels, head.subarray(header.dataOffset), warnings),
    };
  } catch (error) {
    run.stop();
    throw error;
  }
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
