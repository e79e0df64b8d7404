/**
 * The default recipe: what training and the measurements of it do where nothing is named. Help texts, the
 * library and the studio read it from here, so that a default is written once.
 *
 * Not its concern: what the values mean to encoders, heads or folds.
 */

/** How a golem is trained unless options say otherwise. */
export const defaultRecipe = {
  /** Ids of the built-in encoders that are used together; where one alone is needed, it is the first. */
  encoders: ["moonshine-tiny", "google-speech-embedding"],
  /** Id of the built-in transcriber that is used beside them. */
  transcriber: "moonshine-tiny",
  /** Whether transcripts count. */
  transcript: true,
  /** Name for "the encoders above" in options. */
  encoder: "auto",
  /** All layers as views, fused; with a head named, the layer with the best leave-one-out likelihood. */
  layer: "auto",
  /** Statistics over time that a view of a layer holds. */
  pooling: "mean+std",
  /** Ridge on every view, fused; with a layer named and `auto` given, the head is chosen by comparison. */
  head: "auto",
  /** The head on one named layer, where no head is named. */
  layerHead: "logistic",
  /** Repeats of cross-validation. */
  repeats: 10,
  /** Repeats with 60 recordings and more: the more there are, the less a single division matters. */
  manyRepeats: 5,
  /** Repeats of cross-validation where recordings have varied copies: each fit takes several times as long. */
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

/** How much the measurements and suggestions do unless options say otherwise. */
export const defaultAmounts = {
  /** Recordings added to one class, for what each class would gain in a learning curve. */
  addedRecordings: 5,
  /** Seconds for a comparison of heads, about. */
  comparisonSeconds: 30,
  /** Pieces of each training recording, and noises, from which false alarms are measured. */
  negatives: 1,
  /** Recordings per label that synthetic voices make. */
  spokenRecordings: 12,
  /** Recordings suggested for labelling. */
  suggestions: 10,
} as const;
