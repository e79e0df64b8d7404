/**
 * Resolves the encoders to use: for training those that are named, for a golem those recorded in its files.
 *
 * Not its concern: how single encoders are found (see `resolve-encoder.ts`), how anything runs.
 */

import { resolve } from "node:path";
import { isFused } from "../../classifier/classifier.ts";
import { defaultRecipe, encoderSets } from "../../core/default-recipe.ts";
import { GolemError } from "../../core/error.ts";
import { checkSameTranscriber } from "../../encoder/identity.ts";
import { findBuiltInTranscriber } from "../../encoder/registry.ts";
import {
  type EncoderName,
  localRevision,
  parseEncoderName,
  type ResolvedEncoder,
  type ResolvedEncoderSet,
  type ResolvedTranscriber,
} from "../../encoder/resolved-encoder.ts";
import type { TranscriberInfo } from "../../encoder/transcriber.ts";
import type { GolemModel } from "../../golem/golem-model.ts";
import type { EncoderChoice } from "../../workflow/environment.ts";
import { type HubEnvironment, openFolder, openPinnedFiles } from "./model-files.ts";
import { resolveEncoder, resolveGolemEncoder } from "./resolve-encoder.ts";

/**
 * Finds the encoders for training. The name of an encoder set (`encoderSets`) selects all of it. Any other
 * encoder is used alone, as is the first of a set if a layer, a head or a precision is named; speech is then
 * not transcribed. Rejects with the errors of `resolveEncoder`.
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
    const words = isWhole && transcript;
    const found = await resolveEncoder(encoder, { ...environment, precision, layer: cut, words });
    return {
      encoders: [found],
      transcriber: words
        ? await resolveTranscriber(found, parseEncoderName(encoder), environment)
        : undefined,
    };
  }
  const encoders = [];
  for (const id of set.encoders) encoders.push(await resolveEncoder(id, environment));
  return { encoders, transcriber: transcript ? findBuiltInTranscriber(set.transcriber) : undefined };
}

/** Finds the transcriber of a checkpoint; undefined if it has none. */
async function resolveTranscriber(
  encoder: ResolvedEncoder,
  { language }: Pick<EncoderName, "language">,
  { cache }: HubEnvironment,
): Promise<ResolvedTranscriber | undefined> {
  if (encoder.source.kind === "pretrained") {
    const { findCheckpointTranscriber } = await import("./checkpoint-transcriber.ts");
    const { id, revision } = encoder.info;
    const source = { id: parseEncoderName(id).name, revision, language };
    const found = await findCheckpointTranscriber(encoder.source.folder, source, cache);
    if (found) return found;
  }
  if (language === undefined) return undefined;
  throw new GolemError("invalid-option", `${encoder.info.id} has no transcriber that takes a language.`, {
    hint: "Leave ?language out; Whisper checkpoints with their vocabulary transcribe.",
  });
}

/**
 * Finds the encoders that a golem was trained on. `encoder` is the new location of the encoder, only for
 * golems with one encoder. Rejects with the errors of `resolveGolemEncoder`, and `golem-version` for another
 * transcriber.
 */
export async function resolveGolemEncoderSet(
  { encoders: recorded, transcriber }: Pick<GolemModel, "encoders" | "transcriber">,
  options: HubEnvironment & { readonly encoder?: string | undefined } = {},
): Promise<ResolvedEncoderSet> {
  if (options.encoder !== undefined && recorded.length !== 1) {
    throw new GolemError(
      "invalid-option",
      `The golem uses ${recorded.map(({ id }) => id).join(" and ") || "a transcriber alone"}; --encoder ${options.encoder} can replace a single encoder only.`,
      { hint: "Leave --encoder out: built-in encoders are found automatically." },
    );
  }
  const encoders = [];
  for (const info of recorded) encoders.push(await resolveGolemEncoder(info, options));
  return { encoders, transcriber: transcriber && (await resolveGolemTranscriber(transcriber, options)) };
}

/** Finds the transcriber of a golem: built in, or the same checkpoint's files. */
async function resolveGolemTranscriber(
  recorded: TranscriberInfo,
  options: HubEnvironment & { readonly encoder?: string | undefined },
): Promise<ResolvedTranscriber> {
  const builtIn = findBuiltInTranscriber(recorded.id);
  const { name, language } = parseEncoderName(recorded.id);
  if (builtIn || !/[/\\]/.test(name)) {
    checkSameTranscriber(recorded);
    return builtIn!;
  }
  const names = Object.keys(recorded.sha256);
  const { collectFiles } = await import("./resolve-pretrained.ts");
  const { collectTranscriberFiles, findCheckpointTranscriber } = await import("./checkpoint-transcriber.ts");
  const isOnHub = options.encoder === undefined && recorded.revision !== localRevision;
  const files = isOnHub
    ? await openPinnedFiles(name, recorded.revision, names, options)
    : await openFolder(resolve(parseEncoderName(options.encoder ?? name).name), names);
  const folder = await collectFiles(files);
  await collectTranscriberFiles(files);
  const { revision } = recorded;
  const source = { id: name, revision, language, names };
  const found = await findCheckpointTranscriber(folder, source, options.cache);
  checkSameTranscriber(recorded, found?.info);
  return { ...found!, info: recorded };
}
