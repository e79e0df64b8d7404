/** Options of training and of measurements of training, and their schema. */
import * as z from "zod/mini";
import type { AudioSettings } from "../audio/audio.ts";
import { listVariations, type Variation } from "../augment/variation.ts";
import { type ClassifierOptions, isFused } from "../classifier/classifier.ts";
import type { Augmentation } from "../classifier/fusion/fit-fusion.ts";
import { GolemError } from "../core/error.ts";
import { headKinds } from "../head/head.ts";
import type { EncoderChoice, WorkflowOptions } from "./environment.ts";

/** Options common to `train` and its measurements, with defaults from core/default-recipe.ts. */
export interface MeasureOptions
  extends Partial<ClassifierOptions>,
    Omit<EncoderChoice, keyof ClassifierOptions>,
    WorkflowOptions {
  readonly audio?: Partial<Omit<AudioSettings, "sampleRate">>;
  /** Use this many recordings per class, drawn with the seed. */
  readonly shots?: number;
  /** Use only the first rows. */
  readonly limit?: number;
  /**
   * Varied copies of the training recordings: `auto` (default: up to three per recording, weighted by
   * held-out likelihood), or their number.
   */
  readonly augment?: Augmentation;
  /** Folder of noise for the copies, in place of synthetic noise. */
  readonly noise?: string;
  /** Folder of impulse responses for the copies, in place of synthetic rooms. */
  readonly rooms?: string;
}

/** Maximum number of copies of each recording; the time of fits grows with the cube of the number of rows. */
const maximumCopies = 12;

const count = z.int().check(z.minimum(1), z.maximum(1_000_000_000));
const seconds = z.number().check(z.minimum(0.1), z.maximum(1e9));

const trainOptions = z.looseObject({
  seed: z.optional(z.int()),
  encoder: z.optional(z.string()),
  precision: z.optional(z.string()),
  layer: z.optional(z.union([z.literal("auto"), z.literal("last"), z.int().check(z.nonnegative())])),
  pooling: z.optional(z.enum(["mean", "mean+std"])),
  head: z.optional(z.enum(["auto", ...headKinds])),
  transcript: z.optional(z.boolean()),
  augment: z.optional(
    z.union([z.enum(["auto", "none"]), z.int().check(z.minimum(1), z.maximum(maximumCopies))]),
  ),
  noise: z.optional(z.string()),
  rooms: z.optional(z.string()),
  shots: z.optional(count),
  limit: z.optional(count),
  repeats: z.optional(z.int().check(z.minimum(1), z.maximum(1000))),
  negatives: z.optional(z.int().check(z.minimum(0), z.maximum(100))),
  added: z.optional(count),
  maximumEvaluations: z.optional(count),
  budget: z.optional(z.number().check(z.positive())),
  audio: z.optional(
    z.object({
      trim: z.optional(z.boolean()),
      maximumSeconds: z.optional(seconds),
      windowSeconds: z.optional(seconds),
    }),
  ),
});

/** Throws `invalid-option` for the first option that is not valid, and for data that is not a data set. */
export function checkTrainOptions(data: unknown, options: unknown): void {
  if (
    typeof data !== "string" &&
    !Array.isArray((data as { recordings?: unknown } | null | undefined)?.recordings)
  ) {
    throw new GolemError("invalid-option", `The data set is ${typeof data}; expected a path or a Dataset.`);
  }
  const result = trainOptions.safeParse(options);
  if (result.success) return;
  const issue = result.error.issues[0]!;
  throw new GolemError("invalid-option", `Option ${issue.path.join(".")} is not valid: ${issue.message}.`);
}

/** Maximum number of recordings and copies together; above it, `auto` makes no copies. */
const maximumRows = 320;
/** Maximum number of copies of each recording that `auto` makes. */
const automaticCopies = 3;

/**
 * Plans the varied copies of each of `recordings` training recordings. Copies are used only with the fusion
 * of all views; throws `invalid-option` if they are requested otherwise.
 */
export function planVariations(
  { augment, noise, rooms, ...options }: MeasureOptions,
  recordings: number,
  isUsed = isFused(options),
): Variation[] {
  const asked = [
    ...(typeof augment === "number" ? ["augment"] : []),
    ...(noise === undefined ? [] : ["noise"]),
    ...(rooms === undefined ? [] : ["rooms"]),
  ];
  if (asked.length > 0 && (!isUsed || augment === "none")) {
    const found = isUsed ? "augment is none" : "a head or a layer is named";
    throw new GolemError(
      "invalid-option",
      `Option ${asked[0]} needs varied copies of recordings, but ${found}; expected the default recipe.`,
      { hint: `Leave out ${asked[0]}, or train without naming a head, a layer, or augment none.` },
    );
  }
  if (!isUsed || augment === "none") return [];
  if (typeof augment === "number") return listVariations(augment);
  return listVariations(Math.max(0, Math.min(automaticCopies, Math.floor(maximumRows / recordings) - 1)));
}
