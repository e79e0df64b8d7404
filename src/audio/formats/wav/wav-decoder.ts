/**
 * Decodes WAV: integer and float PCM, A-law, mu-law, IMA and Microsoft ADPCM, and MP3 inside WAV.
 *
 * Not its concern: resampling, trimming.
 *
 * Format tags: RFC 2361.
 */

import type { ByteSource } from "../../../core/byte-source.ts";
import { blockBytes, createSourceSlice } from "../../../core/byte-source.ts";
import { GolemError, throwIfAborted } from "../../../core/error.ts";
import { createWarning } from "../../warning.ts";
import { type BlockDecoder, decodeImaBlock, decodeMsBlock } from "../adpcm.ts";
import { createByteAccount } from "../byte-account.ts";
import type { DecodedStream, DecodeOptions, Decoder } from "../decoder.ts";
import { decodeJoined, type JoinedFile } from "../joined-files.ts";
import { decodeMpeg } from "../mp3-decoder.ts";
import { readPcm } from "../pcm.ts";
import { accountForTail } from "../riff-tail.ts";
import { readWavHeader, type WavHeader } from "./wav-header.ts";
import { chooseWavLayout } from "./wav-layout.ts";

const names: Readonly<Record<number, string>> = {
  1: "PCM",
  2: "Microsoft ADPCM",
  3: "IEEE float",
  16: "OKI ADPCM",
  17: "IMA ADPCM",
  34: "TrueSpeech",
  49: "GSM 6.10",
  64: "G.721 ADPCM",
  66: "G.723.1",
  69: "G.726 ADPCM",
  131: "G.729",
  255: "AAC",
  352: "WMA 1",
  353: "WMA 2",
  5632: "AAC ADTS",
  8192: "AC-3",
};

/** Decodes WAV content; see the header of this file for the codecs. */
export const wavDecoder: Decoder = {
  id: "wav@1",
  canDecode: (content) => content.container === "wav",
  decode: (source, options) =>
    decodeJoined(source, async (file) => {
      const header = await readWavHeader(file);
      return addTail(file, header, await decodeData(file, header, options));
    }),
};

/** Accounts for the bytes after the samples, and warns if there are fewer samples than stated. */
function addTail(source: ByteSource, header: WavHeader, stream: DecodedStream): JoinedFile {
  const { dataOffset, dataLength, warnings } = header;
  const account = stream.account ?? createByteAccount(source.name, warnings);
  const promised = stream.isEstimate ? 0 : (stream.declaredSeconds ?? 0);
  async function* readAll(): AsyncGenerator<readonly Float32Array[]> {
    let frames = 0;
    for await (const planes of stream.chunks) {
      frames += planes[0]!.length;
      yield planes;
    }
    const missing = promised - frames / stream.sampleRate;
    // If the length of the source was unknown, this is known only now.
    if (!Number.isFinite(source.byteLength) && missing >= 1 / stream.sampleRate) {
      const found = (frames / stream.sampleRate).toFixed(2);
      warnings.push(
        createWarning(
          "truncated",
          `${source.name} states ${promised.toFixed(2)} s but has ${found} s; these were read.`,
          "The file was cut off; copy or record it again if the end matters.",
        ),
      );
    }
    if (!stream.account && Number.isFinite(dataLength)) account.addSound(dataLength);
  }
  return {
    stream: { ...stream, account, warnings, chunks: readAll() },
    findNext: async () =>
      Number.isFinite(dataLength)
        ? accountForTail(source, dataOffset + dataLength, header.littleEndian, account, "wav")
        : undefined,
  };
}

async function decodeData(
  source: ByteSource,
  header: WavHeader,
  options: DecodeOptions,
): Promise<DecodedStream> {
  switch (header.formatTag) {
    case 0x0001:
    case 0x0003:
    case 0x0006:
    case 0x0007:
      return decodePlain(source, header, options);
    case 0x0002:
      return decodeBlocks(source, header, "adpcm-ms", decodeMsBlock, 7, options);
    case 0x0011:
      return decodeBlocks(source, header, "adpcm-ima", decodeImaBlock, 4, options);
    case 0x0050:
    case 0x0055: {
      const inner = createSourceSlice(source, header.dataOffset, header.dataLength);
      const stream = await decodeMpeg(inner, options, header.warnings);
      return { ...stream, container: "wav", chunks: cutDelay(stream, header.factSamples) };
    }
    default: {
      const tag = `0x${header.formatTag.toString(16).toUpperCase().padStart(4, "0")}`;
      const known = names[header.formatTag];
      throw new GolemError(
        "unsupported-codec",
        `${source.name} is a WAV file with format tag ${tag}${known ? ` (${known})` : ", an unknown codec"}; expected PCM, float, A-law, mu-law, ADPCM or MP3.`,
        { hint: "Convert it, for example: ffmpeg -i in.wav -c:a pcm_s16le out.wav" },
      );
    }
  }
}

/** Delay of an MP3 decoder (529) and of the usual encoder (576), in samples. */
const mp3DelaySamples = 1105;

/**
 * Cuts MP3 samples to the number in the fact chunk, which removes delay at the start and padding at the end.
 * Without a fact chunk everything is kept; if a LAME tag states the delay, the decoder has already removed
 * it.
 */
async function* cutDelay(
  stream: DecodedStream,
  factSamples: number,
): AsyncGenerator<readonly Float32Array[]> {
  if (factSamples === 0 || stream.declaredSeconds !== undefined) {
    yield* stream.chunks;
    return;
  }
  let position = -mp3DelaySamples;
  for await (const planes of stream.chunks) {
    const length = planes[0]?.length ?? 0;
    const from = Math.max(0, -position);
    const to = Math.min(length, factSamples - position);
    position += length;
    if (to > from) yield planes.map((plane) => plane.subarray(from, to));
  }
}

async function decodePlain(
  source: ByteSource,
  header: WavHeader,
  options: DecodeOptions,
): Promise<DecodedStream> {
  const { sampleRate, dataOffset, dataLength, warnings } = header;
  const { format, channels, slots, littleEndian } = await chooseWavLayout(source, header);
  const { stride } = slots;
  const frames = Math.floor(dataLength / stride);
  if (frames === 0) throw noFrames(source);
  if (Number.isFinite(dataLength) && dataLength % stride !== 0) {
    warnings.push(
      createWarning(
        "truncated",
        `The samples of ${source.name} end in the middle of a frame: ${dataLength} bytes, ${stride} per frame; the incomplete frame was left out.`,
      ),
    );
  }
  return {
    container: "wav",
    codec: format,
    sampleRate,
    channels,
    ...(Number.isFinite(frames) ? { declaredSeconds: frames / sampleRate } : {}),
    warnings,
    chunks: readPcm(source, dataOffset, frames, slots, format, littleEndian, channels, options),
  };
}

function noFrames(source: ByteSource): GolemError {
  return new GolemError(
    "no-samples",
    `${source.name} contains less than one frame of samples; expected at least one.`,
    {
      hint: "Record it again.",
    },
  );
}

function decodeBlocks(
  source: ByteSource,
  header: WavHeader,
  codec: string,
  decodeBlock: BlockDecoder,
  blockHeader: number,
  { signal }: DecodeOptions,
): DecodedStream {
  const { channels, sampleRate, blockAlign, dataOffset, dataLength, warnings } = header;
  if (blockAlign <= blockHeader * channels) {
    throw new GolemError(
      "corrupt-audio",
      `${source.name} states ADPCM blocks of ${blockAlign} bytes; expected more than ${blockHeader * channels}.`,
      { hint: "The header is damaged." },
    );
  }
  if (dataLength <= blockHeader * channels) throw noFrames(source);
  const perBlock = decodeBlock(new Uint8Array(blockAlign), channels)[0]!.length;
  async function* readBlocks(): AsyncGenerator<Float32Array[]> {
    const bytesAtOnce = Math.max(1, Math.floor(blockBytes / blockAlign)) * blockAlign;
    for (let done = 0; done < dataLength; done += bytesAtOnce) {
      throwIfAborted(signal);
      const bytes = await source.read(dataOffset + done, Math.min(bytesAtOnce, dataLength - done));
      if (bytes.length === 0) return;
      for (let start = 0; start < bytes.length; start += blockAlign) {
        const planes = decodeBlock(bytes.subarray(start, start + blockAlign), channels);
        if (planes[0]!.length > 0) yield planes;
      }
    }
  }
  return {
    container: "wav",
    codec,
    sampleRate,
    channels,
    ...(Number.isFinite(dataLength)
      ? { declaredSeconds: (Math.floor(dataLength / blockAlign) * perBlock) / sampleRate }
      : {}),
    warnings,
    chunks: readBlocks(),
  };
}
