/**
 * golem.json: everything about a golem that is not a tensor, checked by a schema whenever it is read.
 *
 * Not its concern: files, heads' mathematics.
 */
import * as z from "zod/mini";
import type { Vocabulary } from "../classifier/text-features.ts";
import { getViewName, getViewSize } from "../classifier/view.ts";
import { GolemError } from "../core/error.ts";
import { decoderVectorNames } from "../encoder/transcriber.ts";
import { headKinds } from "../head/head.ts";

/** Version of the artefact's format; readers refuse others. */
export const formatVersion = 3;

const count = z.int().check(z.nonnegative(), z.maximum(1_000_000_000));
const share = z.number().check(z.minimum(0), z.maximum(1));
const hash = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const shortText = z.string().check(z.maxLength(4096));
const label = z.string().check(z.minLength(1), z.maxLength(1024));
const scalar = z.union([z.number(), shortText, z.boolean()]);
const errorRecord = z.object({ file: shortText, code: shortText, message: shortText, hint: shortText });

const encoder = z.object({
  id: z.string().check(z.minLength(1), z.maxLength(512)),
  revision: shortText,
  sha256: z.record(shortText, hash),
  sampleRate: count.check(z.positive()),
  layers: count.check(z.positive(), z.maximum(1000)),
  dimensions: count.check(z.positive(), z.maximum(65_536)),
  precision: shortText,
  recipe: shortText,
});

const transcriber = z.object({
  id: z.string().check(z.minLength(1), z.maxLength(512)),
  revision: shortText,
  sha256: z.record(shortText, hash),
  sampleRate: count.check(z.positive()),
  precision: shortText,
  recipe: shortText,
  vectors: z
    .array(z.object({ name: z.enum(decoderVectorNames), size: count.check(z.positive(), z.maximum(65_536)) }))
    .check(z.maxLength(decoderVectorNames.length)),
});

/** `weight`: share in the decision. */
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
  recordings: count,
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

const golemDocument = z.object({
  format: z.literal("golem"),
  formatVersion: z.literal(formatVersion),
  createdBy: shortText,
  labels: z.array(label).check(z.minLength(2), z.maxLength(10_000)),
  /** Those that its views need; may be none where the transcriber's views alone decide. */
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
  /** One a view, in the order of the views. */
  heads: z.array(head).check(z.minLength(1), z.maxLength(1000)),
  /** What tells the unknown, beside tensors; left out where nothing could be held out to find a threshold. */
  familiarity: z.optional(
    z.object({
      falseRejectionRate: share,
      threshold: z.number(),
      /** Held-out recordings behind the threshold. */
      recordings: count,
      resemblance: usual,
      nearness: usual,
      layers: z.array(vectorView).check(z.minLength(1), z.maxLength(1000)),
    }),
  ),
  /** How often the label sets of predictions are meant to hold the true label; left out where nothing could be held out. */
  labelSets: z.optional(z.object({ level: share })),
  seed: z.int(),
  data: z.object({
    name: shortText,
    /** Whether everybody can get it under that name; not where nobody said so. */
    public: z.optional(z.boolean()),
    fingerprint: hash,
    recordings: count,
    perClass: z.record(z.string(), count),
    seconds: z.number().check(z.nonnegative()),
  }),
  trainAccuracy: share,
  evaluation: z.nullable(evaluation),
});

/** The parsed contents of golem.json. */
export type GolemDocument = z.infer<typeof golemDocument>;

/**
 * Parses and checks golem.json. `golem-version` for another format version, `golem-damaged` for everything else that
 * is not as it should be, naming the first place where.
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

/** The parsed contents of training.json. */
export type TrainingDocument = z.infer<typeof trainingDocument>;

const trainingRecording = z.object({
  file: shortText,
  label,
  speaker: z.optional(shortText),
  fileHash: hash,
  audioHash: hash,
  seconds: z.number(),
  /** What trimming kept of it, in seconds. */
  keptSeconds: z.optional(z.number().check(z.nonnegative())),
  /** How far its mean level is above that which a tenth of it stays below, in dB: little for steady sounds. */
  dynamicsDb: z.optional(z.number()),
  /** What was understood of it. */
  text: z.optional(shortText),
  /** How sure the transcriber was: mean log-probability of its tokens. */
  logprob: z.optional(z.number()),
  /** Its place on the report's map. */
  map: z.optional(z.tuple([share, share])),
  /** Probabilities a class, averaged over the repeats in which the recording was held out. */
  outOfFold: z.optional(z.array(share)),
  /** What it was taken for while held out: class number and how many times. */
  votes: z.optional(z.array(z.tuple([count, count]))),
});

const finding = z.object({
  kind: shortText,
  severity: z.enum(["severe", "warning", "note"]),
  files: z.array(shortText).check(z.maxLength(1_000_000)),
  message: shortText,
  /** The message as data: a code, with numbers and names. */
  reason: z.optional(z.record(shortText, scalar)),
  advice: shortText,
});

const trainingDocument = z.object({
  formatVersion: z.literal(formatVersion),
  recordings: z.array(trainingRecording).check(z.maxLength(1_000_000)),
  /** The test set it was scored on, where there was one. */
  test: z.optional(z.array(trainingRecording).check(z.maxLength(1_000_000))),
  /** What was asked for, as flags of the command line. */
  asked: z.optional(z.record(shortText, scalar)),
  /** Whether names, speakers, transcripts and findings were taken out, to pass the golem on. */
  withheld: z.optional(z.boolean()),
  /** What was wrong with the recordings when they were trained on, most harmful first. */
  findings: z.optional(z.array(finding).check(z.maxLength(10_000))),
});

/** Parses and checks training.json. */
export function parseTrainingDocument(json: string): TrainingDocument {
  return checkSchema(trainingDocument, parseJson(json, "training.json"), "training.json");
}

function parseJson(json: string, name: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw damaged(`${name} is not JSON`, cause);
  }
}

function checkSchema<T extends z.ZodMiniType>(schema: T, value: unknown, name: string): z.infer<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw damaged(`${name}: ${issue?.message ?? "invalid"} at ${issue?.path.join(".") || "the top"}`);
}

/** What a schema cannot say: the parts fit each other. */
function checkConsistency({ labels, encoders, transcriber, views, heads, audio }: GolemDocument): void {
  if (new Set(labels).size !== labels.length) throw damaged("golem.json lists a label twice");
  if (heads.length !== views.length) {
    throw damaged(`golem.json has ${heads.length} heads for ${views.length} views`);
  }
  const names = new Set(views.map((view) => getViewName(view)));
  if (names.size !== views.length) throw damaged("golem.json lists a view twice");
  for (const { classes } of heads) {
    if (classes !== labels.length) {
      throw damaged(`golem.json has a head of ${classes} classes for ${labels.length} labels`);
    }
  }
  for (const { sampleRate } of [...encoders, ...(transcriber ? [transcriber] : [])]) {
    if (sampleRate !== audio.sampleRate) throw damaged("golem.json has two sample rates");
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

/** Parses and checks text.json, the transcript's vocabulary. */
export function parseTextDocument(json: string): Vocabulary {
  const { words, characters } = checkSchema(textDocument, parseJson(json, "text.json"), "text.json");
  for (const list of [words, characters]) {
    const keys = "hashes" in list ? list.hashes : list.terms;
    if (keys.length !== list.idf.length || new Set(keys).size !== keys.length) {
      throw damaged("text.json has terms twice, or without a frequency");
    }
  }
  return { words, characters };
}

/** The views have the heads' sizes, with the vocabulary there is; `golem-damaged` otherwise. */
export function checkViews(
  { views, heads, encoders, transcriber }: GolemDocument,
  vocabulary?: Vocabulary,
): void {
  for (const [i, view] of views.entries()) {
    const size = getViewSize(view, { encoders, transcriber }, vocabulary);
    if (size === undefined) {
      throw damaged(`golem.json has a view ${getViewName(view)}, which nothing in it makes`);
    }
    if (size !== heads[i]!.features) {
      throw damaged(`golem.json has a view of ${size} features for a head of ${heads[i]!.features}`);
    }
  }
}

function damaged(what: string, cause?: unknown): GolemError {
  return new GolemError("golem-damaged", `The golem is damaged: ${what}.`, {
    hint: "Copy the golem's folder again from where it was made, or train it anew.",
    cause,
  });
}
