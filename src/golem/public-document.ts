/**
 * The allow-list of the fields of golem.json and training.json that remain in an exported golem. Anything not
 * listed here is removed, including fields that later versions add to a golem; listed values of an unexpected
 * form are an error.
 *
 * Not its concern: files, the tensors and vocabulary of a golem.
 *
 * The remaining texts are labels, texts of this program (kinds, recipes, versions) and, for an encoder of the
 * user's own, the names of its weight files, which identify it.
 */
import * as z from "zod/mini";
import { variationKinds } from "../augment/variation.ts";
import { GolemError } from "../core/error.ts";
import { isHubAddress } from "../dataset/hub-address.ts";
import { encoderDefinitions } from "../encoder/registry.ts";
import { decoderVectorNames } from "../encoder/transcriber.ts";
import { headKinds } from "../head/head.ts";
import { hash } from "./checked-json.ts";
import type { GolemDocument } from "./golem-document.ts";
import type { TrainingDocument } from "./training-document.ts";

/** The name given to data sets whose own name is not public. */
export const anonymousDataName = "recordings";

/** A word of this program, without spaces and slashes. */
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

/** Whether an id names a public encoder: built in, or on the Hub at a fixed commit. */
export function isPublicEncoder({ id, revision }: { readonly id: string; readonly revision: string }) {
  if (Object.hasOwn(encoderDefinitions, id)) return true;
  return /^[0-9a-f]{40}$/.test(revision) && /^\w[\w.-]*\/[\w.-]+(\?padded|\?language=[a-z]{2,4})?$/.test(id);
}

const identity = {
  /** The id of a public encoder, or a neutral name; see `public-golem.ts`. */
  id: text(/^(\w[\w.-]*(\/[\w.-]+)?|\.\/(encoder|transcriber)(-\d+)?)(\?padded|\?language=[a-z]{2,4})?$/),
  revision: text(/^[\w./@+-]*$/),
  sha256: z.record(text(/^(?![/~])(?!.*\.\.)[^\\:]+$/), hash),
  sampleRate: z.number(),
};
const encoder = z.object({
  ...identity,
  layers: z.number(),
  dimensions: z.number(),
  precision: word,
  recipe: text(/^[\w.;:=<>()+,'/ -]*$/),
});
const transcriber = z.object({
  ...identity,
  precision: word,
  recipe: text(/^[\w.;:=<>()+,'/ -]*$/),
  vectors: z.array(z.object({ name: z.enum(decoderVectorNames), size: z.number() })),
});
const view = z.object({
  encoder: identity.id,
  layer: z.union([z.number(), z.enum([...decoderVectorNames, "transcript"])]),
  pooling: z.enum(["mean", "mean+std", "steps", "tf-idf"]),
  weight: z.number(),
  speech: z.optional(word),
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
/** As written by `describeAudio`, in the same order, since it is compared as text. */
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
  rule: z.optional(z.literal(2)),
  layers: z.array(view),
});
const calibration = z.object({
  expectedError: z.optional(z.number()),
  bins: z.array(z.object({ count: z.number(), confidence: z.number(), accuracy: z.optional(z.number()) })),
  brierScore: z.optional(z.number()),
});

/** Why the score on new speakers is unknown; the message may name recordings, so it is removed. */
const unmeasuredCodes = [
  "no-speakers",
  "one-speaker",
  "class-by-one-speaker",
  "no-division",
  "same-speakers",
  "sources-mixed",
  "format-tells",
  "rate-tells",
  "channels-tells",
  "loudness-tells",
  "duration-tells",
] as const;

/** Creates the schemas for a golem with these labels; no other class names are accepted. */
function createSchemas(labels: readonly string[]) {
  const known = new Set(labels);
  const label = z.string().check(z.refine((name) => known.has(name), "is not a label of the golem"));
  const counts = z.record(label, z.number());
  const score = z.object({ precision: z.number(), recall: z.number(), f1: z.number(), support: z.number() });
  const evaluation = z.object({
    protocol: z.enum(["held-out", "cross-validation"]),
    recordings: z.number(),
    classes: z.number(),
    accuracy: z.number(),
    balancedAccuracy: z.number(),
    crossValidated: z.optional(z.number()),
    interval: z.tuple([z.number(), z.number()]),
    newSpeakers: z.optional(
      z.nullable(z.object({ balancedAccuracy: z.number(), interval: z.tuple([z.number(), z.number()]) })),
    ),
    unscoredLabels: z.optional(z.array(label)),
    notMeasured: z.optional(z.object({ code: z.enum(unmeasuredCodes), labels: z.optional(z.array(label)) })),
    chance: z.number(),
    majority: z.number(),
    macroF1: z.number(),
    labels: z.array(label),
    perClass: z.record(label, score),
    confusion: z.array(z.array(z.number())),
    trainAccuracy: z.number(),
    grouping: z.enum(["speaker", "none"]),
    groupedBy: z.optional(z.enum(["source"])),
    sourcesMixed: z.optional(z.literal(true)),
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
    augment: z.optional(
      z.object({ copies: z.number(), kinds: z.array(z.enum(variationKinds)), share: z.number() }),
    ),
    falseAlarms: z.optional(
      z.object({
        soundsPerHour: z.number(),
        sounds: z.object({ others: z.number(), pieces: z.number(), noise: z.number() }),
        familiarity: z.optional(z.number()),
        heldOut: z.number(),
        centre: z.array(z.number()),
        spread: z.array(z.number()),
        steps: z.array(z.object({ level: z.number(), perHour: z.number(), missed: z.number() })),
      }),
    ),
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

/**
 * Removes private contents from golem.json, in which private encoders are already renamed. Throws
 * `golem-damaged` for values of an unexpected form.
 */
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
      name: isPublic ? document.data.name : anonymousDataName,
    },
    evaluation: evaluation && { ...evaluation, unseenLabels: {}, overlap: [], skipped: [] },
  };
}

/**
 * Removes private contents from training.json: recordings are numbered, transcripts kept only if requested.
 * Throws `golem-damaged` for values of an unexpected form.
 */
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
  const { recordings, test, unlisted, formatVersion } = training;
  const encoder = training.asked?.encoder;
  const isNamed =
    typeof encoder === "string" && (encoder === "auto" || Object.hasOwn(encoderDefinitions, encoder));
  return {
    formatVersion,
    withheld: true,
    recordings: recordings.map(pick("recording")),
    ...(unlisted ? { unlisted } : {}),
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
    `The golem cannot be exported: in ${place}, ${issue?.path.join(".") || "a value"} is not as this program writes it (${issue?.message ?? "invalid"}).`,
    { hint: "Train the golem again with this version." },
  );
}
