/** The threshold for unknown rejects the stated share of recordings like those it was derived from. */
import { describe, expect, it } from "vitest";
import { makeEmbeddings, testEncoder } from "../../../test/support/make-embeddings.ts";
import { createRandom } from "../../core/random.ts";
import type { Embedding } from "../../embed/embedded-recording.ts";
import type { LabelledRows } from "../labelled-rows.ts";
import { createFamiliarityScore } from "./familiarity.ts";
import { computeRejectionThreshold, fitFamiliarity } from "./fit-familiarity.ts";

describe("computeRejectionThreshold", () => {
  it.each([10, 15, 19, 40, 120])(
    "rejects about one in twenty new scores on average, and not more (%i scores)",
    (count) => {
      let rejected = 0;
      const draws = 4000;
      for (let draw = 0; draw < draws; draw++) {
        const random = createRandom(draw, count);
        const scores = Array.from({ length: count }, () => random.normal());
        const threshold = computeRejectionThreshold(scores);
        for (let i = 0; i < 25; i++) if (random.normal() < threshold) rejected++;
      }
      const rate = rejected / draws / 25;
      expect(rate).toBeLessThan(0.055);
      expect(rate).toBeGreaterThan(0.02);
    },
  );

  it("rejects fewer if scores are from few speakers, whose recordings are alike", () => {
    const speakers = [20, 10, 10, 5].flatMap((size, speaker) => Array<string>(size).fill(`${speaker}`));
    const draws = 4000;
    let bySpeaker = 0;
    let independent = 0;
    for (let draw = 0; draw < draws; draw++) {
      const random = createRandom(draw, 1);
      const means = Array.from({ length: 5 }, () => Math.sqrt(0.2) * random.normal());
      const score = (speaker: number) => means[speaker]! + Math.sqrt(0.8) * random.normal();
      const scores = speakers.map((speaker) => score(Number(speaker)));
      const own = computeRejectionThreshold(scores, speakers);
      const all = computeRejectionThreshold(scores);
      for (let i = 0; i < 20; i++) {
        const newScore = score(4);
        if (newScore < own) bySpeaker++;
        if (newScore < all) independent++;
      }
    }
    expect(bySpeaker / draws / 20).toBeGreaterThan(0.015);
    expect(independent - bySpeaker).toBeGreaterThan(0.005 * draws * 20);
  });

  it("is a quantile if there are enough scores, otherwise not above the lowest", () => {
    const scores = Array.from({ length: 39 }, (_, i) => -Math.exp(i / 8));
    // scipy.stats.mstats.hdquantiles(scores, [0.05])
    expect(computeRejectionThreshold(scores, undefined, 0.05)).toBeCloseTo(-97.6914401146581, 6);
    expect(computeRejectionThreshold([5, 5, 5])).toBeCloseTo(5, 12);
    expect(computeRejectionThreshold([1, 2, 3])).toBeLessThan(1);
    expect(computeRejectionThreshold([1])).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe("copies in noise", () => {
  const encoderSet = { encoders: [testEncoder] };
  const names = ["class 0", "class 1", "class 2"];
  const view = { encoder: "test", layer: 1, pooling: "mean+std", weight: 1 } as const;
  const random = createRandom(8);
  const size = 2 * testEncoder.dimensions * testEncoder.layers;
  const direction = Float32Array.from({ length: size }, () => random.normal());
  /** A disturbance of one kind and any strength. */
  const disturb = (vector: Float32Array): Float32Array => {
    const strength = 1.5 * random.normal();
    return vector.map((value, j) => value + strength * direction[j]!);
  };
  const made = makeEmbeddings({ classes: 3, shots: 15, seed: 1 });
  const rows: LabelledRows = {
    ...{ embeddings: made, labels: made.map(({ label }) => names.indexOf(label)), classes: 3 },
    groups: made.map(() => undefined),
    copies: made.map(({ vectors }) => [{ vectors }, { vectors: vectors.map(disturb) }]),
  };
  const measure = (copy: number | undefined) =>
    fitFamiliarity(rows, names, encoderSet, [view], { seed: 0, copies: copy === undefined ? [] : [copy] })!;

  it("widen classes: the variation they show is less unknown, and other sounds still are", () => {
    const noisy = makeEmbeddings({ classes: 3, shots: 40, seed: 2 }).map(({ vectors }) => ({
      vectors: vectors.map(disturb),
    }));
    const far = makeEmbeddings({ classes: 3, shots: 40, seed: 3, separation: [0, -2, 0] });
    const count = (copy: number | undefined, recordings: readonly Embedding[]) => {
      const familiarity = measure(copy);
      const scores = createFamiliarityScore(familiarity, encoderSet)(recordings);
      return scores.filter((score) => score < familiarity.threshold).length / scores.length;
    };
    expect(count(1, noisy)).toBeLessThan(0.8 * count(undefined, noisy));
    expect(count(1, far)).toBeGreaterThan(0.9);
  });

  it("derive the threshold from recordings alone", () => {
    expect(measure(1).recordings).toBe(made.length);
    const { copies: _, ...alone } = rows;
    const without = fitFamiliarity(alone, names, encoderSet, [view], { seed: 0, copies: [1] });
    expect(measure(undefined)).toEqual(without);
  });
});

describe("golems of earlier versions", () => {
  it("keep their rule: products over the mean norm, and whitened distances alone", () => {
    const info = { ...testEncoder, layers: 1, dimensions: 1 };
    const scores = (rule: 2 | undefined) =>
      createFamiliarityScore(
        {
          layers: [
            {
              view: { encoder: info.id, layer: 0, pooling: "mean+std", weight: 1 },
              ...{ origin: Float32Array.of(0, 0), scale: Float32Array.of(1, 1) },
              ...{ templates: Float32Array.of(3, 0, 0, 1), norms: Float32Array.of(3, 1) },
              subspace: Float32Array.of(0, 0.6),
            },
          ],
          ...{ falseRejectionRate: 0.05, threshold: 0, recordings: 20, rule },
          ...{ resemblance: { mean: 0, deviation: 1 }, nearness: { mean: -9, deviation: 1 } },
        },
        { encoders: [info] },
      )([{ vectors: [Float32Array.of(3, 4)] }, { vectors: [Float32Array.of(0, 200)] }]);
    // Squared norms without the removed direction: 25 - 2.4 ** 2 and 40,000 - 120 ** 2.
    const [near, far] = [19.24, 25_600];
    const older = 0.7525 * (9 - Math.log((far + 1 - 2 * 200) / 2) / 2);
    expect(scores(undefined)).toBeAllclose([9 / Math.sqrt(near) / 2, Math.min(200 / 160 / 2, older)], {
      ...{ rtol: 1e-6, atol: 1e-6 },
    });
    expect(scores(2)).toBeAllclose([4 / Math.sqrt(near), 200 / 160], { rtol: 1e-6, atol: 1e-6 });
  });
});
