/**
 * The transcriber of a checkpoint in a folder: finds it, builds its graphs in the cache folder, loads it.
 *
 * Not its concern: model families, the folder's origin, the process for running it.
 */
import { join } from "node:path";
import { GolemError } from "../../core/error.ts";
import { openCheckpoint } from "../../encoder/pretrained/checkpoint/open-checkpoint.ts";
import { planTranscriber } from "../../encoder/pretrained/families.ts";
import type { TranscriberPlan } from "../../encoder/pretrained/pretrained-family.ts";
import type { ResolvedTranscriber } from "../../encoder/resolved-encoder.ts";
import { getTranscriberId } from "../../encoder/resolved-encoder.ts";
import type { Transcriber } from "../../encoder/transcriber.ts";
import type { OnnxSession } from "../../onnx/runtime.ts";
import { type CacheFolder, getCacheFolder } from "../disk/cache-folder.ts";
import { type FileSource, openFileSource } from "../disk/file-source.ts";
import type { LoadOptions } from "./load-encoder.ts";
import type { FileSet } from "./model-files.ts";
import { createNodeOnnxRuntime } from "./onnx-runtime-node.ts";
import {
  hashFolderFiles,
  hashPretrainedFolder,
  type PretrainedFolder,
  readModelJson,
  readPretrainedFolder,
} from "./pretrained-folder.ts";
import { ensurePretrainedGraph, getGraphPath } from "./pretrained-graph.ts";

const precision = "int8";
const generationFile = "generation_config.json";
const vocabularyFiles = ["tokenizer.json", "vocab.json", "added_tokens.json"] as const;

/** Downloads the available files that a transcriber needs besides those of the encoder. */
export async function collectTranscriberFiles(files: FileSet): Promise<void> {
  for (const name of listTranscriberFiles(files.names)) await files.locate(name);
}

function listTranscriberFiles(names: readonly string[]): string[] {
  const [whole, ...parts] = vocabularyFiles;
  const wanted = [generationFile, ...(names.includes(whole) ? [whole] : parts)];
  return wanted.filter((name) => names.includes(name));
}

interface TranscriberSource {
  readonly id: string;
  readonly revision: string;
  readonly language: string | undefined;
  /** The files of the folder to use; default all. */
  readonly names?: readonly string[] | undefined;
}

/** Finds the transcriber of the checkpoint in a folder, without building it; undefined if there is none. */
export async function findCheckpointTranscriber(
  folder: string,
  { id, revision, language, names }: TranscriberSource,
  cache: CacheFolder = getCacheFolder(),
): Promise<ResolvedTranscriber | undefined> {
  const read = await readTranscriberFolder(folder, language, names);
  if (!read) return undefined;
  const { pretrained, plan, files } = read;
  if (!(await hasTensor(pretrained, plan.anchor))) return undefined;
  const memory = join(cache.encoders, "giants", "sources");
  const sha256 = {
    ...(await hashPretrainedFolder(pretrained, memory)),
    ...(await hashFolderFiles(pretrained.folder, files, memory)),
  };
  const info = plan.describe({ id: getTranscriberId(id, language), revision, sha256, precision });
  return { info, source: { kind: "pretrained", folder: pretrained.folder, language } };
}

/** Reads the files that describe a transcriber. */
async function readTranscriberFolder(
  folder: string,
  language: string | undefined,
  names?: readonly string[],
): Promise<{ pretrained: PretrainedFolder; plan: TranscriberPlan; files: string[] } | undefined> {
  const pretrained = await readPretrainedFolder(folder);
  const found: Record<string, unknown> = {};
  for (const name of [generationFile, ...vocabularyFiles]) {
    if (names && !names.includes(name)) continue;
    const json = await readModelJson(join(pretrained.folder, name));
    if (json !== undefined) found[name] = json;
  }
  const files = listTranscriberFiles(Object.keys(found));
  const vocabulary = Object.fromEntries(files.map((name) => [name, found[name]]));
  const { config, preprocessor } = pretrained;
  const plan = planTranscriber(
    { config, preprocessor, generation: found[generationFile], vocabulary },
    language,
  );
  return plan && { pretrained, plan, files };
}

async function hasTensor({ folder, weights }: PretrainedFolder, end: string): Promise<boolean> {
  const sources: Record<string, FileSource> = {};
  try {
    for (const name of weights) sources[name] = await openFileSource(join(folder, name));
    const { names } = await openCheckpoint(sources);
    return names.some((name) => name === end || name.endsWith(`.${end}`));
  } finally {
    for (const source of Object.values(sources)) await source.close();
  }
}

/**
 * Builds the graphs of a checkpoint's transcriber unless they are cached; its files must not have changed
 * since it was found. Returns the plan, and the paths of the graphs by name.
 */
export async function prepareCheckpointTranscriber(
  { info, source }: ResolvedTranscriber,
  { cache = getCacheFolder(), onWarning }: Pick<LoadOptions, "cache" | "onWarning">,
): Promise<{ plan: TranscriberPlan; paths: Readonly<Record<string, string>> }> {
  if (source.kind !== "pretrained") throw new GolemError("unexpected", `${info.id} is built in.`);
  const { folder, language } = source;
  const names = Object.keys(info.sha256);
  const read = await readTranscriberFolder(folder, language, names);
  const root = join(cache.encoders, "giants");
  const found = read && {
    ...(await hashPretrainedFolder(read.pretrained, join(root, "sources"))),
    ...(await hashFolderFiles(folder, read.files, join(root, "sources"))),
  };
  const changed = names.find((name) => found?.[name] !== info.sha256[name]);
  if (!read || changed !== undefined) {
    throw new GolemError(
      "weights-damaged",
      `${changed ?? "A file"} in ${folder} changed while it was used.`,
      {
        hint: "Start again; if the change was intended, train again.",
      },
    );
  }
  const { pretrained, plan } = read;
  const paths: Record<string, string> = {};
  for (const [name, write] of Object.entries(plan.graphs)) {
    const path = getGraphPath(root, plan.graphRecipe, info.sha256, `${precision}-${name}`);
    const warning = await ensurePretrainedGraph(path, pretrained, (graph, checkpoint) =>
      write(graph, checkpoint, precision),
    );
    if (warning) onWarning?.(warning);
    paths[name] = path;
  }
  return { plan, paths };
}

/** Loads the transcriber of a checkpoint in this process, building its graphs first if necessary. */
export async function loadCheckpointTranscriber(
  transcriber: ResolvedTranscriber,
  options: Pick<LoadOptions, "cache"> & { readonly threads: number },
): Promise<Transcriber> {
  const { plan, paths } = await prepareCheckpointTranscriber(transcriber, options);
  const runtime = createNodeOnnxRuntime({ threads: options.threads });
  const sessions: Record<string, OnnxSession> = {};
  for (const [name, path] of Object.entries(paths)) sessions[name] = await runtime.createSession({ path });
  return plan.create(transcriber.info, sessions);
}
