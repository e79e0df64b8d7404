/**
 * The recipes that the scoreboard compares: the default, the default without one of its parts, and single
 * layers.
 */

import type { ClassifierOptions } from "../../src/classifier/classifier.ts";
import { encoderSets } from "../../src/core/default-recipe.ts";
import { defaultEncoderIds, encoderDefinitions } from "../../src/encoder/registry.ts";

/** One way to make a classifier. */
export interface Recipe {
  readonly name: string;
  readonly encoders: readonly string[];
  readonly reads: boolean;
  /** Value of `--encoder`, where the encoders are of another set than the default one. */
  readonly encoderSet?: string;
  readonly options: Omit<ClassifierOptions, "seed">;
}

const moonshine = "moonshine-tiny";
const google = "google-speech-embedding";
const lastLayer = encoderDefinitions[moonshine]!.info.layers - 1;
const alone = (encoder: string) => ({ encoders: [encoder], reads: false });

/** The recipe of `golem train` without options. */
export const defaultRecipe: Recipe = {
  name: "`golem train`, no flags",
  ...{ encoders: defaultEncoderIds, reads: true, options: {} },
};

/** The default with a larger network. */
export const largerRecipe: Recipe = {
  ...defaultRecipe,
  name: "with a larger network: `--encoder moonshine-base`",
  ...{ encoderSet: "moonshine-base", encoders: encoderSets["moonshine-base"]!.encoders },
};

/** The default without some of its parts. */
export const ablations: readonly Recipe[] = [
  { ...defaultRecipe, name: "without varied copies: `--augment none`", options: { augment: "none" } },
  { ...defaultRecipe, name: "without words: `--no-transcript`", reads: false },
  { ...defaultRecipe, name: "without second encoder", encoders: [moonshine] },
  { name: "without both: `--encoder moonshine-tiny`", ...alone(moonshine), options: {} },
  { name: "words alone", encoders: [], reads: true, options: {} },
  {
    name: "without fusion, one layer chosen: `--head logistic`",
    ...{ ...alone(moonshine), options: { head: "logistic" } },
  },
];

/** The recipe from which this project started, on the default encoder. */
export const articleRecipe: Recipe = {
  name: "one linear layer on the last layer's mean: `--head linear --layer last --pooling mean`",
  ...{ ...alone(moonshine), options: { head: "linear", layer: "last", pooling: "mean" } },
};

/** One layer, one classifier. */
export const singleLayers: readonly Recipe[] = [
  ...Array.from(
    { length: lastLayer + 1 },
    (_, layer): Recipe => ({
      name: `moonshine-tiny, layer ${layer}, logistic`,
      ...{ ...alone(moonshine), options: { head: "logistic", layer } },
    }),
  ),
  { name: "google-speech-embedding, logistic", ...alone(google), options: { head: "logistic", layer: 0 } },
  {
    name: "mfcc, logistic (no transfer learning)",
    ...{ ...alone("mfcc"), options: { head: "logistic", layer: 0 } },
  },
];

/** All recipes. */
export const recipes: readonly Recipe[] = [
  defaultRecipe,
  largerRecipe,
  ...ablations,
  articleRecipe,
  ...singleLayers,
];
