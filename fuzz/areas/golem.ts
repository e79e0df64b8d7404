/**
 * Golems: decoded, asked for a prediction, and encoded again. Names that start with "bound" are files of a golem
 * whose golem.json lists hashes; any change of these must be found.
 */

import { defaultAudioSettings } from "../../src/audio/audio.ts";
import { describeAudio } from "../../src/audio/audio-description.ts";
import { golemFiles } from "../../src/golem/golem-files.ts";
import { decodeGolemModel } from "../../src/golem/golem-model.ts";
import { createPublicGolem } from "../../src/golem/public-golem.ts";
import { trainGolem } from "../../src/workflow/train-golem.ts";
import { makeEmbeddings, testEncoder, testTranscriber } from "../../test/support/make-embeddings.ts";
import type { FuzzArea } from "../area.ts";

const parts = ["document", "tensors", "training", "text"] as const;
type Parts = Record<(typeof parts)[number], Uint8Array>;

const encoders = [{ ...testEncoder, id: "mfcc" }];
const transcriber = { ...testTranscriber, id: "moonshine-tiny" };
const make = (seed: number) =>
  makeEmbeddings({ classes: 3, shots: 4, seed, separation: [0, 0.3, 0] }).map((recording, i) => ({
    ...recording,
    text: ["freeze my card", "what is my balance", "send money abroad"][i % 3]!,
    logprob: -0.1,
    decoded: transcriber.vectors.map(({ size }) => new Float32Array(size).fill(i % 2)),
  }));

const recordings = make(1);
const others = make(2);

async function createFiles(): Promise<Parts> {
  const model = await trainGolem(
    {
      ...{ name: "made up", recordings, encoders, transcriber, createdBy: "fuzz" },
      ...{ audio: defaultAudioSettings, pipeline: describeAudio(defaultAudioSettings) },
    },
    { seed: 0, repeats: 1 },
  );
  const files = model.encode();
  return Object.fromEntries(parts.map((part) => [part, files[golemFiles[part]]!])) as Parts;
}

function unbind(document: Uint8Array): Uint8Array {
  const { files: _, ...rest } = JSON.parse(new TextDecoder().decode(document));
  return new TextEncoder().encode(JSON.stringify(rest));
}

const isEqual = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

/** The area. */
export const area: FuzzArea = {
  async createCorpus() {
    const files = await createFiles();
    const bound = parts.slice(1).map((part) => [`bound ${part}`, files[part]]);
    return { ...files, document: unbind(files.document), ...Object.fromEntries(bound) };
  },
  async open() {
    const bound = await createFiles();
    const free = { ...bound, document: unbind(bound.document) };
    return {
      async parse(bytes, name) {
        const part = name.replace("bound ", "") as keyof Parts;
        const isBound = part !== name;
        const model = decodeGolemModel({ ...(isBound ? bound : free), [part]: bytes });
        if (isBound && !isEqual(bytes, bound[part])) throw new Error(`a change of ${part} was not found`);
        model.predictEmbedded(others.slice(0, 3));
        model.evaluate(others);
        model.encode();
        createPublicGolem(model);
      },
    };
  },
};
