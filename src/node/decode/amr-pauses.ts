/**
 * Keeps the pauses of AMR recordings. In a pause, phones send empty frames or noise descriptions, for which
 * ffmpeg returns no samples; silence of the same length is inserted, so that times remain correct.
 *
 * Not its concern: decoding.
 *
 * Reference: RFC 4867, section 5 (frames), 3GPP TS 26.101 (frame types).
 */
import { getAmrFrameBytes } from "../../audio/formats/file-end.ts";
import { type ByteSource, blockBytes } from "../../core/byte-source.ts";

/** Consecutive frames of one kind. */
interface FrameRun {
  readonly isSpeech: boolean;
  readonly frames: number;
}

/** Maximum length of silence in one chunk, in frames of 20 ms. */
const longestSilence = 500;

async function* readRuns(source: ByteSource): AsyncGenerator<FrameRun> {
  const isWide = (await source.read(5, 3))[0] === 0x2d;
  let run: FrameRun | undefined;
  let skip = 0;
  for (let at = isWide ? 9 : 6; at < source.byteLength; ) {
    const bytes = await source.read(at, blockBytes);
    if (bytes.length === 0) break;
    let place = skip;
    while (place < bytes.length) {
      // This is not the first byte of a frame.
      if ((bytes[place]! & 0x83) !== 0) {
        if (run) yield run;
        return;
      }
      const type = (bytes[place]! >> 3) & 15;
      const isSpeech = type < (isWide ? 9 : 8);
      if (run && run.isSpeech !== isSpeech) {
        yield run;
        run = undefined;
      }
      run = { isSpeech, frames: (run?.frames ?? 0) + 1 };
      place += getAmrFrameBytes(type, isWide);
    }
    skip = place - bytes.length;
    at += bytes.length;
  }
  if (run) yield run;
}

/** Inserts silence between the samples that ffmpeg returned for the speech frames of `source`. */
export async function* fillPauses(
  source: ByteSource,
  chunks: AsyncIterable<Float32Array[]>,
  sampleRate: number,
): AsyncGenerator<Float32Array[]> {
  const frameSamples = sampleRate / 50;
  const decoded = chunks[Symbol.asyncIterator]();
  let held: Float32Array = new Float32Array(0);
  const take = async (count: number): Promise<Float32Array> => {
    if (held.length === 0) held = (await decoded.next()).value?.[0] ?? held;
    const taken = held.subarray(0, count);
    held = held.subarray(taken.length);
    return taken;
  };
  try {
    for await (const { isSpeech, frames } of readRuns(source)) {
      for (let left = frames * frameSamples; left > 0; ) {
        const samples = isSpeech
          ? await take(left)
          : new Float32Array(Math.min(left, longestSilence * frameSamples));
        if (samples.length === 0) return;
        yield [samples];
        left -= samples.length;
      }
    }
    for (let rest = await take(Infinity); rest.length > 0; rest = await take(Infinity)) yield [rest];
  } finally {
    await decoded.return?.();
  }
}
