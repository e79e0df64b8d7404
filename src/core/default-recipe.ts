/**
 * The default recipe: the defaults of training and of its measurements. Help texts, the
 * library and the studio read it from here, so that each default is written once.
 *
 * Not its concern: the use of the values by encoders, heads or folds.
 */

/** How a golem is trained unless options say otherwise. */
export const defaultRecipe = {
  /** Ids of the built-in encoders that are used together; if only one is needed, the first. */
  encoders: ["moonshine-tiny", "google-speech-embedding"],
  /** Id of the built-in transcriber that is used with them. */
  transcriber: "moonshine-tiny",
  /** Whether transcripts are used. */
  transcript: true,
  /** Name for "the encoders above" in options. */
  encoder: "auto",
  /** All layers as views, fused; with a head named, the layer with the best leave-one-out likelihood. */
  layer: "auto",
  /** Statistics over time in a view of a layer. */
  pooling: "mean+std",
  /** Ridge on every view, fused; with a layer named and `auto` given, the head is chosen by comparison. */
  head: "auto",
  /** The head on one named layer, if no head is named. */
  layerHead: "logistic",
  /** Repeats of cross-validation. */
  repeats: 10,
  /** Repeats of cross-validation if recordings have varied copies: each fit takes several times as long. */
  variedRepeats: 3,
  seed: 0,
} as const;

/** Encoders that are used together under one name, fused with the transcripts of one of them. */
export const encoderSets: Readonly<
  Record<string, { readonly encoders: readonly string[]; readonly transcriber: string }>
> = {
  [defaultRecipe.encoder]: defaultRecipe,
  /** The default with the larger speech recogniser, for data sets in which words decide. */
  "moonshine-base": {
    encoders: ["moonshine-base", "google-speech-embedding"],
    transcriber: "moonshine-base",
  },
};

/** Default amounts of measurements and suggestions. */
export const defaultAmounts = {
  /** Number of recordings added to one class, for the gain of each class in a learning curve. */
  addedRecordings: 5,
  /** Approximate seconds for a comparison of heads. */
  comparisonSeconds: 30,
  /** Number of pieces and noises per training recording for measuring false alarms. */
  negatives: 1,
  /** Number of recordings per label by synthetic voices. */
  spokenRecordings: 12,
  /** Number of recordings suggested for labelling. */
  suggestions: 10,
} as const;
