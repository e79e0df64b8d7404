/**
 * training.json: the recordings a golem was trained and tested on, their held-out predictions, and findings
 * about them. It is validated by a schema whenever it is read.
 */
import * as z from "zod/mini";
import { checkSchema, count, hash, label, parseJson, scalar, share, shortText } from "./checked-json.ts";
import { formatVersion } from "./golem-document.ts";

const trainingRecording = z.object({
  file: shortText,
  label,
  speaker: z.optional(shortText),
  fileHash: hash,
  audioHash: hash,
  seconds: z.number(),
  /** Duration after trimming, in seconds. */
  keptSeconds: z.optional(z.number().check(z.nonnegative())),
  /** Mean level minus the 10 % quantile of the level, in dB; small for steady sounds. */
  dynamicsDb: z.optional(z.number()),
  /** Transcript. */
  text: z.optional(shortText),
  /** Confidence of the transcriber: mean log-probability of its tokens. */
  logprob: z.optional(z.number()),
  /** Position on the report's map. */
  map: z.optional(z.tuple([share, share])),
  /** Probability of each class, averaged over the repeats in which the recording was held out. */
  outOfFold: z.optional(z.array(share)),
  /** Predictions while held out: pairs of class number and number of times. */
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

/** Schema of training.json. */
export const trainingDocument = z.object({
  formatVersion: z.literal(formatVersion),
  recordings: z.array(trainingRecording).check(z.maxLength(1_000_000)),
  /** Recordings that were trained on and are not in the list, which is then a sample. */
  unlisted: z.optional(
    z.object({
      recordings: count,
      /** First 64 bits of the hash of each one's audio, ascending, big-endian, in base64. */
      audioHashes: z.string().check(z.regex(/^[A-Za-z0-9+/]*={0,2}$/)),
    }),
  ),
  /** The recordings of the test set that were scored, if there was one. */
  test: z.optional(z.array(trainingRecording).check(z.maxLength(1_000_000))),
  /** The options of the training, as flags of the command line. */
  asked: z.optional(z.record(shortText, scalar)),
  /** Whether names, speakers, transcripts and findings were removed so that the golem can be shared. */
  withheld: z.optional(z.boolean()),
  /** Problems found with the recordings at training time, most harmful first. */
  findings: z.optional(z.array(finding).check(z.maxLength(10_000))),
});

/** The parsed contents of training.json. */
export type TrainingDocument = z.infer<typeof trainingDocument>;

/** Parses and checks training.json; throws `golem-damaged`. */
export function parseTrainingDocument(json: string): TrainingDocument {
  return checkSchema(trainingDocument, parseJson(json, "training.json"), "training.json");
}
