/**
 * Which encoders to use: for training those that were named, for a golem those that its files record.
 *
 * Not its concern: how single encoders are found (see `resolve-encoder.ts`), how anything runs.
 */

import { isFused } from "../../classifier/classifier.ts";
import { defaultRecipe, encoderSets } from "../../core/default-recipe.ts";
import { GolemError } from "../../core/error.ts";
import { checkSameTranscriber } from "../../encoder/identity.ts";
import type { ResolvedEncoderSet } from "../../encoder/resolved-encoder.ts";
import type { GolemModel } from "../../golem/golem-model.ts";
import type { EncoderChoice } from "../../workflow/environment.ts";
import type { HubEnvironment } from "./model-files.ts";
import { resolveEncoder, resolveGolemEncoder } from "./resolve-encoder.ts";

/**
 * Finds the encoders for training. The name of an encoder set (`encoderSets`) means all of it. Another encoder
 * is used alone, as is the first of a set with a layer, a head or a precision named; nothing is then
 * transcribed. Rejects with the errors of `resolveEncoder`.
 */
export async function resolveEncoderSet(
  choice: EncoderChoice,
  environment: HubEnvironment = {},
): Promise<ResolvedEncoderSet> {
  const { encoder = defaultRecipe.encoder, layer, transcript = defaultRecipe.transcript, precision } = choice;
  const isWhole = precision === undefined && isFused(choice);
  const set = isWhole && Object.hasOwn(encoderSets, encoder) ? encoderSets[encoder] : undefined;
  if (!set) {
    const cut = typeof layer === "number" ? layer : undefined;
    return {
      encoders: [await resolveEncoder(encoder, { ...environment, precision, layer: cut })],
      transcriber: undefined,
    };
  }
  const encoders = [];
  for (const id of set.encoders) encoders.push(await resolveEncoder(id, environment));
  return { encoders, transcriber: transcript ? set.transcriber : undefined };
}

/**
 * Finds the encoders that a golem was trained on. `encoder` says where its encoder is now, which only a golem
 * with one encoder allows. Rejects with the errors of `resolveGolemEncoder`, and `golem-version` for another
 * transcriber.
 */
export async function resolveGolemEncoderSet(
  { encoders: wanted, transcriber }: Pick<GolemModel, "encoders" | "transcriber">,
  options: HubEnvironment & { readonly encoder?: string | undefined } = {},
): Promise<ResolvedEncoderSet> {
  if (options.encoder !== undefined && wanted.length !== 1) {
    throw new GolemError(
      "invalid-option",
      `The golem uses ${wanted.map(({ id }) => id).join(" and ") || "a transcriber alone"}; --encoder ${options.encoder} can replace a single encoder only.`,
      { hint: "Leave --encoder out: built-in encoders are found automatically." },
    );
  }
  const encoders = [];
  for (const info of wanted) encoders.push(await resolveGolemEncoder(info, options));
  if (transcriber) checkSameTranscriber(transcriber);
  return { encoders, transcriber: transcriber?.id };
}
