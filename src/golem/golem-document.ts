/**
 * golem.json, the description of a golem without its tensors, and text.json, the vocabulary of its transcript
 * view. Both are validated by schemas whenever they are read.
 *
 * Not its concern: files, the mathematics of heads, training.json (training-document.ts).
 */
import * as z from "zod/mini";
import type { Vocabulary } from "../classifier/features/text-features.ts";
import { getViewName, getViewSize } from "../classifier/view.ts";
import { GolemError } from "../core/error.ts";
import { speechCheckId } from "../encoder/speech-check.ts";
import { decoderVectorNames } from "../encoder/transcriber.ts";
import { headKinds } from "../head/head.ts";
import {
  checkSchema,
  count,
  createDamagedError,
  hash,
  label,
  parseJson,
  scalar,
  share,
  shortText,
} from "./checked-json.ts";

/** Version of the golem format; other versions are rejected. */
export const formatVersion = 3;

const errorRecord = z.object({ file: shortText, code: shortText, message: shortText, hint: shortText });

/** Identity of a network, and the rate of its input in Hz. */
const identity = {
  id: z.string().check(z.minLength(1), z.maxLength(512)),
  revision: shortText,
  sha256: z.record(shortText, hash),
  sampleRate: count.check(z.positive()),
};

const encoder = z.object({
  ...identity,
  layers: count.check(z.positive(), z.maximum(1000)),
  dimensions: count.check(z.positive(), z.maximum(65_536)),
  precision: shortText,
  recipe: shortText,
});

const transcriber = z.object({
  ...identity,
  precision: shortText,
  recipe: shortText,
  vectors: z
    .array(z.object({ name: z.enum(decoderVectorNames), size: count.check(z.positive(), z.maximum(65_536)) }))
    .check(z.maxLength(decoderVectorNames.length)),
});

/** `weight` is the view's weight in the fusion. */
const vectorView = z.union([
  z.object({
    encoder: shortText,
    layer: count,
    pooling: z.enum(["mean", "mean+std"]),
    weight: share,
  }),
  z.object({
    encoder: shortText,
    layer: z.enum(decoderVectorNames),
    pooling: z.literal("steps"),
    weight: share,
  }),
]);
const view = z.union([
  vectorView,
  z.object({
    encoder: shortText,
    layer: z.literal("transcript"),
    pooling: z.literal("tf-idf"),
    weight: share,
    /** Which transcripts are used; absent in golems that use all of them. */
    speech: z.optional(z.literal(speechCheckId)),
  }),
]);

const head = z.object({
  kind: z.enum(headKinds),
  features: count.check(z.positive()),
  classes: count.check(z.positive()),
  normalise: z.boolean(),
  facts: z.record(shortText, scalar),
});

const evaluation = z.looseObject({
  protocol: z.enum(["held-out", "cross-validation"]),
  measuredOn: z.optional(z.literal("synthetic")),
  recordings: count,
  sampledFrom: z.optional(count),
  classes: count,
  accuracy: share,
  balancedAccuracy: share,
  interval: z.tuple([share, share]),
  chance: share,
  majority: share,
  macroF1: share,
  labels: z.array(label),
  perClass: z.record(
    z.string(),
    z.object({ precision: share, recall: share, f1: share, support: z.number().check(z.nonnegative()) }),
  ),
  confusion: z.array(z.array(z.number().check(z.nonnegative()))),
  trainAccuracy: share,
  grouping: z.enum(["speaker", "none"]),
  notMeasured: z.optional(
    z.looseObject({
      code: shortText,
      message: z.optional(z.string()),
      labels: z.optional(z.array(label)),
    }),
  ),
  sourcesMixed: z.optional(z.literal(true)),
  unscoredLabels: z.optional(z.array(label)),
  calibration: z.optional(
    z.looseObject({
      bins: z
        .array(z.looseObject({ count: count.check(z.positive()), confidence: share }))
        .check(z.maxLength(10_000)),
    }),
  ),
  unseenLabels: z.record(z.string(), count),
  overlap: z.array(shortText),
  skipped: z.array(errorRecord),
});

const usual = z.object({ mean: z.number(), deviation: z.number().check(z.positive()) });

/**
 * Scores of sounds that belong to no class; see detect/false-alarms.ts. `centre` and `spread` are log-odds
 * per label, levels multiples of the spread (`familiarity`: a median; `missed`: of `heldOut`).
 */
const falseAlarms = z.object({
  soundsPerHour: z.number().check(z.positive()),
  sounds: z.object({ others: count, pieces: count, noise: count }),
  familiarity: z.optional(z.number()),
  heldOut: count,
  centre: z.array(z.number()).check(z.maxLength(10_000)),
  spread: z.array(z.number().check(z.positive())).check(z.maxLength(10_000)),
  /** In descending order of levels. */
  steps: z
    .array(z.object({ level: z.number(), perHour: z.number().check(z.positive()), missed: share }))
    .check(z.minLength(1), z.maxLength(1000)),
});

/** The data from which thresholds for a rate of false alarms are derived. */
export type FalseAlarmAccount = z.infer<typeof falseAlarms>;

/** Schema of golem.json. */
export const golemDocument = z.object({
  format: z.literal("golem"),
  formatVersion: z.literal(formatVersion),
  createdBy: shortText,
  labels: z.array(label).check(z.minLength(2), z.maxLength(10_000)),
  /** The encoders that the views use; may be empty if all views are those of the transcriber. */
  encoders: z.array(encoder).check(z.maxLength(100)),
  transcriber: z.optional(transcriber),
  audio: z.object({
    sampleRate: count.check(z.positive()),
    trim: z.boolean(),
    maximumSeconds: z.number().check(z.positive()),
    windowSeconds: z.number().check(z.positive()),
    pipeline: z.record(shortText, z.json()),
  }),
  views: z.array(view).check(z.minLength(1), z.maxLength(1000)),
  /** One per view, in the order of the views. */
  heads: z.array(head).check(z.minLength(1), z.maxLength(1000)),
  /** The out-of-distribution detector without its tensors; absent if nothing could be held out. */
  familiarity: z.optional(
    z.object({
      falseRejectionRate: share,
      threshold: z.number(),
      /** Number of held-out recordings from which the threshold was derived. */
      recordings: count,
      resemblance: usual,
      nearness: usual,
      /** The rule by which similarity is computed; absent in golems of earlier versions. */
      rule: z.optional(z.literal(2)),
      layers: z.array(vectorView).check(z.minLength(1), z.maxLength(1000)),
    }),
  ),
  /** Intended share of label sets that contain the true label; absent if nothing could be held out. */
  labelSets: z.optional(z.object({ level: share })),
  /**
   * Varied copies on which heads were fitted in addition to the recordings; absent if there were none.
   * `share` is the weight of these heads in the fusion.
   */
  augment: z.optional(z.object({ copies: count, kinds: z.array(shortText).check(z.maxLength(100)), share })),
  /** Absent in golems of earlier versions, and if there were too few sounds. */
  falseAlarms: z.optional(falseAlarms),
  seed: z.int(),
  data: z.object({
    name: shortText,
    /** Names of all data sets, if the golem was updated with recordings of others. */
    places: z.optional(z.array(shortText).check(z.minLength(1), z.maxLength(10_000))),
    /** Whether the data set is known to be public under that name. */
    public: z.optional(z.boolean()),
    fingerprint: hash,
    recordings: count,
    /** Number of synthetic ones; absent if there are none. */
    synthetic: z.optional(count),
    perClass: z.record(z.string(), count),
    seconds: z.number().check(z.nonnegative()),
  }),
  trainAccuracy: share,
  evaluation: z.nullable(evaluation),
  /**
   * SHA-256 of the golem's other files, by name. Only in files: a golem in memory has none, since they are
   * computed whenever it is written.
   */
  files: z.optional(z.record(z.string().check(z.maxLength(255)), hash)),
});

/** The parsed contents of golem.json. */
export type GolemDocument = z.infer<typeof golemDocument>;

/**
 * Parses and checks golem.json. Throws `golem-version` for another format version, and `golem-damaged` for
 * anything else that is invalid, naming the first invalid value.
 */
export function parseGolemDocument(json: string): GolemDocument {
  const value = parseJson(json, "golem.json");
  const version = (value as { formatVersion?: unknown } | null)?.formatVersion;
  if (typeof version === "number" && version !== formatVersion) {
    throw new GolemError(
      "golem-version",
      `golem.json has format version ${version}; this program reads version ${formatVersion}.`,
      { hint: version > formatVersion ? "Update golem-audio." : "Train the golem again with this version." },
    );
  }
  const document = checkSchema(golemDocument, value, "golem.json");
  checkConsistency(document);
  return document;
}

/** Checks that the parts are consistent, which the schema cannot express. */
function checkConsistency({ labels, encoders, transcriber, views, heads, audio }: GolemDocument): void {
  if (new Set(labels).size !== labels.length) throw createDamagedError("golem.json lists a label twice");
  if (heads.length !== views.length) {
    throw createDamagedError(`golem.json has ${heads.length} heads for ${views.length} views`);
  }
  const names = new Set(views.map((view) => getViewName(view)));
  if (names.size !== views.length) throw createDamagedError("golem.json lists a view twice");
  for (const { classes } of heads) {
    if (classes !== labels.length) {
      throw createDamagedError(`golem.json has a head of ${classes} classes for ${labels.length} labels`);
    }
  }
  for (const { sampleRate } of [...encoders, ...(transcriber ? [transcriber] : [])]) {
    if (sampleRate !== audio.sampleRate) throw createDamagedError("golem.json has two sample rates");
  }
}

const idf = z.array(z.number().check(z.positive(), z.maximum(1000))).check(z.maxLength(100_000));
const terms = z.union([
  z.object({ terms: z.array(z.string().check(z.maxLength(1024))).check(z.maxLength(100_000)), idf }),
  z.object({ hashes: z.array(z.string().check(z.regex(/^[0-9a-f]{16}$/))).check(z.maxLength(100_000)), idf }),
]);
const textDocument = z.object({
  formatVersion: z.literal(formatVersion),
  words: terms,
  characters: terms,
});

/** Parses and checks text.json; throws `golem-damaged`. */
export function parseTextDocument(json: string): Vocabulary {
  const { words, characters } = checkSchema(textDocument, parseJson(json, "text.json"), "text.json");
  for (const list of [words, characters]) {
    const keys = "hashes" in list ? list.hashes : list.terms;
    if (keys.length !== list.idf.length || new Set(keys).size !== keys.length) {
      throw createDamagedError("text.json has duplicate terms, or terms without a frequency");
    }
  }
  return { words, characters };
}

/** Checks that the views, with this vocabulary, have the sizes of the heads; throws `golem-damaged`. */
export function checkViews(
  { views, heads, encoders, transcriber }: GolemDocument,
  vocabulary?: Vocabulary,
): void {
  for (const [i, view] of views.entries()) {
    const size = getViewSize(view, { encoders, transcriber }, vocabulary);
    if (size === undefined) {
      throw createDamagedError(
        `golem.json has a view ${getViewName(view)} without an encoder, transcriber or vocabulary for it`,
      );
    }
    if (size !== heads[i]!.features) {
      throw createDamagedError(
        `golem.json has a view of ${size} features for a head of ${heads[i]!.features} features`,
      );
    }
  }
}
