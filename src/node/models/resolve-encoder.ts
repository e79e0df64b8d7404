/**
 * From what a user or a golem calls an encoder to the encoder: a built-in name, a model of the Hugging Face Hub, or files
 * on this machine.
 *
 * What only encoders of their kind need is loaded when one is found: the default has to start at once.
 * Not its concern: how encoders run, recordings.
 */
import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import { resolve } from "node:path";
import { GolemError } from "../../core/error.ts";
import type { EncoderInfo } from "../../encoder/encoder.ts";
import { descriptorFile } from "../../encoder/encoder-descriptor.ts";
import { checkSameEncoder } from "../../encoder/identity.ts";
import { defaultEncoderId, encoderDefinitions, getEncoderDefinition } from "../../encoder/registry.ts";
import { localRevision, paddedMark, type ResolvedEncoder } from "../../encoder/resolved-encoder.ts";
import {
  type FileSet,
  type HubEnvironment,
  openFolder,
  openHubFiles,
  openPinnedFiles,
} from "./model-files.ts";

/** Options of {@link resolveEncoder}. */
export interface ResolveOptions extends HubEnvironment {
  /** Arithmetic of its weights, for encoders that come in several. */
  readonly precision?: string | undefined;
  /** Last layer needed: encoders that can be cut compute and hand out nothing above it. */
  readonly layer?: number | undefined;
  /** The same as `?padded` after the name. */
  readonly padded?: boolean | undefined;
  /** The only files of a folder that count; all when not given. */
  readonly names?: readonly string[] | undefined;
}

/**
 * Finds an encoder. `id` is a built-in name (`auto` and nothing: the default), OWNER/NAME[@REVISION] on the Hub, or a path:
 * one that begins with "." or "/", or anything that exists; `?padded` after it pads the input of Whisper to 30 s. Files of the Hub are fetched; weights of built-in encoders
 * are not yet.
 *
 * @throws GolemError `unknown-encoder`, `invalid-option` (a precision it does not have), `invalid-layer`, and the errors
 *   of reading and fetching files.
 */
export async function resolveEncoder(
  id: string = defaultEncoderId,
  options: ResolveOptions = {},
): Promise<ResolvedEncoder> {
  if (id === "auto") return resolveBuiltIn(defaultEncoderId, options);
  if (Object.hasOwn(encoderDefinitions, id)) return resolveBuiltIn(id, options);
  if (id.endsWith(paddedMark)) {
    return resolveEncoder(id.slice(0, -paddedMark.length), { ...options, padded: true });
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
 * Finds the encoder that a golem was trained on: the same commit, the same files, the same way of using them.
 *
 * `encoder` says where to look instead of where the golem says; the files must be the same ones.
 * @throws GolemError `golem-version` when what is found is another encoder, `weights-missing` when a path leads nowhere.
 */
export async function resolveGolemEncoder(
  wanted: EncoderInfo,
  options: HubEnvironment & { readonly encoder?: string | undefined } = {},
): Promise<ResolvedEncoder> {
  const padded = wanted.id.endsWith(paddedMark);
  const choice = {
    ...options,
    precision: wanted.precision,
    padded,
    layer: wanted.layers - 1,
    names: Object.keys(wanted.sha256),
  };
  const found = options.encoder
    ? await resolveEncoder(options.encoder, choice)
    : await resolveRecorded(wanted, choice);
  checkSameEncoder(wanted, found.info);
  return { ...found, info: wanted };
}

async function resolveRecorded(wanted: EncoderInfo, options: ResolveOptions): Promise<ResolvedEncoder> {
  if (Object.hasOwn(encoderDefinitions, wanted.id)) return resolveBuiltIn(wanted.id, options);
  const names = Object.keys(wanted.sha256);
  const id = options.padded ? wanted.id.slice(0, -paddedMark.length) : wanted.id;
  if (wanted.revision !== localRevision) {
    return resolveFiles(await openPinnedFiles(id, wanted.revision, names, options), options);
  }
  if (!(await exists(id))) {
    throw new GolemError(
      "weights-missing",
      `The golem was trained on the encoder in ${wanted.id}, which is not there.`,
      {
        hint: "Say with --encoder where it is now.",
      },
    );
  }
  return resolveFiles(await openFolder(id, names), options);
}

function resolveBuiltIn(id: string, { precision, padded }: ResolveOptions): ResolvedEncoder {
  if (padded) throw refusePadding(id);
  const { info, description, licence } = getEncoderDefinition(id);
  checkPrecision(info, precision);
  return { info, description, licence, source: { kind: "built-in" } };
}

async function resolveFiles(files: FileSet, options: ResolveOptions): Promise<ResolvedEncoder> {
  if (files.names.includes(descriptorFile)) {
    if (options.padded) throw refusePadding(files.id);
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
    `${files.id} is no encoder: there is neither ${descriptorFile} nor config.json with a checkpoint.`,
    { hint: `docs/encoders.md tells how to describe an ONNX model by a ${descriptorFile} beside it.` },
  );
}

function refusePadding(id: string): GolemError {
  return new GolemError("invalid-option", `${id} has no padded form; only Whisper has one.`, {
    hint: "Leave ?padded out.",
  });
}

function checkPrecision(info: EncoderInfo, precision: string | undefined): void {
  if (precision === undefined || precision === info.precision) return;
  throw new GolemError(
    "invalid-option",
    `${info.id} comes in ${info.precision} only; got --precision ${precision}.`,
    {
      hint: "Leave --precision out.",
    },
  );
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
