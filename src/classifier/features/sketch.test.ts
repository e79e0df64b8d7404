import { expect, it } from "vitest";
import { makeEmbeddings, testEncoder } from "../../../test/support/make-embeddings.ts";
import { getRow } from "../../math/matrix.ts";
import { fitFusion } from "../fusion/fit-fusion.ts";
import { createLikeness, sketchEmbeddings } from "./sketch.ts";

const encoderSet = { encoders: [testEncoder] };

it("keeps layers, and approximately their distances", () => {
  const made = makeEmbeddings({ classes: 3, shots: 10, seed: 1 });
  const sketch = sketchEmbeddings(made, encoderSet, { dimensions: 200, seed: 0 });
  expect(sketch.encoderSet.encoders).toMatchObject([{ layers: 3, dimensions: 200 }]);
  expect(sketch.embeddings[0]!.vectors[0]).toHaveLength(3 * 400);
  // Squared distances of standardised rows are about 2 per number, for any number of buckets.
  const likeness = createLikeness(sketch);
  const distance = getRow(likeness, 0).reduce(
    (sum, value, k) => sum + (value - getRow(likeness, 1)[k]!) ** 2,
    0,
  );
  expect(distance / (2 * 3 * 40)).toBeGreaterThan(0.6);
  expect(distance / (2 * 3 * 40)).toBeLessThan(1.6);
});

it("is the same for the same seed, and different for another", () => {
  const made = makeEmbeddings({ classes: 2, shots: 4, seed: 1 });
  const first = createLikeness(sketchEmbeddings(made, encoderSet, { dimensions: 8, seed: 1 }));
  expect(createLikeness(sketchEmbeddings(made, encoderSet, { dimensions: 8, seed: 1 }))).toEqual(first);
  expect(createLikeness(sketchEmbeddings(made, encoderSet, { dimensions: 8, seed: 2 }))).not.toEqual(first);
});

it("joins layers if requested", () => {
  const made = makeEmbeddings({ classes: 2, shots: 10, seed: 1 });
  const sketch = sketchEmbeddings(made, encoderSet, { dimensions: 8, joinLayers: true, seed: 0 });
  expect(sketch.encoderSet.encoders).toMatchObject([{ layers: 1, dimensions: 24 }]);
  expect(sketch.embeddings[0]!.vectors[0]).toHaveLength(48);
});

it("makes a view of the words that separates classes", () => {
  const made = makeEmbeddings({ classes: 2, shots: 10, seed: 1, separation: [0, 0, 0] });
  const embeddings = made.map(({ vectors, label }, i) => ({
    vectors,
    text: `${label} please ${i % 3}`,
    decoded: [Float32Array.of(i, i % 2)],
  }));
  const decoder = { name: "start", size: 2 } as const;
  const transcriber = { ...testEncoder, id: "writer", vectors: [decoder] };
  const sketch = sketchEmbeddings(embeddings, { ...encoderSet, transcriber }, { dimensions: 8, seed: 0 });
  expect(sketch.encoderSet.encoders.map(({ id }) => id)).toEqual([
    "test",
    "writer/transcript",
    "writer/start",
  ]);
  const labels = made.map(({ label }) => (label === "class 0" ? 0 : 1));
  const rows = { embeddings: sketch.embeddings, labels, classes: 2, groups: labels.map(() => undefined) };
  const { heldOut } = fitFusion(rows, sketch.encoderSet, { pooling: "mean+std", seed: 0 });
  const right = labels.filter((label, row) => getRow(heldOut, row)[label]! > 0.5).length;
  expect(right).toBeGreaterThanOrEqual(18);
});
