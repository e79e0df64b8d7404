import { describe, expect, it } from "vitest";
import { testEncoder } from "../../test/support/make-embeddings.ts";
import { fitVocabulary } from "./features/text-features.ts";
import { createViewFeatures, getSpokenTexts, listWrittenViews, type View } from "./view.ts";

const embeddings = [
  { vectors: [], text: "Freeze my card.", logprob: -0.2 },
  { vectors: [], text: "Thank you for watching!", logprob: -0.7 },
];
const transcriber = {
  ...{ id: "pen", revision: "1", sha256: {}, sampleRate: 16_000, precision: "int8", recipe: "test" },
  vectors: [],
};
const encoderSet = { encoders: [testEncoder], transcriber };

describe("the text of sounds other than speech", () => {
  it("gives no words and no features in new golems", () => {
    expect(getSpokenTexts(embeddings, encoderSet)).toEqual(["Freeze my card.", ""]);
    const vocabulary = fitVocabulary(embeddings.map(({ text }) => text));
    const [view] = listWrittenViews(transcriber, vocabulary);
    const features = createViewFeatures(view!, encoderSet, vocabulary)(embeddings);
    expect(features.data.subarray(0, features.columns).some((value) => value !== 0)).toBe(true);
    expect(features.data.subarray(features.columns).every((value) => value === 0)).toBe(true);
  });

  it("is used by golems that were trained on all text", () => {
    const vocabulary = fitVocabulary(embeddings.map(({ text }) => text));
    const view: View = { encoder: "pen", layer: "transcript", pooling: "tf-idf", weight: 1 };
    const features = createViewFeatures(view, encoderSet, vocabulary)(embeddings);
    expect(features.data.subarray(features.columns).some((value) => value !== 0)).toBe(true);
  });
});
