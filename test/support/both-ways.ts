/** Decodes a file twice, with the decoders of this package and with the program ffmpeg alone, and compares. */
import { spawnSync } from "node:child_process";
import { decodeSource } from "../../src/audio/formats/decode-source.ts";
import type { Decoder } from "../../src/audio/formats/decoder.ts";
import { openFileSource } from "../../src/node/disk/file-source.ts";

/** A decoded file. */
export interface Decoded {
  readonly sampleRate: number;
  /** One per channel, all of one length. */
  readonly planes: readonly Float32Array[];
  readonly codec: string;
  /** Codes of warnings. */
  readonly warnings: readonly string[];
}

/** Decodes with `decoders` beside those that are built in. */
export async function decodeHere(path: string, decoders: readonly Decoder[] = []): Promise<Decoded> {
  const source = await openFileSource(path);
  try {
    const { stream, warnings } = await decodeSource(source, decoders, {});
    const parts: Float32Array[][] = Array.from({ length: stream.channels }, () => []);
    for await (const planes of stream.chunks)
      for (const [i, plane] of planes.entries()) parts[i]!.push(plane.slice());
    return {
      sampleRate: stream.sampleRate,
      planes: parts.map(join),
      codec: stream.codec,
      warnings: [...warnings, ...stream.warnings].map(({ code }) => code),
    };
  } finally {
    await source.close();
  }
}

function join(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Decodes the first audio stream with ffmpeg, at its own rate; undefined where ffmpeg gives no samples. */
export function decodeByFfmpeg(
  path: string,
  args: readonly string[] = [],
): Omit<Decoded, "codec"> | undefined {
  const options = ["-v", "error", "-nostdin", ...args, "-i", `file:${path}`, "-map", "0:a:0"];
  const run = spawnSync("ffmpeg", [...options, "-c:a", "pcm_f32le", "-f", "wav", "-"], {
    maxBuffer: 1 << 30,
  });
  const { stdout } = run;
  const data = stdout.indexOf("data");
  if (data < 0 || stdout.length < data + 12) return undefined;
  const channels = stdout.readUInt16LE(22);
  const frames = Math.floor((stdout.length - data - 8) / 4 / channels);
  const planes = Array.from({ length: channels }, (_, channel) =>
    Float32Array.from({ length: frames }, (__, i) =>
      stdout.readFloatLE(data + 8 + 4 * (i * channels + channel)),
    ),
  );
  return { sampleRate: stdout.readUInt32LE(24), planes, warnings: [] };
}

/** How far two decodings differ. */
export interface Difference {
  /** Samples that the first has more. */
  readonly extra: number;
  /** Sample of the second at which the first begins, where they agree best. */
  readonly lag: number;
  /** Largest difference of samples that both have, at that lag; NaN and infinities count as 0. */
  readonly largest: number;
  /** Power of the differences against that of the second, in dB; -Infinity where there are none. */
  readonly noiseDb: number;
}

/** Compares all channels; shifts of up to `furthest` samples are tried. */
export function compareDecoded(
  a: Pick<Decoded, "planes">,
  b: Pick<Decoded, "planes">,
  furthest = 0,
): Difference {
  const extra = a.planes[0]!.length - b.planes[0]!.length;
  let best: Difference | undefined;
  for (let step = 0; step <= 2 * furthest; step++) {
    const lag = step % 2 === 0 ? step / 2 : -(step + 1) / 2;
    let largest = 0;
    let noise = 0;
    let power = 0;
    for (const [channel, plane] of a.planes.entries()) {
      const other = b.planes[channel]!;
      const end = Math.min(plane.length, other.length - lag);
      for (let i = Math.max(0, -lag); i < end; i++) {
        const value = clean(other[i + lag]!);
        const difference = Math.abs(clean(plane[i]!) - value);
        if (difference > largest) largest = difference;
        noise += difference * difference;
        power += value * value;
      }
    }
    const noiseDb = noise === 0 ? Number.NEGATIVE_INFINITY : 10 * Math.log10(noise / Math.max(power, 1e-12));
    if (!best || noiseDb < best.noiseDb) best = { extra, lag, largest, noiseDb };
    if (noiseDb < -60) break;
  }
  return best!;
}

const clean = (value: number): number => (Number.isFinite(value) ? value : 0);
