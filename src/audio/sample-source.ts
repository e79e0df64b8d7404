/**
 * Makes mono samples in memory readable like a recording, without encoding them as a file first.
 *
 * Not its concern: where the samples come from, resampling, trimming.
 */
import { GolemError } from "../core/error.ts";
import type { OpenedSource } from "./formats/decode-source.ts";

/** Mono samples that can be read more than once. */
export interface SampleSource {
  /** Name in error messages. */
  readonly name: string;
  /** In Hz. */
  readonly sampleRate: number;
  /** Number of samples. */
  readonly length: number;
  /** All samples from the start, in chunks of at most a few seconds. */
  read(): AsyncIterable<Float32Array> | Iterable<Float32Array>;
}

/** Samples per chunk; reading can be aborted between chunks. */
const chunkSamples = 1 << 16;

/** Creates a source from samples (full scale 1) at `sampleRate` Hz; they are not copied. */
export function createSampleSource(samples: Float32Array, sampleRate: number, name: string): SampleSource {
  return {
    name,
    sampleRate,
    length: samples.length,
    *read() {
      for (let start = 0; start < samples.length; start += chunkSamples) {
        yield samples.subarray(start, start + chunkSamples);
      }
    },
  };
}

/** Reads samples from the start, like a decoder. Throws `no-samples` if there are none. */
export function streamSamples(source: SampleSource): OpenedSource {
  const { sampleRate, length } = source;
  if (length === 0) {
    throw new GolemError("no-samples", `${source.name} are empty; expected at least one sample.`, {
      hint: "Record it again.",
    });
  }
  return {
    stream: {
      ...{ container: "samples", codec: "pcm-f32", channels: 1, warnings: [] },
      ...{ sampleRate, declaredSeconds: length / sampleRate },
      chunks: toPlanes(source),
    },
    warnings: [],
  };
}

async function* toPlanes(source: SampleSource): AsyncGenerator<readonly Float32Array[]> {
  for await (const chunk of source.read()) yield [chunk];
}
