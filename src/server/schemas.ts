/**
 * Schemas of requests and answers. Requests are checked against them, and the OpenAPI document is generated
 * from them.
 *
 * Not its concern: how answers are computed.
 */
import { z } from "@hono/zod-openapi";
import { eventFormatFacts, eventFormats } from "../detect/event-formats.ts";
import { pcmFormats } from "../detect/pcm-reader.ts";

const share = z.number().min(0).max(1);

/** A warning about a recording, or the reason why there is no answer for one. */
const errorRecord = z
  .object({
    code: z.string().openapi({ example: "too-short" }),
    message: z.string(),
    hint: z.string(),
  })
  .openapi("ErrorRecord");

/** Problem documents, RFC 9457. */
export const problemSchema = z
  .object({
    type: z.string().openapi({ example: "/docs#too-short" }),
    title: z.string().openapi({ example: "Unprocessable Content" }),
    status: z.int().openapi({ example: 422 }),
    detail: z.string().openapi({ description: "What was found and what was expected." }),
    code: z
      .string()
      .openapi({ description: "Stable; the library and the command line report the same ones." }),
    hint: z.string().openapi({ description: "What to do about it; may be empty." }),
    instance: z.string().openapi({ description: "Id of the request, as in the server's log." }),
  })
  .openapi("Problem");

const fileName = z.string().openapi({ description: "Name of the recording, as it was sent." });

/** The answer for one recording, as `golem predict --json` prints it. */
export const predictionSchema = z
  .object({
    file: fileName,
    label: z.string().openapi({ description: "Always the most probable label; `unknown` only flags it." }),
    confidence: share.openapi({ description: "Probability of the label." }),
    scores: z.record(z.string(), share).openapi({ description: "Probability of every label." }),
    unknown: z.boolean().openapi({ description: "Whether the recording is unlike all training recordings." }),
    familiarity: z.number().optional().openapi({
      description: "About 0 for a typical recording of a known class, lower for others.",
    }),
    labelSet: z.array(z.string()).optional().openapi({
      description: "Labels that cannot be excluded, most probable first.",
    }),
    seconds: z.number().min(0).openapi({ description: "Duration of the recording, in seconds." }),
    transcript: z.string().optional().openapi({
      description: "Transcript, if the golem uses words; empty if the sound is not speech.",
    }),
    warnings: z.array(errorRecord),
  })
  .openapi("Prediction");

/** The answer for one of several recordings that cannot be used. */
const failureSchema = z.object({ file: fileName, error: errorRecord }).openapi("Failure");

/** The answers for the files of a form. */
export const predictionsSchema = z
  .array(z.union([predictionSchema, failureSchema]))
  .openapi("Predictions", { description: "One per file, in the order of the files." });

const evaluationSchema = z
  .object({
    protocol: z.enum(["held-out", "cross-validation"]),
    recordings: z.int(),
    classes: z.int(),
    accuracy: share,
    balancedAccuracy: share,
    interval: z.array(share).length(2).openapi({ description: "95 % interval of the balanced accuracy." }),
    chance: share,
    majority: share,
    macroF1: share,
    trainAccuracy: share,
    grouping: z.enum(["speaker", "none"]),
  })
  .openapi("Evaluation", { description: "Accuracy on recordings held out of training." });

/** A golem in the list. */
export const golemSummarySchema = z
  .object({
    id: z.string(),
    labels: z.array(z.string()),
    encoders: z.array(z.string()),
    transcript: z.boolean().openapi({ description: "Whether words are used." }),
    balancedAccuracy: share.nullable(),
  })
  .openapi("GolemSummary");

/** The list of golems. */
export const golemListSchema = z.object({ golems: z.array(golemSummarySchema) }).openapi("GolemList");

/** One golem in full. */
export const golemSchema = golemSummarySchema
  .extend({
    createdBy: z.string(),
    maximumSeconds: z.number().openapi({ description: "Longest recording accepted, in seconds." }),
    sampleRate: z.int().openapi({ description: "Sample rate of its encoders, in Hz." }),
    views: z.array(
      z.object({
        encoder: z.string(),
        layer: z.union([z.string(), z.int()]),
        pooling: z.string(),
        weight: share.openapi({ description: "Weight in the fusion." }),
      }),
    ),
    labelSetLevel: share.nullable(),
    evaluation: evaluationSchema.nullable(),
    training: z.object({
      recordings: z.int(),
      seconds: z.number(),
      perClass: z.record(z.string(), z.int()),
    }),
  })
  .openapi("Golem");

/** State of the server. */
export const stateSchema = z
  .object({ status: z.enum(["ok", "ready"]), version: z.string() })
  .openapi("State");

/** The golem id in an address. */
export const golemParams = z.object({
  id: z.string().openapi({
    param: { name: "id", in: "path" },
    description: "Name of the golem's folder.",
    example: "my-golem",
  }),
});

const nameParam = z
  .string()
  .min(1)
  .max(255)
  .optional()
  .openapi({
    param: { name: "name", in: "query" },
    description: "Name for a recording that is sent as a raw body.",
    example: "take-1.wav",
  });

/** The query of predict. */
export const predictQuery = z.object({ name: nameParam });

const number = (name: string, minimum: number, maximum: number, description: string) =>
  z.coerce
    .number()
    .min(minimum)
    .max(maximum)
    .optional()
    .openapi({ param: { name, in: "query" }, type: "number", minimum, maximum, description });

/**
 * Settings of detection; most defaults are derived from the training recordings. Ranges are checked again
 * by the detector.
 */
const detectFields = {
  threshold: number(
    "threshold",
    0.001,
    1,
    "Minimum score of an event; by default the median confidence in the evaluation, at most 0.8.",
  ),
  falseAlarmsPerHour: number(
    "falseAlarmsPerHour",
    1e-6,
    1e6,
    "Maximum number of false alarms per hour, in place of a threshold.",
  ),
  windowSeconds: number(
    "windowSeconds",
    0.1,
    60,
    "Length of the windows, in seconds; by default the median duration of the training recordings.",
  ),
  hopSeconds: number(
    "hopSeconds",
    0.02,
    60,
    "Distance from one window to the next, in seconds; by default a quarter of a window.",
  ),
  minimumSeconds: number("minimumSeconds", 0, 60, "Shortest event, in seconds; by default 0.1."),
  mergeSeconds: number(
    "mergeSeconds",
    0,
    60,
    "Events of one label that are at most this many seconds apart are merged; by default a quarter of a window, within 0.3 to 1.",
  ),
};

const tableFormats = eventFormats
  .filter((format) => format !== "json")
  .map((format) => `${format}, ${eventFormatFacts[format].meaning}`)
  .join("; ");

/** The query of detect. */
export const detectQuery = z.object({
  name: nameParam,
  ...detectFields,
  format: z
    .enum(eventFormats)
    .default("json")
    .openapi({
      param: { name: "format", in: "query" },
      description: `json: according to Accept; for other programs: ${tableFormats}.`,
    }),
});

/** The query of listen. */
export const listenQuery = z.object({
  ...detectFields,
  format: z
    .enum(pcmFormats)
    .default("s16le")
    .openapi({ param: { name: "format", in: "query" }, description: "Encoding of the samples, mono." }),
  rate: z.coerce
    .number()
    .int()
    .min(1000)
    .max(384_000)
    .default(16_000)
    .openapi({
      param: { name: "rate", in: "query" },
      type: "integer",
      minimum: 1000,
      maximum: 384_000,
      description: "Sample rate, in Hz.",
    }),
  lag: number(
    "lag",
    0.1,
    3600,
    "Maximum lag, in seconds, before windows are skipped; without it, none are skipped and the sender must wait.",
  ),
});

/** An event in a stream. */
export const eventSchema = z
  .object({
    start: z.number().min(0).openapi({ description: "In seconds from the start." }),
    end: z.number().min(0),
    label: z.string(),
    confidence: share,
  })
  .openapi("Event");

/** Bytes of a recording in the OpenAPI document. */
export const binarySchema = { type: "string" as const, format: "binary" };

/** A form with recordings, read as it arrives (multipart.ts), so not checked against the schema. */
export const formSchema = {
  type: "object" as const,
  required: ["file"],
  properties: {
    file: {
      type: "array" as const,
      items: binarySchema,
      description: "The recordings; fields may have any name.",
    },
  },
};
