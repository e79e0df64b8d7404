import { describe, expect, it } from "vitest";
import { makeEmbeddings, testEncoder } from "../../test/support/make-embeddings.ts";
import { getPredictions } from "../evaluate/metrics.ts";
import { computeSecondOpinion } from "./examine-recordings.ts";

const encoderSet = { encoders: [testEncoder] };

describe("a second opinion", () => {
  const embeddings = makeEmbeddings({ classes: 4, shots: 10, seed: 3 });
  const truth = embeddings.map(({ label }) => Number(label.slice(-1)));
  const wrong = [0, 7, 18, 29];
  const labels = truth.map((label, row) => (wrong.includes(row) ? (label + 1) % 4 : label));

  it("detects wrong labels among those it is given", () => {
    const { probabilities, trusted, firstProbabilities } = computeSecondOpinion(
      { embeddings, labels, classes: 4 },
      encoderSet,
      { seed: 0 },
    );
    expect([...getPredictions(probabilities)]).toEqual(truth);
    expect(wrong.map((row) => trusted[row])).toEqual([false, false, false, false]);
    expect(firstProbabilities.rows).toBe(40);
  });

  it("keeps two recordings of every class for fitting", () => {
    const random = labels.map((_, row) => row % 4);
    const noise = makeEmbeddings({ classes: 4, shots: 3, seed: 5, separation: [0, 0, 0] });
    const { trusted } = computeSecondOpinion(
      { embeddings: noise, labels: random.slice(0, 12), classes: 4 },
      encoderSet,
      { seed: 0 },
    );
    for (let k = 0; k < 4; k++) {
      expect(trusted.filter((isTrusted, row) => isTrusted && row % 4 === k).length).toBeGreaterThanOrEqual(2);
    }
  });
});
