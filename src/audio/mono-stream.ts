/**
 * Mixes decoded channels down to one clean channel: mean of the channels, NaN and infinities set to zero,
 * limited length.
 *
 * Not its concern: formats, resampling.
 */
import { GolemError, throwIfAborted } from "../core/error.ts";
import type { DecodedStream } from "./formats/decoder.ts";

/** Counts collected while a stream is mixed down. */
export interface MixCount {
  /** Samples per channel. */
  frames: number;
  /** Values (of any channel) that were NaN or infinite. */
  notFinite: number;
  /** Values (of any channel) at or above full scale. */
  clipped: number;
}

/** Full scale as 16-bit files reach it: 32767 of 32768. */
const fullScale = 32_767 / 32_768;

/** Mixes one chunk of planes down and adds to `count`. */
function mixDown(planes: readonly Float32Array[], count: MixCount): Float32Array {
  const length = planes[0]?.length ?? 0;
  const mono = new Float32Array(length);
  const share = 1 / planes.length;
  for (const plane of planes) {
    for (let i = 0; i < length; i++) {
      const value = plane[i]!;
      const magnitude = value < 0 ? -value : value;
      if (!(magnitude < Number.POSITIVE_INFINITY)) {
        count.notFinite++;
        continue;
      }
      if (magnitude >= fullScale) count.clipped++;
      mono[i]! += value * share;
    }
  }
  count.frames += length;
  return mono;
}

/** Yields chunks of the down-mix. Rejects with `too-long` once there are more than `maximumSeconds`. */
export async function* readMono(
  stream: DecodedStream,
  name: string,
  maximumSeconds: number,
  count: MixCount,
  signal: AbortSignal | undefined,
): AsyncGenerator<Float32Array> {
  const limit = Math.floor(maximumSeconds * stream.sampleRate + 0.5);
  for await (const planes of stream.chunks) {
    throwIfAborted(signal);
    const mono = mixDown(planes, count);
    if (count.frames > limit) throw createTooLongError(name, maximumSeconds);
    if (mono.length > 0) yield mono;
  }
}

/** Creates the error for recordings over the limit; `seconds` when the length is known. */
export function createTooLongError(name: string, maximumSeconds: number, seconds?: number): GolemError {
  const found = seconds === undefined ? `more than ${maximumSeconds} s` : `${Math.round(seconds)} s`;
  return new GolemError(
    "too-long",
    `${name} holds ${found} of audio; expected at most ${maximumSeconds} s.`,
    {
      hint: "Cut it into shorter recordings, or train with a higher limit (maximumSeconds, --max-seconds).",
    },
  );
}
