import { describe, expect, it } from "vitest";
import { fitVocabulary } from "../classifier/features/text-features.ts";
import type { FittedView } from "../classifier/fusion/fusion.ts";
import type { View } from "../classifier/view.ts";
import { createRandom } from "../core/random.ts";
import type { Embedding } from "../embed/embedded-recording.ts";
import type { EncoderInfo } from "../encoder/encoder.ts";
import { getRow, type Matrix } from "../math/matrix.ts";
import { computeViewSpace } from "./suggest-recordings.ts";

const encoder = { id: "ear", layers: 2, dimensions: 3 } as EncoderInfo;
const encoderSet = { encoders: [encoder] };
const random = createRandom(1);
const embeddings: Embedding[] = Array.from({ length: 20 }, (_, i) => ({
  // The last number of each layer is constant.
  vectors: [Float32Array.from({ length: 12 }, (_v, j) => (j % 6 === 5 ? 7 : 5 + 3 * random.normal()))],
  text: i % 2 === 0 ? "a cup of tea please" : "no coffee",
}));
const layer = (number: number, weight: number): View => ({
  encoder: "ear",
  layer: number,
  pooling: "mean+std",
  weight,
});
const fitted = (...views: View[]): FittedView[] => views.map((view) => ({ view }) as FittedView);

function measureMeanSquare(space: Matrix, from: number, to: number): number {
  let sum = 0;
  for (let row = 0; row < space.rows; row++) {
    for (const value of getRow(space, row).subarray(from, to)) sum += value ** 2 / space.rows;
  }
  return sum;
}

describe("computeViewSpace", () => {
  it("gives each view its weight as mean squared length, centred, whatever its scale", () => {
    const views = fitted(layer(0, 0.25), layer(1, 0.75));
    const space = computeViewSpace({ fitted: views, vocabulary: undefined }, encoderSet, embeddings);
    expect([space.rows, space.columns]).toEqual([20, 12]);
    expect(measureMeanSquare(space, 0, 6)).toBeCloseTo(0.25, 5);
    expect(measureMeanSquare(space, 6, 12)).toBeCloseTo(0.75, 5);
    for (let column = 0; column < 12; column++) {
      const sum = embeddings.reduce((total, _, row) => total + getRow(space, row)[column]!, 0);
      expect(sum).toBeCloseTo(0, 4);
    }
  });

  it("omits constant features and stays finite if all recordings are the same", () => {
    const views = fitted(layer(0, 1));
    const space = computeViewSpace({ fitted: views, vocabulary: undefined }, encoderSet, embeddings);
    expect(getRow(space, 3)[5]).toBe(0);
    const same = [embeddings[0]!, embeddings[0]!, embeddings[0]!];
    const alone = computeViewSpace({ fitted: views, vocabulary: undefined }, encoderSet, same);
    expect(alone.data.every((value) => value === 0)).toBe(true);
  });

  it("places text features next to those of layers", () => {
    const vocabulary = fitVocabulary(embeddings.map(({ text }) => text ?? ""));
    const words: View = { encoder: "pen", layer: "transcript", pooling: "tf-idf", weight: 0.5 };
    const space = computeViewSpace(
      { fitted: fitted(layer(1, 0.5), words), vocabulary },
      encoderSet,
      embeddings,
    );
    expect(measureMeanSquare(space, 6, space.columns)).toBeCloseTo(0.5, 5);
    expect([...getRow(space, 0).subarray(6)]).toBeAllclose([...getRow(space, 2).subarray(6)]);
  });
});
