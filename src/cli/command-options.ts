/**
 * Options shared by several commands, as data.
 *
 * Not its concern: commands, how arguments are parsed.
 */
import { defaultAudioSettings } from "../audio/audio.ts";
import { defaultRecipe } from "../core/default-recipe.ts";
import { devices } from "../core/device.ts";
import { highestThreshold } from "../detect/detect-settings.ts";
import { headKinds } from "../head/head.ts";
import { keepDefaults } from "../node/keep/keep-defaults.ts";
import { copies, integer, layer, notNegative, oneOf, positive, ratePerHour, share } from "./option-values.ts";

/** One option of a command. */
export interface OptionSpecification {
  readonly flags: string;
  readonly description: string;
  readonly required?: boolean;
  /** Converts the text to a value, or throws InvalidArgumentError. */
  readonly parse?: ((text: string) => unknown) & { readonly choices?: readonly string[] };
}

const [firstEncoder, ...otherEncoders] = defaultRecipe.encoders;

/** The encoder of training. */
export const encoderOption: OptionSpecification = {
  flags: "--encoder <id>",
  description: `an id of \`golem encoders\`, OWNER/NAME[@REVISION] on the Hugging Face Hub, or a path (default: ${defaultRecipe.encoder}: ${firstEncoder}, and in training ${otherEncoders.join(" and ")} too)`,
};
/** Precision of an encoder that offers several. */
export const precisionOption: OptionSpecification = {
  flags: "--precision <kind>",
  description:
    "int8 or fp32, for encoders that have both: checkpoints from the Hub or a folder (default: int8)",
  parse: oneOf(["fp32", "int8"]),
};
/** Device of encoders, for commands that embed many recordings. */
export const deviceOption: OptionSpecification = {
  flags: "--device <name>",
  description: `device of the encoders: ${devices.join(", ")}; used only if it gives the same embeddings as cpu (default: cpu)`,
  parse: oneOf(devices),
};
/** Highest layer to compute, for commands that only write embeddings. */
export const cutOption: OptionSpecification = {
  flags: "--layer <n>",
  description: "highest layer; encoders that can be cut compute nothing above it (default: all layers)",
  parse: integer(0),
};
/** New location of a golem's encoder. */
export const movedEncoderOption: OptionSpecification = {
  flags: "--encoder <path>",
  description: "new location of the golem's encoder, if it moved",
};
/** Reading of recordings. */
const audioOptions: readonly OptionSpecification[] = [
  { flags: "--no-trim", description: "keep silence at the ends of recordings" },
  {
    flags: "--max-seconds <n>",
    description: `longest recording accepted, in seconds (default: ${defaultAudioSettings.maximumSeconds})`,
    parse: positive,
  },
];
/** Recordings from annotations of long ones. */
export const annotationOptions: readonly OptionSpecification[] = [
  {
    flags: "--margin <seconds>",
    description: "context added on both sides of every annotation (default: 0)",
    parse: notNegative,
  },
  {
    flags: "--background <auto|none>",
    description:
      "whether gaps between annotations become recordings labelled _background (default: auto: yes, unless that label is annotated)",
    parse: oneOf(["auto", "none"]),
  },
];
/** The run that shards belong to. */
export const runOption: OptionSpecification = {
  flags: "--run <run>",
  description: "folder or s3://bucket/prefix of a run created by golem plan (required)",
  required: true,
};
/** The queue in which shards wait for workers. */
export const queueOption: OptionSpecification = {
  flags: "--queue <url>",
  description: "redis://HOST/ or rediss://USER:PASSWORD@HOST:PORT/ (default: GOLEM_QUEUE)",
};
/** Vectors with 16 bits. */
export const fp16Option: OptionSpecification = {
  flags: "--fp16",
  description: "store vectors with 16 bits: half the size; golems are nearly, but not exactly, the same",
};
/** Whether left-out recordings are a failure. */
export const strictOption: OptionSpecification = {
  flags: "--strict",
  description: "exit with 1 if recordings were left out",
};
/** Reading of recordings and annotations, and the treatment of those left out. */
export const dataOptions: readonly OptionSpecification[] = [
  ...audioOptions,
  ...annotationOptions,
  strictOption,
];
/** A report without sound. */
export const noAudioOption: OptionSpecification = {
  flags: "--no-audio",
  description: "omit sound and spectrograms",
};
/** The first rows of the data. */
export const limitOption: OptionSpecification = {
  flags: "--limit <n>",
  description: "use the first N rows only",
  parse: integer(1),
};

/** Layer of the views. */
export const layerOption: OptionSpecification = {
  flags: "--layer <n>",
  description: `layer of the encoder: a number, last, or auto: all layers pooled, or with --head the best by leave-one-out likelihood (default: ${defaultRecipe.layer})`,
  parse: layer,
};
/** Statistics over time. */
export const poolingOption: OptionSpecification = {
  flags: "--pooling <kind>",
  description: `statistics over time: mean or mean+std (default: ${defaultRecipe.pooling})`,
  parse: oneOf(["mean", "mean+std"]),
};
/** Kind of head. */
const headOption: OptionSpecification = {
  flags: "--head <kind>",
  description: `kind of head: auto or one of ${headKinds.join(", ")} (default: ${defaultRecipe.head}, or ${defaultRecipe.layerHead} with --layer). auto: ridge on every view, pooled; with --layer, the best of centroid, ridge and logistic, compared in every fold`,
  parse: oneOf(["auto", ...headKinds]),
};
/** Recordings per class. */
export const shotsOption: OptionSpecification = {
  flags: "--shots <k>",
  description: "draw K recordings per class with the seed (default: all)",
  parse: integer(1),
};
/** Views, head, and the recordings for them. */
export const viewOptions: readonly OptionSpecification[] = [
  layerOption,
  poolingOption,
  headOption,
  shotsOption,
  limitOption,
];
/** No transcriber. */
export const transcriptOption: OptionSpecification = {
  flags: "--no-transcript",
  description: "do not transcribe speech (default: transcripts are used if they help)",
};

/** Options of keeping detected sound. */
export const keepOptions: readonly OptionSpecification[] = [
  {
    flags: "--keep <dir>",
    description: "keep the sound of events in this folder, for golem review (default: nothing is kept)",
  },
  {
    flags: "--keep-seconds <s>",
    description: `with --keep: seconds of sound before and after (default: ${keepDefaults.marginSeconds})`,
    parse: notNegative,
  },
  {
    flags: "--keep-unsure <p>",
    description: "with --keep: also near misses, with a score from P up to the threshold",
    parse: share,
  },
  { flags: "--keep-unknown", description: "with --keep: also sound unlike all classes" },
  {
    flags: "--keep-megabytes <n>",
    description: `with --keep: size above which the oldest clips without a label are deleted (default: ${keepDefaults.maximumBytes / 2 ** 20})`,
    parse: positive,
  },
];

/** Varied copies of the training recordings. */
export const augmentOptions: readonly OptionSpecification[] = [
  {
    flags: "--augment <n>",
    description:
      "train on varied copies of each recording too (rooms, noise, cut edges, speed): auto, none or a number (default: auto: up to 3, weighted by held-out recordings)",
    parse: copies,
  },
  { flags: "--noise <dir>", description: "recordings of noise for the copies (default: synthetic noise)" },
  { flags: "--rooms <dir>", description: "impulse responses for the copies (default: synthetic rooms)" },
];

/** Rate of false alarms of detection. */
export const falseAlarmsOption: OptionSpecification = {
  flags: "--false-alarms <rate>",
  description:
    "maximum rate of false alarms, such as 1/h, 10/d or 0.5/h: thresholds per class, measured when the golem was trained, in place of --threshold",
  parse: ratePerHour,
};

/** Settings of detection. */
export const detectOptions: readonly OptionSpecification[] = [
  {
    flags: "--threshold <p>",
    description: `minimum score of an event: the probability of its label, reduced if the sound is unlike all classes (default: ${highestThreshold}, less for a golem with lower held-out confidence, and for classes with few false alarms at training)`,
    parse: share,
  },
  falseAlarmsOption,
  {
    flags: "--window <seconds>",
    description:
      "length of windows in long stretches of sound (default: the median training recording, without silence at its ends)",
    parse: positive,
  },
  {
    flags: "--hop <seconds>",
    description: "distance from one window to the next (default: a quarter of a window)",
    parse: positive,
  },
  {
    flags: "--pause <seconds>",
    description: "silence that ends a stretch of sound (default: a quarter of a window, within 0.3 to 1)",
    parse: positive,
  },
  {
    flags: "--min-duration <seconds>",
    description: "shortest sound and shortest event (default: 0.1)",
    parse: positive,
  },
  {
    flags: "--voice",
    description:
      "classify only windows in which a voice is heard (silero; downloads 5.5 MB once); for golems of speech",
  },
  movedEncoderOption,
];
