/** The head chosen within the training rows. */

import { describe, expect, it } from "vitest";
import { makeEmbeddings, testEncoder } from "../../../test/support/make-embeddings.ts";
import { defaultRecipe } from "../../core/default-recipe.ts";
import { createRandom, shuffle } from "../../core/random.ts";
import { type ClassifierOptions, fitClassifier } from "../classifier.ts";
import { createFitProblem } from "../fit-problem.ts";

function fitHead(
  options: Partial<ClassifierOptions>,
  made: Parameters<typeof makeEmbeddings>[0],
  permute = false,
) {
  const recordings = makeEmbeddings(made);
  const order = permute ? shuffle([...recordings.keys()], createRandom(4)) : [...recordings.keys()];
  const { problem } = createFitProblem(
    order.map((row) => recordings[row]!),
    { encoders: [testEncoder] },
    { seed: 0, ...options },
  );
  return fitClassifier(problem, problem.encoderSet, problem.options).fitted[0]!.head;
}

describe("the head chosen on one layer", () => {
  const made = { classes: 3, shots: 8, seed: 2, separation: [0, 0.5, 0] };

  it("is chosen by comparison with auto, and the recipe's by default", () => {
    const chosen = fitHead({ layer: 1, head: "auto" }, made).saved.meta;
    expect(["centroid", "ridge", "logistic"]).toContain(chosen.kind);
    for (const kind of ["centroid", "ridge", "logistic"]) {
      expect(chosen.facts[`compared.${kind}`]).toBeGreaterThan(0.5);
      expect(chosen.facts[`compared.${kind}`]).toBeLessThanOrEqual(1);
    }
    const named = fitHead({ layer: 1 }, made).saved.meta;
    expect(named.kind).toBe(defaultRecipe.layerHead);
    expect(Object.keys(named.facts).some((name) => name.startsWith("compared"))).toBe(false);
  });

  it("is the centroid if all heads do equally well", () => {
    expect(fitHead({ layer: 1, head: "auto" }, { ...made, separation: [0, 5, 0] }).kind).toBe("centroid");
  });

  it("is the same head as if it were named, except for the facts about the choice", () => {
    const chosen = fitHead({ layer: 1, head: "auto" }, made);
    const named = fitHead({ layer: 1, head: chosen.kind }, made);
    expect(chosen.saved.tensors).toEqual(named.saved.tensors);
  });

  it("is logistic if a class has one recording", () => {
    expect(fitHead({ layer: 1, head: "auto" }, { ...made, shots: 1 }).kind).toBe("logistic");
  });

  it("is chosen on a sample of many recordings that contains every class", () => {
    const head = fitHead({ layer: 1, head: "auto" }, { ...made, classes: 40, shots: 15 }, true);
    expect(Object.keys(head.saved.meta.facts).filter((name) => name.startsWith("compared"))).toHaveLength(3);
  });
});
