/** Recordings: opened, measured and cut into windows as for a prediction, by the decoders inside the package. */
import { fileURLToPath } from "node:url";
import { openAudio } from "../../src/audio/open-audio.ts";
import { createMemorySource } from "../../src/core/byte-source.ts";
import { joinBytes } from "../../src/core/join-arrays.ts";
import {
  createChunk,
  createFormat,
  createTone,
  createWav,
  interleave,
  joinRiff,
  writers,
} from "../../test/support/audio-files.ts";
import type { FuzzArea } from "../area.ts";
import { readFiles } from "../corpus.ts";

const seeds = fileURLToPath(new URL("../seeds/audio", import.meta.url));

function createWavFiles(): Record<string, Uint8Array> {
  const tone = createTone(8000, 0.1);
  const stereo = createTone(8000, 0.05, 2);
  const kinds = Object.keys(writers) as (keyof typeof writers)[];
  const plain = kinds.map((kind) => [`${kind}.wav`, createWav(tone, 8000, kind)]);
  const format = createChunk("fmt ", createFormat(1, 2, 8000, 4, 16));
  const data = createChunk("data", interleave(stereo, writers.s16));
  return {
    ...Object.fromEntries(plain),
    "stereo.wav": joinRiff([format, data]),
    "list.wav": joinRiff([
      createChunk("LIST", new Uint8Array(30)),
      format,
      data,
      createChunk("id3 ", new Uint8Array(9)),
    ]),
    "id3-in-front.wav": joinBytes([
      Uint8Array.of(73, 68, 51, 3, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0),
      joinRiff([format, data]),
    ]),
  };
}

/** The area. */
export const area: FuzzArea = {
  createCorpus: async () => ({ ...createWavFiles(), ...readFiles(seeds) }),
  // Several decoders of WebAssembly are started for each, and the sound is long.
  rare: new Set(["chained.ogg", "joined.mp3", "tone.mp3", "tone-stereo.mp3"]),
  open: async () => ({
    async parse(bytes, name) {
      const { windows } = await openAudio(createMemorySource(bytes, name));
      for await (const window of windows())
        if (!window.every(Number.isFinite)) throw new Error("a sample is no number");
    },
  }),
};
