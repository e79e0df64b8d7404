/**
 * Limits the number of samples, counting all channels, that are decoded from one recording, since they
 * determine the cost of decoding: a few bytes can encode years of silence.
 *
 * Not its concern: the length in seconds (mono-stream.ts), the value of the limit.
 */
import { GolemError } from "../core/error.ts";
import type { DecodedStream } from "./formats/decoder.ts";

/** The same stream; rejects with `too-long`, at once if its headers state more than the limit. */
export function limitSamples(stream: DecodedStream, name: string, maximumSamples: number): DecodedStream {
  const { sampleRate, channels, declaredSeconds, isEstimate = false } = stream;
  if (!isEstimate && declaredSeconds !== undefined) {
    const declared = Math.floor(declaredSeconds * sampleRate) * channels;
    if (declared > maximumSamples) throw createError(stream, name, maximumSamples, declared);
  }
  return { ...stream, chunks: countSamples(stream, name, maximumSamples) };
}

async function* countSamples(
  stream: DecodedStream,
  name: string,
  maximumSamples: number,
): AsyncGenerator<readonly Float32Array[]> {
  let count = 0;
  for await (const planes of stream.chunks) {
    count += planes.length * (planes[0]?.length ?? 0);
    if (count > maximumSamples) throw createError(stream, name, maximumSamples, undefined);
    yield planes;
  }
}

function createError(
  { sampleRate, channels }: DecodedStream,
  name: string,
  maximumSamples: number,
  declared: number | undefined,
): GolemError {
  const found = declared === undefined ? `more than ${maximumSamples}` : `${declared}`;
  return new GolemError(
    "too-long",
    `${name} has ${found} samples (${channels} channels at ${sampleRate} Hz); at most ${maximumSamples} are decoded.`,
    { hint: "Send it in parts, with fewer channels or at a lower sample rate: 16 kHz is enough." },
  );
}
