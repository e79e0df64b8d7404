/**
 * Who is to listen: for training by what was named, for a golem by what its files record.
 *
 * Not its concern: how single encoders are found (see `resolve-encoder.ts`), how anything runs.
 */

import type { ClassifierOptions } from "../../classifier/classifier.ts";
import type { EncoderSetInfo } from "../../classifier/view.ts";
import { GolemError } from "../../core/error.ts";
import { checkSameTranscriber } from "../../encoder/identity.ts";
import { defaultEncoderId, defaultEncoderIds, getTranscriberDefinition } from "../../encoder/registry.ts";
import type { GolemModel } from "../../golem/golem-model.ts";
import type { ResolvedEncoderSet } from "./encoder-source.ts";
import type { HubEnvironment } from "./model-files.ts";
import { resolveEncoder, resolveGolemEncoder } from "./resolve-encoder.ts";

/** What decides who listens. */
export interface EncoderChoice extends Pick<ClassifierOptions, "layer" | "head"> {
  /** As `resolveEncoder` takes it; `auto` or nothing: all of the default ones that are of use. */
  readonly encoder?: string | undefined;
  readonly precision?: string | undefined;
  /** Whether words may count; default true. */
  readonly transcript?: boolean | undefined;
}

/**
 * Finds who listens in training. Whatever is named is all there is of its kind: an encoder named listens alone, with a layer or a head
 * named the first of the default ones does, and in either case nobody reads. Rejects with the errors of `resolveEncoder`.
 */
export async function resolveEncoderSet(
  { encoder = "auto", precision, layer = "auto", head = "auto", transcript = true }: EncoderChoice,
  environment: HubEnvironment = {},
): Promise<ResolvedEncoderSet> {
  const isFused = encoder === "auto" && precision === undefined && layer === "auto" && head === "auto";
  if (!isFused) {
    const cut = typeof layer === "number" ? layer : undefined;
    return {
      encoders: [await resolveEncoder(encoder, { ...environment, precision, layer: cut })],
      transcriber: false,
    };
  }
  const encoders = [];
  for (const id of defaultEncoderIds) encoders.push(await resolveEncoder(id, environment));
  return { encoders, transcriber: transcript };
}

/** What a listener is, for classifiers. */
export function getEncoderSetInfo({ encoders, transcriber }: ResolvedEncoderSet): EncoderSetInfo {
  const info = transcriber ? getTranscriberDefinition(defaultEncoderId)?.info : undefined;
  return { encoders: encoders.map((encoder) => encoder.info), ...(info ? { transcriber: info } : {}) };
}

/** Those of a listener whom a golem needs: nobody listens whose word does not count. */
export function narrowEncoderSet(
  { encoders }: ResolvedEncoderSet,
  golem: Pick<GolemModel, "encoders" | "transcriber">,
): ResolvedEncoderSet {
  return {
    encoders: golem.encoders.map((wanted) => encoders.find(({ info }) => info.id === wanted.id)!),
    transcriber: golem.transcriber !== undefined,
  };
}

/**
 * Finds those who listened when a golem was trained. `encoder` says where its encoder is now; only a golem of one encoder
 * can be told. Rejects with the errors of `resolveGolemEncoder`, and `golem-version` for another transcriber.
 */
export async function resolveGolemEncoderSet(
  { encoders: wanted, transcriber }: Pick<GolemModel, "encoders" | "transcriber">,
  options: HubEnvironment & { readonly encoder?: string | undefined } = {},
): Promise<ResolvedEncoderSet> {
  if (options.encoder !== undefined && wanted.length !== 1) {
    throw new GolemError(
      "invalid-option",
      `The golem listens with ${wanted.map(({ id }) => id).join(" and ") || "a transcriber alone"}; --encoder ${options.encoder} can stand for one encoder only.`,
      { hint: "Leave --encoder out: built-in encoders are found by themselves." },
    );
  }
  const encoders = [];
  for (const info of wanted) encoders.push(await resolveGolemEncoder(info, options));
  if (transcriber) checkSameTranscriber(transcriber);
  return { encoders, transcriber: transcriber !== undefined };
}
