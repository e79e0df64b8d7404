/** Makes embedded recordings without audio: Gaussian classes in every layer, so that tests of training need no encoder. */
import { createRandom } from "../../src/core/random.ts";
import type { EmbeddedRecording } from "../../src/embed/embedded-recording.ts";
import type { EncoderInfo } from "../../src/encoder/encoder.ts";
import type { TranscriberInfo } from "../../src/encoder/transcriber.ts";

/** A small encoder that exists in tests only. */
export const testEncoder: EncoderInfo = {
  ...{ id: "test", revision: "1", sha256: {}, sampleRate: 16_000, layers: 3, dimensions: 20 },
  ...{ precision: "fp32", recipe: "none" },
};

/** A transcriber that exists in tests only. */
export const testTranscriber: TranscriberInfo = {
  ...{ id: "test", revision: "1", sha256: {}, sampleRate: 16_000, precision: "fp32", recipe: "none" },
  vectors: [
    { name: "context", size: 12 },
    { name: "start", size: 5 },
  ],
};

/** Options of {@link makeEmbeddings}. */
export interface MakeOptions {
  readonly classes: number;
  readonly shots: number;
  readonly seed: number;
  /** Distance of class means in each layer, in standard deviations of the noise. */
  readonly separation?: readonly number[];
  readonly speakers?: number;
}

/** Recordings in random order of nothing: class by class, `shots` each. */
export function makeEmbeddings(options: MakeOptions): EmbeddedRecording[] {
  const { classes, shots, seed, separation = [0, 2, 1], speakers } = options;
  const means = createRandom(1);
  const size = 2 * testEncoder.dimensions;
  const centres = Array.from({ length: classes * testEncoder.layers * size }, () => means.normal());
  const random = createRandom(seed, 2);
  return Array.from({ length: classes * shots }, (_, i) => {
    const label = i % classes;
    const vector = Float32Array.from({ length: testEncoder.layers * size }, (_, j) => {
      const layer = Math.floor(j / size);
      return (
        separation[layer]! * centres[(label * testEncoder.layers + layer) * size + (j % size)]! +
        random.normal()
      );
    });
    const hash = Array.from({ length: 8 }, () =>
      random
        .integer(2 ** 32)
        .toString(16)
        .padStart(8, "0"),
    ).join("");
    return {
      ...{
        file: `${seed}/${i}.wav`,
        label: `class ${label}`,
        split: "none",
        fileHash: hash,
        vectors: [vector],
      },
      ...(speakers === undefined ? {} : { speaker: `speaker ${Math.floor(i / classes) % speakers}` }),
      facts: {
        ...{ container: "wav", codec: "pcm-s16", sampleRate: 16_000, channels: 1, seconds: 1, kept: [0, 1] },
        ...{
          peak: 0.5,
          loudnessDb: -20,
          clippedFraction: 0,
          offset: 0,
          noiseDb: -70,
          fingerprint: new Uint32Array(0),
          levels: new Uint32Array(0),
          audioHash: hash,
          warnings: [],
        },
      },
    } satisfies EmbeddedRecording;
  });
}
