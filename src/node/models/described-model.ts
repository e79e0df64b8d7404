/**
 * ONNX models with a descriptor (golem-encoder.json) on disk or on the Hub: finds them, checks their hashes,
 * loads them from bytes.
 *
 * Models are loaded from bytes and those with external data are rejected, so no model can name a path.
 */
import { createHash } from "node:crypto";
import { GolemError } from "../../core/error.ts";
import { createDescribedEncoder, descriptorRecipe } from "../../encoder/described/described-encoder.ts";
import {
  descriptorFile,
  type EncoderDescriptor,
  parseDescriptor,
} from "../../encoder/described/encoder-descriptor.ts";
import type { Encoder, EncoderInfo } from "../../encoder/encoder.ts";
import type { ResolvedEncoder } from "../../encoder/resolved-encoder.ts";
import type { OnnxRuntime } from "../../onnx/runtime.ts";
import { describeReadError } from "../disk/file-hash.ts";
import { readRegularFile } from "../disk/regular-file.ts";
import type { EnvironmentOptions } from "../environment.ts";
import { type FileSet, hashFiles, readSmallFile } from "./model-files.ts";

const maximumDescriptorBytes = 256 * 1024;
/** Maximum size of a protobuf, and so of an ONNX file. */
const maximumModelBytes = 2 ** 31 - 1;

/** Resolves a model by its descriptor. `layer`: the highest layer to return. */
export async function resolveDescribed(
  files: FileSet,
  options: EnvironmentOptions & { readonly layer?: number | undefined },
): Promise<ResolvedEncoder> {
  const descriptor = parseDescriptor(
    await readSmallFile(await files.locate(descriptorFile), maximumDescriptorBytes),
  );
  const model = files.chosen ?? descriptor.model;
  if (!files.names.includes(model) && files.revision !== "local") {
    throw new GolemError(
      "weights-missing",
      `${files.id} has no file ${model}, which is named in its ${descriptorFile}.`,
    );
  }
  const { paths, sha256 } = await hashFiles(files, [descriptorFile, model], options);
  const all = descriptor.output.layers.length;
  const layers = options.layer === undefined ? all : options.layer + 1;
  if (layers > all) {
    throw new GolemError(
      "invalid-layer",
      `There is no layer ${layers - 1}; ${files.id} has 0 to ${all - 1}.`,
    );
  }
  return {
    info: {
      ...{ id: files.id, revision: files.revision, sha256, sampleRate: descriptor.sampleRate, layers },
      ...{
        dimensions: descriptor.output.dimensions,
        precision: descriptor.precision,
        recipe: descriptorRecipe,
      },
    },
    description: descriptor.description,
    licence: descriptor.licence === "unknown" ? (files.licence ?? "unknown") : descriptor.licence,
    source: { kind: "described", model: paths[model]!, descriptor },
  };
}

/** Loads a model; its bytes must be the same as when it was resolved. */
export async function loadDescribed(
  runtime: OnnxRuntime,
  info: EncoderInfo,
  path: string,
  descriptor: EncoderDescriptor,
): Promise<Encoder> {
  return createDescribedEncoder(runtime, await readDescribedModel(info, path), descriptor, info);
}

/** Reads a model's bytes, which must be the same as when it was resolved. */
export async function readDescribedModel(info: EncoderInfo, path: string): Promise<Uint8Array> {
  const fail = (error: unknown): never => {
    throw describeReadError(error, path);
  };
  const tooLarge = (size: number) =>
    new GolemError("weights-damaged", `${path} has ${size} bytes; an ONNX file is smaller than 2 GB.`);
  const bytes = await readRegularFile(path, maximumModelBytes, tooLarge).catch(fail);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  if (!Object.values(info.sha256).includes(sha256)) {
    throw new GolemError("weights-damaged", `${path} changed: its sha256 is now ${sha256}.`, {
      hint: "Start again; if the change was intended, train again.",
    });
  }
  return bytes;
}
