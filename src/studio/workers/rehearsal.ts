/**
 * Made-up sounds and recordings to embed and train on in advance: code that has run is compiled, so the first
 * real training is as fast as the second.
 *
 * Not its concern: what is done with them.
 */

import { encodeWav } from "../../audio/wav-writer.ts";
import type { EncoderSetInfo } from "../../classifier/view.ts";
import { createRandom } from "../../core/random.ts";
import type { EmbeddedRecording } from "../../embed/embedded-recording.ts";

const classes = 2;
const each = 12;

/** Recordings with random embeddings, of the sizes that the encoder set gives. */
export function createRehearsal({ encoders, transcriber }: EncoderSetInfo): EmbeddedRecording[] {
  const random = createRandom(0);
  return Array.from({ length: classes * each }, (_, i) => {
    const label = i % classes;
    const draw = (size: number) => Float32Array.from({ length: size }, () => random.normal() + 0.3 * label);
    const seconds = 1;
    const hash = String(i).padStart(64, "0");
    return {
      file: `${label}/${i}.wav`,
      label: String(label),
      split: "none",
      fileHash: hash,
      vectors: encoders.map(({ layers, dimensions }) => draw(layers * 2 * dimensions)),
      ...(transcriber
        ? {
            text: `${label} of ${i}`,
            logprob: -1,
            decoded: transcriber.vectors.map(({ size }) => draw(size)),
          }
        : {}),
      facts: {
        ...{ container: "wav", codec: "pcm-s16", sampleRate: 16_000, channels: 1, seconds },
        ...{ kept: [0, seconds], peak: 0.5, loudnessDb: -20, clippedFraction: 0, offset: 0, noiseDb: -60 },
        ...{ fingerprint: new Uint32Array(0), levels: new Uint32Array(0), audioHash: hash, warnings: [] },
      },
    } satisfies EmbeddedRecording;
  });
}

const rate = 16_000;

/** A WAV file of one second: a tone that swells and fades, so that it is not silent. */
export function createRehearsalSound(): Uint8Array {
  const wave = (i: number) => 0.3 * Math.sin((Math.PI * i) / rate) * Math.sin(0.2 * i);
  return encodeWav(
    Float32Array.from({ length: rate }, (_, i) => wave(i)),
    rate,
    "pcm16",
  );
}
