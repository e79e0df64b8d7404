/**
 * Resolves the name of an encoder, given by a user or a golem: a built-in name, a model of the Hugging Face
 * Hub, or local files.
 *
 * Code specific to a kind of encoder is loaded on demand, so that the default encoders start quickly.
 * Not its concern: how encoders run, recordings.
 */

import { homedir } from "node:os";
import { resolve } from "node:path";
import { GolemError } from "../../core/error.ts";
import { descriptorFile } from "../../encoder/described/encoder-descriptor.ts";
import type { EncoderInfo } from "../../encoder/encoder.ts";
import { checkSameEncoder } from "../../encoder/identity.ts";
import {
  defaultEncoderId,
  encoderDefinitions,
  getEncoderDefinition,
  getEncoderForm,
} from "../../encoder/registry.ts";
import {
  localRevision,
  paddedMark,
  parseEncoderName,
  type ResolvedEncoder,
} from "../../encoder/resolved-encoder.ts";
import { exists } from "../disk/atomic-write.ts";
import {
  type FileSet,
  type HubEnvironment,
  openFolder,
  openHubFiles,
  openPinnedFiles,
} from "./model-files.ts";

/** Options of {@link resolveEncoder}. */
export interface ResolveOptions extends HubEnvironment {
  /** Arithmetic of its weights, for encoders that offer several. */
  readonly precision?: string | undefined;
  /** Highest layer: encoders that can be cut compute and return nothing above it. */
  readonly layer?: number | undefined;
  /** Same as `?padded` after the name. */
  readonly padded?: boolean | undefined;
  /** The files of a folder to use; default all. */
  readonly names?: readonly string[] | undefined;
  /** Whether to download the files of a checkpoint's transcriber as well. */
  readonly words?: boolean | undefined;
}

/**
 * Resolves an encoder. `id` is a built-in name (`auto` or absent: the default), OWNER/NAME[@REVISION] on the
 * Hub, or a path: one that begins with "." or "/", or any existing path; the suffix `?padded` pads the input
 * of Whisper to 30 s, `?language=CODE` sets the language of its transcriber. Hub files are downloaded;
 * weights of built-in encoders are not.
 *
 * @throws GolemError `unknown-encoder`, `invalid-option` (an unavailable precision), `invalid-layer`, and the
 *   errors of reading and fetching files.
 */
export async function resolveEncoder(
  id: string = defaultEncoderId,
  options: ResolveOptions = {},
): Promise<ResolvedEncoder> {
  if (id === "auto") return resolveBuiltIn(defaultEncoderId, options);
  if (Object.hasOwn(encoderDefinitions, id)) return resolveBuiltIn(id, options);
  const parts = parseEncoderName(id);
  if (parts.padded || parts.language !== undefined) {
    return resolveEncoder(parts.name, { ...options, padded: options.padded || parts.padded });
  }
  const path = resolve(id.replace(/^~(?=\/)/, () => homedir()));
  if (/^[./~]|^[A-Za-z]:[\\/]|\.onnx$/.test(id) || (await exists(path))) {
    return resolveFiles(await openFolder(path, options.names), options);
  }
  const [, repository, revision = "main"] = /^([^/@]+\/[^/@]+)(?:@(.+))?$/.exec(id) ?? [];
  if (repository === undefined) return resolveBuiltIn(id, options);
  return resolveFiles(await openHubFiles(repository, revision, options), options);
}

/**
 * Resolves the encoder of a golem: the same commit, files and options.
 *
 * `encoder` replaces the location recorded in the golem; the files must be identical.
 * @throws GolemError `golem-version` for another encoder, `weights-missing` for a path that does not exist.
 */
export async function resolveGolemEncoder(
  recorded: EncoderInfo,
  options: HubEnvironment & { readonly encoder?: string | undefined } = {},
): Promise<ResolvedEncoder> {
  const padded = recorded.id.endsWith(paddedMark);
  const choice = {
    ...options,
    precision: recorded.precision,
    padded,
    layer: recorded.layers - 1,
    names: Object.keys(recorded.sha256),
  };
  const found = options.encoder
    ? await resolveEncoder(options.encoder, choice)
    : await resolveRecorded(recorded, choice);
  // Golems of earlier versions load the form of a built-in encoder that they were trained with.
  const isForm = found.source.kind === "built-in" && found.info.id === recorded.id;
  checkSameEncoder(recorded, isForm ? getEncoderForm(recorded).info : found.info);
  return { ...found, info: recorded };
}

async function resolveRecorded(recorded: EncoderInfo, options: ResolveOptions): Promise<ResolvedEncoder> {
  if (Object.hasOwn(encoderDefinitions, recorded.id)) return resolveBuiltIn(recorded.id, options);
  const names = Object.keys(recorded.sha256);
  const id = options.padded ? recorded.id.slice(0, -paddedMark.length) : recorded.id;
  if (recorded.revision !== localRevision) {
    return resolveFiles(await openPinnedFiles(id, recorded.revision, names, options), options);
  }
  if (!(await exists(id))) {
    throw new GolemError(
      "weights-missing",
      `The golem was trained on the encoder in ${recorded.id}, which does not exist.`,
      {
        hint: "Name its new location with --encoder.",
      },
    );
  }
  return resolveFiles(await openFolder(id, names), options);
}

function resolveBuiltIn(id: string, { precision, padded }: ResolveOptions): ResolvedEncoder {
  if (padded) throw createPaddingError(id);
  const { info, description, licence } = getEncoderDefinition(id);
  checkPrecision(info, precision);
  return { info, description, licence, source: { kind: "built-in" } };
}

async function resolveFiles(files: FileSet, options: ResolveOptions): Promise<ResolvedEncoder> {
  if (files.names.includes(descriptorFile)) {
    if (options.padded) throw createPaddingError(files.id);
    const { resolveDescribed } = await import("./described-model.ts");
    const resolved = await resolveDescribed(files, options);
    checkPrecision(resolved.info, options.precision);
    return resolved;
  }
  if (files.names.includes("config.json") && files.chosen === undefined) {
    const { resolvePretrained } = await import("./resolve-pretrained.ts");
    return resolvePretrained(files, options);
  }
  throw new GolemError(
    "unknown-encoder",
    `${files.id} is not an encoder: it has neither ${descriptorFile} nor config.json with a checkpoint.`,
    { hint: `docs/encoders.md explains how to describe an ONNX model with a ${descriptorFile} next to it.` },
  );
}

function createPaddingError(id: string): GolemError {
  return new GolemError("invalid-option", `${id} has no padded form; only Whisper has one.`, {
    hint: "Leave ?padded out.",
  });
}

function checkPrecision(info: EncoderInfo, precision: string | undefined): void {
  if (precision === undefined || precision === info.precision) return;
  throw new GolemError(
    "invalid-option",
    `${info.id} is available only in ${info.precision}, not in the --precision ${precision} that was given.`,
    {
      hint: "Leave --precision out.",
    },
  );
}
