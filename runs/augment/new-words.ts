/**
 * Measures how often a golem predicts `unknown`, with and without copies in noise: for classes left out of
 * training, known classes, and known classes in noise.
 */
import { listVariations } from "../../src/augment/variation.ts";
import { fitClassifier } from "../../src/classifier/classifier.ts";
import { createFamiliarityScore } from "../../src/classifier/novelty/familiarity.ts";
import { fitFamiliarity } from "../../src/classifier/novelty/fit-familiarity.ts";
import type { EmbeddedRecording } from "../../src/embed/embedded-recording.ts";
import { toRows } from "../scoreboard/real-set.ts";
import type { VariedSet } from "./material.ts";

/** Shares of recordings that are flagged, mean over draws. */
export interface Flagged {
  readonly known: number;
  readonly knownInNoise: number;
  readonly leftOut: number;
  /** Probability that a recording of a left-out class is less familiar than one of a known class. */
  readonly ranking: number;
}

/** Measures a set; in each draw a third of the classes is left out, in turn. */
export function measureNewWords({ classes, encoderSet, draws }: VariedSet): {
  alone: Flagged;
  varied: Flagged;
} {
  const noise = listVariations(3).findIndex(({ kind }) => kind === "noise");
  const results = draws.map(({ train, clean, noisy }, d) => {
    const isLeftOut = ({ label }: EmbeddedRecording) => (classes.indexOf(label) + d) % 3 === 0;
    const isKnown = (row: EmbeddedRecording) => !isLeftOut(row);
    const names = classes.filter((_, c) => (c + d) % 3 !== 0);
    const rows = toRows(train.filter(isKnown), names);
    const measure = (copy: number | undefined): Flagged => {
      const augment = copy === undefined ? "none" : "auto";
      const views = fitClassifier(rows, encoderSet, { seed: 0, augment }).fitted.map(({ view }) => view);
      const familiarity = fitFamiliarity(rows, names, encoderSet, views, { seed: 0, copy })!;
      const score = createFamiliarityScore(familiarity, encoderSet);
      const known = score(clean.filter(isKnown));
      const leftOut = score(clean.filter(isLeftOut));
      const share = (scores: readonly number[]) =>
        scores.filter((value) => value < familiarity.threshold).length / scores.length;
      const lower = leftOut.reduce((sum, low) => sum + known.filter((high) => low < high).length, 0);
      return {
        ...{
          known: share(known),
          knownInNoise: share(score(noisy.filter(isKnown))),
          leftOut: share(leftOut),
        },
        ranking: lower / (leftOut.length * known.length),
      };
    };
    return { alone: measure(undefined), varied: measure(noise) };
  });
  const average = (pick: (result: (typeof results)[number]) => Flagged): Flagged => {
    const mean = (field: keyof Flagged) =>
      results.reduce((sum, result) => sum + pick(result)[field], 0) / results.length;
    return {
      ...{ known: mean("known"), knownInNoise: mean("knownInNoise") },
      ...{ leftOut: mean("leftOut"), ranking: mean("ranking") },
    };
  };
  return { alone: average(({ alone }) => alone), varied: average(({ varied }) => varied) };
}
