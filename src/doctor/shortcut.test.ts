/** Properties other than the sound are found only if they predict labels as well as the classifier. */
import { describe, expect, it } from "vitest";
import type { AudioFacts } from "../audio/audio.ts";
import { createRandom } from "../core/random.ts";
import { findShortcut } from "./shortcut.ts";

const random = createRandom(0);
const make = (seconds: (label: number) => number, codec = (_label: number) => "pcm") =>
  Array.from({ length: 24 }, (_, i) => {
    const label = i % 2;
    const facts = {
      seconds: seconds(label),
      loudnessDb: -20 + random.normal(),
      sampleRate: 16000,
      channels: 1,
    };
    return { label: `${label}`, facts: { ...facts, container: "wav", codec: codec(label) } as AudioFacts };
  });
const right = new Array<number>(24).fill(1);

describe("findShortcut", () => {
  it("finds a duration that predicts all labels, with the share", () => {
    const recordings = make((label) => 1 + label + 0.1 * random.uniform());
    expect(findShortcut({ recordings, correctness: right, seed: 0 })).toEqual({
      code: "duration-tells",
      message: "the duration alone predicts 100.0 % of the labels, as many as the golem",
    });
  });

  it("finds a file format that correlates with the label", () => {
    const recordings = make(
      () => 1 + random.uniform(),
      (label) => (label ? "mp3" : "pcm"),
    );
    expect(findShortcut({ recordings, correctness: right, seed: 0 })?.code).toBe("format-tells");
  });

  it("finds nothing if the classifier is better, or at chance", () => {
    const natural = make((label) => 1 + 0.5 * label + 0.4 * random.normal());
    expect(findShortcut({ recordings: natural, correctness: right, seed: 0 })).toBeUndefined();
    const same = make(() => 1 + random.uniform());
    const guessing = new Array<number>(24).fill(0.5);
    expect(findShortcut({ recordings: same, correctness: guessing, seed: 0 })).toBeUndefined();
  });
});
