/**
 * The options that several commands have, as data.
 *
 * Not its concern: commands, how arguments are parsed.
 */
import { defaultAudioSettings } from "../audio/audio.ts";
import { highestThreshold } from "../detect/detect-settings.ts";
import { headKinds } from "../head/head.ts";
import { integer, layer, oneOf, positive, share } from "./option-values.ts";

/** One option of a command. */
export interface OptionSpecification {
  readonly flags: string;
  readonly description: string;
  readonly required?: boolean;
  /** Turns the text into a value, or throws InvalidArgumentError. */
  readonly parse?: (text: string) => unknown;
}

/** Who listens in training. */
export const encoderOption: OptionSpecification = {
  flags: "--encoder <id>",
  description:
    "what listens: an id of `golem encoders`, OWNER/NAME[@REVISION] on the Hugging Face Hub, or a path (default: auto, which is moonshine-tiny and in training google-speech-embedding too)",
};
/** Arithmetic of an encoder that has several. */
export const precisionOption: OptionSpecification = {
  flags: "--precision <kind>",
  description:
    "int8 or fp32, for encoders that have both: checkpoints from the Hub or a folder (default: int8)",
  parse: oneOf(["fp32", "int8"]),
};
/** Cuts an encoder where only its vectors are wanted. */
export const cutOption: OptionSpecification = {
  flags: "--layer <n>",
  description: "last layer wanted; encoders that can be cut compute nothing above it (default: all layers)",
  parse: integer(0),
};
/** Finds a golem's encoder again. */
export const movedEncoderOption: OptionSpecification = {
  flags: "--encoder <path>",
  description: "where the golem's encoder is now, if it was a folder or file that moved",
};
/** How recordings are read. */
export const audioOptions: readonly OptionSpecification[] = [
  { flags: "--no-trim", description: "keep silence at the ends of recordings" },
  {
    flags: "--max-seconds <n>",
    description: `longest recording accepted, in seconds (default: ${defaultAudioSettings.maximumSeconds})`,
    parse: positive,
  },
];
/** Makes what was left out a failure. */
export const strictOption: OptionSpecification = {
  flags: "--strict",
  description: "exit with 1 when recordings were left out",
};
/** Keeps a report small. */
export const noAudioOption: OptionSpecification = {
  flags: "--no-audio",
  description: "leave sound and spectrograms out of the page",
};
/** Takes part of the data. */
export const limitOption: OptionSpecification = {
  flags: "--limit <n>",
  description: "take the first N rows only",
  parse: integer(1),
};

/** Which layer the head sees. */
export const layerOption: OptionSpecification = {
  flags: "--layer <n>",
  description:
    "layer of the encoder: a number, last, or auto: all of them pooled, or with --head the best by leave-one-out likelihood (default: auto)",
  parse: layer,
};
/** What is kept over time. */
export const poolingOption: OptionSpecification = {
  flags: "--pooling <kind>",
  description: "statistics over time: mean or mean+std (default: mean+std)",
  parse: oneOf(["mean", "mean+std"]),
};
/** Which head learns. */
export const headOption: OptionSpecification = {
  flags: "--head <kind>",
  description: `what learns: auto or one of ${headKinds.join(", ")} (default: ridge on every view, pooled, which auto is too; with --layer, logistic, and auto compares centroid, ridge and logistic in every fold)`,
  parse: oneOf(["auto", ...headKinds]),
};
/** Draws part of the data by class. */
export const shotsOption: OptionSpecification = {
  flags: "--shots <k>",
  description: "draw K recordings a class with the seed (default: all)",
  parse: integer(1),
};
/** Leaves words out. */
export const transcriptOption: OptionSpecification = {
  flags: "--no-transcript",
  description: "leave words out: speech is not written down (default: they count where they help)",
};

/** Everything that shapes detection. */
export const detectOptions: readonly OptionSpecification[] = [
  {
    flags: "--threshold <p>",
    description: `what a stretch has to score to be an event: the probability of its label, less where it is unlike all classes (default: ${highestThreshold}, less for a golem that is seldom so sure)`,
    parse: share,
  },
  {
    flags: "--window <seconds>",
    description:
      "length of windows in long stretches of sound (default: the median of the training recordings, without silence at their ends)",
    parse: positive,
  },
  {
    flags: "--hop <seconds>",
    description: "from one window to the next (default: a quarter of a window)",
    parse: positive,
  },
  {
    flags: "--pause <seconds>",
    description: "silence that ends a stretch of sound (default: a quarter of a window, from 0.3 to 1)",
    parse: positive,
  },
  {
    flags: "--min-duration <seconds>",
    description: "shortest sound that is listened to, and shortest event (default: 0.1)",
    parse: positive,
  },
  movedEncoderOption,
];
