/**
 * What may stay of golem.json and training.json in a golem that is passed on: an allow-list. What is not named here does not leave, whatever is
 * added to a golem one day; what is named but looks otherwise than it should is an error.
 *
 * Texts that stay are labels, and words of this program (kinds, recipes, versions); of an encoder of one's own, the names of its files,
 * by which it is recognised.
 * Not its concern: files, what else is in a golem.
 */
import * as z from "zod/mini";
import { GolemError } from "../core/error.ts";
import { isHubAddress } from "../dataset/hub-address.ts";
import { encoderDefinitions } from "../encoder/registry.ts";
import { decoderVectorNames } from "../encoder/transcriber.ts";
import { headKinds } from "../head/head.ts";
import type { GolemDocument, TrainingDocument } from "./golem-document.ts";

/** What data sets are called whose name is not for everybody. */
export const namelessData = "recordings";

const hash = z.string().check(z.regex(/^[0-9a-f]{64}$/));
/** A word of this program: no spaces, no slashes. */
const word = z.string().check(z.regex(/^[\w.@+-]{1,128}$/));
const fact = z.union([z.number(), z.boolean(), word]);
const text = (pattern: RegExp) => z.string().check(z.maxLength(1024), z.regex(pattern));
const optionalFacts = <Name extends string>(...names: readonly Name[]) =>
  z.object(
    Object.fromEntries(names.map((name) => [name, z.optional(fact)])) as Record<
      Name,
      z.ZodMiniOptional<typeof fact>
    >,
  );

/** Whether an id names an encoder for everybody: built in, or one of the Hub at a commit. */
export function isEverybodysEncoder({ id, revision }: { readonly id: string; readonly revision: string }) {
  if (Object.hasOwn(encoderDefinitions, id)) return true;
  return /^[0-9a-f]{40}$/.test(revision) && /^\w[\w.-]*\/[\w.-]+(\?padded)?$/.test(id);
}

const encoderSet = {
  /** Of everybody's, or a neutral name; see `public-golem.ts`. */
  id: text(/^(\w[\w.-]*(\/[\w.-]+)?|\.\/(encoder|transcriber)(-\d+)?)(\?padded)?$/),
  revision: text(/^[\w./@+-]*$/),
  sha256: z.record(text(/^(?![/~])(?!.*\.\.)[^\\:]+$/), hash),
  sampleRate: z.number(),
};
const encoder = z.object({
  ...encoderSet,
  layers: z.number(),
  dimensions: z.number(),
  precision: word,
  recipe: text(/^[\w.;:=<>()+,'/ -]*$/),
});
const transcriber = z.object({
  ...encoderSet,
  precision: word,
  recipe: text(/^[\w.;:=<>()+,'/ -]*$/),
  vectors: z.array(z.object({ name: z.enum(decoderVectorNames), size: z.number() })),
});
const view = z.object({
  encoder: encoderSet.id,
  layer: z.union([z.number(), z.enum([...decoderVectorNames, "transcript"])]),
  pooling: z.enum(["mean", "mean+std", "steps", "tf-idf"]),
  weight: z.number(),
});
const head = z.object({
  kind: z.enum(headKinds),
  features: z.number(),
  classes: z.number(),
  normalise: z.boolean(),
  facts: optionalFacts(
    ...(["alpha", "C", "classWeight", "dropout", "earlyStopping", "epochs", "factor"] as const),
    ...(["iterations", "learningRate", "looLogLikelihood", "loss", "normalise", "objective"] as const),
    ...(["penalty", "standardise", "weightDecay"] as const),
  ),
});
/** As `describeAudio` writes it, in its order: it is compared as text. */
const pipeline = z.object({
  version: z.optional(z.number()),
  settings: z.optional(z.record(word, z.union([z.number(), z.boolean()]))),
  /** Packages with their versions. */
  decoders: z.optional(z.array(text(/^@?\w[\w .@/+-]*$/))),
  downMix: z.optional(word),
  resampler: z.optional(z.record(word, fact)),
  trim: z.optional(z.nullable(z.record(word, z.number()))),
  windows: z.optional(word),
});
const usual = z.object({ mean: z.number(), deviation: z.number() });
const familiarity = z.object({
  falseRejectionRate: z.number(),
  threshold: z.number(),
  recordings: z.number(),
  resemblance: usual,
  nearness: usual,
  layers: z.array(view),
});
const calibration = z.object({
  expectedError: z.optional(z.number()),
  bins: z.array(z.object({ count: z.number(), confidence: z.number(), accuracy: z.optional(z.number()) })),
  brierScore: z.optional(z.number()),
});

/** The schemas for a golem with these labels: nothing but they is named as a class. */
function createSchemas(labels: readonly string[]) {
  const known = new Set(labels);
  const label = z.string().check(z.refine((name) => known.has(name), "is no label of the golem"));
  const counts = z.record(label, z.number());
  const score = z.object({ precision: z.number(), recall: z.number(), f1: z.number(), support: z.number() });
  const evaluation = z.object({
    protocol: z.enum(["held-out", "cross-validation"]),
    recordings: z.number(),
    classes: z.number(),
    accuracy: z.number(),
    balancedAccuracy: z.number(),
    interval: z.tuple([z.number(), z.number()]),
    chance: z.number(),
    majority: z.number(),
    macroF1: z.number(),
    labels: z.array(label),
    perClass: z.record(label, score),
    confusion: z.array(z.array(z.number())),
    trainAccuracy: z.number(),
    grouping: z.enum(["speaker", "none"]),
    repeats: z.optional(z.number()),
    folds: z.optional(z.number()),
    logLoss: z.optional(z.number()),
    calibration: z.optional(calibration),
    speakers: z.optional(z.number()),
    effectiveRecordings: z.optional(z.number()),
    mostConfused: z.optional(z.array(z.object({ truth: label, predicted: label, count: z.number() }))),
  });
  const document = z.object({
    format: z.literal("golem"),
    formatVersion: z.number(),
    createdBy: text(/^[\w .@+-]+$/),
    labels: z.array(label),
    encoders: z.array(encoder),
    transcriber: z.optional(transcriber),
    audio: z.object({
      sampleRate: z.number(),
      trim: z.boolean(),
      maximumSeconds: z.number(),
      windowSeconds: z.number(),
      pipeline,
    }),
    views: z.array(view),
    heads: z.array(head),
    familiarity: z.optional(familiarity),
    labelSets: z.optional(z.object({ level: z.number() })),
    seed: z.number(),
    data: z.object({
      public: z.optional(z.boolean()),
      fingerprint: hash,
      recordings: z.number(),
      perClass: counts,
      seconds: z.number(),
    }),
    trainAccuracy: z.number(),
    evaluation: z.nullable(evaluation),
  });
  const recording = {
    label,
    fileHash: hash,
    audioHash: hash,
    seconds: z.number(),
    keptSeconds: z.optional(z.number()),
    dynamicsDb: z.optional(z.number()),
    logprob: z.optional(z.number()),
    map: z.optional(z.tuple([z.number(), z.number()])),
    outOfFold: z.optional(z.array(z.number())),
    votes: z.optional(z.array(z.tuple([z.number(), z.number()]))),
  };
  return {
    document,
    recording: z.object(recording),
    recordingWithText: z.object({ ...recording, text: z.optional(z.string()) }),
  };
}

const asked = optionalFacts(
  ...(["precision", "layer", "pooling", "head", "shots", "limit"] as const),
  ...(["no-transcript", "no-trim", "max-seconds"] as const),
);

/** What stays of golem.json, whose encoders have names for everybody already. Throws `golem-damaged` where something is not as it should be. */
export function pickPublicDocument(document: GolemDocument): Record<string, unknown> {
  const { data, evaluation, ...rest } = select(
    createSchemas(document.labels).document,
    document,
    "golem.json",
  );
  const isPublic = data.public === true && isHubAddress(document.data.name);
  return {
    ...rest,
    data: {
      ...data,
      public: isPublic ? true : undefined,
      name: isPublic ? document.data.name : namelessData,
    },
    evaluation: evaluation && { ...evaluation, unseenLabels: {}, overlap: [], skipped: [] },
  };
}

/** What stays of training.json: recordings by number, what they said only where it is asked for. Throws `golem-damaged` likewise. */
export function pickPublicTraining(
  training: TrainingDocument,
  labels: readonly string[],
  { includeTranscripts }: { readonly includeTranscripts: boolean },
): Record<string, unknown> {
  const schemas = createSchemas(labels);
  const schema = includeTranscripts ? schemas.recordingWithText : schemas.recording;
  const pick = (side: string) => (recording: TrainingDocument["recordings"][number], i: number) => ({
    file: `${side}-${i + 1}`,
    ...select(schema, recording, `${side} ${i + 1} of training.json`),
  });
  const { recordings, test, formatVersion } = training;
  const encoder = training.asked?.encoder;
  const isNamed =
    typeof encoder === "string" && (encoder === "auto" || Object.hasOwn(encoderDefinitions, encoder));
  return {
    formatVersion,
    withheld: true,
    recordings: recordings.map(pick("recording")),
    ...(test ? { test: test.map(pick("test")) } : {}),
    asked: { ...select(asked, training.asked ?? {}, "training.json"), ...(isNamed ? { encoder } : {}) },
  };
}

function select<T extends z.ZodMiniType>(schema: T, value: unknown, place: string): z.infer<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new GolemError(
    "golem-damaged",
    `The golem cannot be passed on: in ${place}, ${issue?.path.join(".") || "something"} is not as this program writes it (${issue?.message ?? "invalid"}).`,
    { hint: "Train it anew with this version." },
  );
}
