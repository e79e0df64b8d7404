/** Fusion with varied copies: informative ones help, and none reveals the label of a recording left out. */
import { describe, expect, it } from "vitest";
import { makeEmbeddings, testEncoder } from "../../../test/support/make-embeddings.ts";
import { createRandom } from "../../core/random.ts";
import type { Embedding } from "../../embed/embedded-recording.ts";
import { getPredictions } from "../../evaluate/metrics.ts";
import { createClassifier, fitClassifier } from "../classifier.ts";
import type { LabelledRows } from "../labelled-rows.ts";
import { type Augmentation, fitFusion } from "./fit-fusion.ts";

const encoderSet = { encoders: [testEncoder] };

function toRows(
  made: ReturnType<typeof makeEmbeddings>,
  createCopies: (own: Embedding, row: number) => Embedding[],
  labels: readonly number[] = made.map(({ label }) => Number(label.at(-1))),
): LabelledRows {
  return {
    embeddings: made,
    ...{ labels, classes: 1 + Math.max(...labels), groups: made.map(({ speaker }) => speaker) },
    copies: made.map(createCopies),
  };
}

const fuse = (rows: LabelledRows, augment: Augmentation) =>
  fitFusion(rows, encoderSet, { pooling: "mean+std", seed: 0, augment });

/** Share of rows with a correct held-out prediction. */
function scoreHeldOut(rows: LabelledRows, augment: Augmentation): number {
  const predicted = getPredictions(fuse(rows, augment).heldOut);
  return predicted.filter((label, row) => label === rows.labels[row]).length / predicted.length;
}

describe("copies", () => {
  it("are left out together with their recording, and with all of its speaker", () => {
    // With random labels, a copy of a left-out recording, or of its speaker, would reveal its label.
    let [alone, auto, three] = [0, 0, 0];
    for (let seed = 0; seed < 8; seed++) {
      const random = createRandom(seed, 5);
      const speakers = seed % 2 === 0 ? 40 : 20;
      const made = makeEmbeddings({ classes: 2, shots: 20, seed, separation: [0, 0, 0], speakers });
      const first = new Map(made.map((one) => [one.speaker, one.vectors]));
      const drawn = new Map([...first.keys()].map((speaker, i) => [speaker, i < 2 ? i : random.integer(2)]));
      const same = made.map((one) => ({ ...one, vectors: first.get(one.speaker)! }));
      const labels = made.map(({ speaker }) => drawn.get(speaker)!);
      const rows = toRows(same, ({ vectors }) => [{ vectors }, { vectors }, { vectors }], labels);
      alone += scoreHeldOut(rows, "none") / 8;
      auto += scoreHeldOut(rows, "auto") / 8;
      three += scoreHeldOut(rows, 3) / 8;
    }
    expect(alone).toBeLessThan(0.85);
    expect(auto).toBeLessThan(alone + 0.05);
    expect(three).toBeLessThan(alone + 0.05);
  });

  it("that show an irrelevant variation raise accuracy on recordings that vary", () => {
    // A disturbance moves recordings along a few directions at test time; copies show these directions.
    const directions = createRandom(9);
    const size = 2 * testEncoder.dimensions * testEncoder.layers;
    const nuisance = Array.from({ length: 3 }, () =>
      Float32Array.from({ length: size }, () => directions.normal()),
    );
    const disturb = ({ vectors }: Embedding, random: { normal(): number }): Embedding => {
      const [vector] = vectors;
      const shifts = nuisance.map(() => 1.5 * random.normal());
      return {
        vectors: [
          vector!.map((value, j) => value + shifts.reduce((sum, s, k) => sum + s * nuisance[k]![j]!, 0)),
        ],
      };
    };
    const random = createRandom(4);
    const options = { classes: 4, separation: [0.3, 0.3, 0.3] };
    const rows = toRows(makeEmbeddings({ ...options, shots: 8, seed: 1 }), (own) => [
      disturb(own, random),
      disturb(own, random),
      disturb(own, random),
    ]);
    const test = makeEmbeddings({ ...options, shots: 50, seed: 2 });
    const disturbed = test.map((own) => disturb(own, random));
    const score = (augment: Augmentation) => {
      const classifier = fitClassifier(rows, encoderSet, { head: "auto", seed: 0, augment });
      const predicted = getPredictions(classifier.computeProbabilities(disturbed));
      return predicted.filter((label, i) => label === Number(test[i]!.label.at(-1))).length / test.length;
    };
    expect(score(3)).toBeGreaterThan(score("none") + 0.05);
    expect(score("auto")).toBeGreaterThanOrEqual(score("none"));
    expect(fuse(rows, "none").variedShare).toBe(0);
    expect(fuse(rows, 3).variedShare).toBeCloseTo(1, 9);
  });

  it("that are wrong get little weight", () => {
    const made = makeEmbeddings({ classes: 3, shots: 10, seed: 1, separation: [0, 0.5, 0] });
    const wrong = toRows(made, (_, row) => [made[(row + 1) % made.length]!, made[(row + 2) % made.length]!]);
    const right = toRows(made, ({ vectors }) => [{ vectors }, { vectors }]);
    expect(fuse(wrong, "auto").variedShare).toBeLessThan(fuse(right, "auto").variedShare);
    expect(scoreHeldOut(wrong, "auto")).toBeGreaterThan(scoreHeldOut(wrong, 2));
  });

  it("have no effect with `none`, and joined heads predict as their parts do", () => {
    const made = makeEmbeddings({ classes: 3, shots: 8, seed: 3 });
    const rows = toRows(made, ({ vectors }) => [
      { vectors: vectors.map((v) => v.map((x) => 1.1 * x)) },
      { vectors },
    ]);
    const { copies: _, ...alone } = rows;
    const [without, none] = [fuse(alone, "auto"), fuse(rows, "none")];
    expect(none.fitted.map(({ head }) => head.saved)).toEqual(without.fitted.map(({ head }) => head.saved));
    const { fitted } = fuse(rows, "auto");
    expect(fitted.length).toBeLessThanOrEqual(testEncoder.layers);
    const probabilities = createClassifier(fitted, encoderSet).computeProbabilities(made);
    const predicted = getPredictions(probabilities);
    expect(predicted.filter((label, row) => label === rows.labels[row]).length).toBe(made.length);
  });

  it("may be missing for some recordings", () => {
    const made = makeEmbeddings({ classes: 3, shots: 8, seed: 3 });
    const rows = toRows(made, ({ vectors }, row) => (row % 2 === 0 ? [{ vectors }, { vectors }] : []));
    expect(scoreHeldOut(rows, "auto")).toBeGreaterThan(0.5);
  });
});
