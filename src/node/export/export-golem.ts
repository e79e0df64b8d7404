/**
 * Exports a golem: removes private data, builds the files of a format, writes them atomically.
 *
 * Not its concern: the contents of formats, the terminal.
 */
import { createHash } from "node:crypto";
import { copyFile, mkdir, readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { needsTranscriber } from "../../classifier/view.ts";
import { GolemError, throwIfAborted } from "../../core/error.ts";
import type { ExportedFiles } from "../../export/exported-files.ts";
import type { GolemModel } from "../../golem/golem-model.ts";
import { createPublicGolem } from "../../golem/public-golem.ts";
import { findTrainingRecordings, getRecordingEnding } from "../data/find-training-recordings.ts";
import {
  checkFolderReplaceable,
  replaceFileAtomic,
  replaceFolderAtomic,
  writeFileAtomic,
} from "../disk/atomic-write.ts";
import { computeFileHash } from "../disk/file-hash.ts";
import type { EnvironmentOptions } from "../environment.ts";
import { type Golem, loadGolem } from "../golem.ts";
import { trainWithoutWords } from "./acoustic-golem.ts";
import { exportFormats } from "./export-formats.ts";

/** Options of {@link exportGolem}. */
export interface ExportOptions extends EnvironmentOptions {
  /** Name of a format; see `exportFormats`. */
  readonly format: string;
  /** File or folder to write, as the format requires. */
  readonly out: string;
  /** Whether to overwrite an existing export; other files are never overwritten. */
  readonly force?: boolean | undefined;
  /** Whether to leave words out; the golem is then trained again. */
  readonly acousticOnly?: boolean | undefined;
  /** Whether to include the training recordings; format huggingface only. */
  readonly includeAudio?: boolean | undefined;
  /** Whether to include transcripts and the plain vocabulary; formats huggingface and safetensors. */
  readonly includeTranscripts?: boolean | undefined;
  /** For `acousticOnly` and `includeAudio`: location of the recordings. */
  readonly data?: string | undefined;
  readonly test?: string | undefined;
  /** SPDX id of the golem's licence. */
  readonly licence?: string | undefined;
  /** New location of the golem's encoder, if it moved. */
  readonly encoder?: string | undefined;
}

interface WrittenFile {
  /** Path relative to the written folder, or to the folder of the written file. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Balanced accuracy with its interval; null if nothing could be held out. */
export type ExportScore = {
  readonly balancedAccuracy: number;
  readonly interval: readonly [number, number];
} | null;

/** Result of an export. */
export interface ExportResult {
  readonly format: string;
  readonly out: string;
  readonly files: readonly WrittenFile[];
  /** What it discloses about the training recordings, and what was left out. */
  readonly holds: readonly string[];
  readonly leftOut: readonly string[];
  readonly score: ExportScore;
  /** Score with words, if it was trained again without them. */
  readonly scoreWithWords?: ExportScore;
  readonly notes: readonly string[];
}

/**
 * Exports the golem that is in `folder`.
 *
 * @throws GolemError `invalid-option` for contents a format cannot include, `output-exists`, and the errors
 *   of loading, training and writing.
 */
export async function exportGolem(folder: string, options: ExportOptions): Promise<ExportResult> {
  const { format: name, out, licence, acousticOnly, force, data, test, encoder, ...rest } = options;
  const { includeAudio, includeTranscripts, ...environment } = rest;
  const format = Object.hasOwn(exportFormats, name) ? exportFormats[name] : undefined;
  if (!format) {
    throw new GolemError(
      "invalid-option",
      `There is no format '${name}'; the formats are ${Object.keys(exportFormats).join(", ")}.`,
    );
  }
  if (licence !== undefined && !/^[a-z0-9][a-z0-9.+-]{0,63}$/i.test(licence)) {
    throw new GolemError("invalid-option", `'${licence}' is not a licence; expected an SPDX id.`, {
      hint: "For example MIT, Apache-2.0, CC-BY-4.0 or CC0-1.0.",
    });
  }
  if (includeAudio) checkIncludes(name, "audio");
  if (includeTranscripts) checkIncludes(name, "transcripts");
  const { extension } = format;
  if (extension && !out.endsWith(extension)) {
    throw new GolemError(
      "invalid-option",
      `${out} was given as the file; expected a name ending in ${extension}.`,
      {
        hint: `Name it ${join(out, `model${extension}`)}, for example.`,
      },
    );
  }
  await checkOut(out, folder, { force: force ?? false, isFile: extension !== undefined });
  const original = await loadGolem(folder, { ...environment, encoder });
  const hasWords = original.document.views.some(needsTranscriber);
  const golem =
    acousticOnly && hasWords
      ? await trainWithoutWords(original.model, { ...environment, data, test })
      : original;
  const model = keepTranscripts(golem.model, original.model);
  const publicGolem = createPublicGolem(model, { includeTranscripts });
  const paths = includeAudio ? await findTrainingRecordings(model, { ...environment, data }) : undefined;
  const recordings = paths?.map((path, i) => {
    const { label, text } = publicGolem.model.training.recordings[i]!;
    return { path, ending: getRecordingEnding(path), label, text };
  });
  const { encoderSet } = golem;
  const exported = await format.create({
    ...environment,
    ...{ golem: publicGolem, encoderSet, name: basename(resolve(out)), licence, recordings },
  });
  throwIfAborted(environment.signal);
  const files = extension
    ? await writeBeside(dirname(resolve(out)), exported.files, force ?? false)
    : await writeFolder(resolve(out), exported.files);
  return {
    ...{ format: name, out, files },
    ...{ holds: exported.holds ?? publicGolem.holds, leftOut: publicGolem.leftOut, score: getScore(golem) },
    ...(golem === original ? {} : { scoreWithWords: getScore(original) }),
    notes: [
      ...(acousticOnly && !hasWords ? ["This golem does not use words; it is exported unchanged"] : []),
      ...exported.notes,
    ],
  };
}

function checkIncludes(name: string, what: "audio" | "transcripts"): void {
  const able = Object.keys(exportFormats).filter((other) => exportFormats[other]!.includes?.includes(what));
  if (able.includes(name)) return;
  throw new GolemError(
    "invalid-option",
    `Format ${name} cannot include ${what}; --include-${what} needs ${able.join(" or ")}.`,
    { hint: `Omit --include-${what}, or export to another format.` },
  );
}

/** Adds the transcripts of the same recordings to a golem trained again without words. */
function keepTranscripts(model: GolemModel, original: GolemModel): GolemModel {
  if (model === original) return model;
  const { recordings, test = [] } = original.training;
  const texts = new Map([...recordings, ...test].map(({ fileHash, text }) => [fileHash, text]));
  const add = (rows: GolemModel["training"]["recordings"]) =>
    rows.map((row) => ({ ...row, text: texts.get(row.fileHash) }));
  const { training } = model;
  return {
    ...model,
    training: {
      ...training,
      recordings: add(training.recordings),
      ...(training.test ? { test: add(training.test) } : {}),
    },
  };
}

function getScore({ evaluation }: Golem): ExportScore {
  return evaluation && { balancedAccuracy: evaluation.balancedAccuracy, interval: evaluation.interval };
}

/** Rejects targets that must not be overwritten, before any work. */
async function checkOut(
  out: string,
  golem: string,
  { force, isFile }: { readonly force: boolean; readonly isFile: boolean },
): Promise<void> {
  const real = (path: string) => realpath(path).catch(() => resolve(path));
  const inside = relative(await real(out), await real(golem));
  if (inside === "" || (!isFile && !inside.startsWith(".."))) {
    throw new GolemError(
      "output-exists",
      `${out} is, or contains, the golem itself; expected another path.`,
      {
        hint: "Name another folder: an export omits parts of the golem.",
      },
    );
  }
  const info = await stat(out).catch(() => undefined);
  if (!info) return;
  if (!isFile) await checkFolderReplaceable(out);
  const isEmpty = info.isDirectory() && (await readdir(out)).length === 0;
  if (force || (isEmpty && !isFile)) return;
  throw createExistsError(out);
}

function createExistsError(path: string): GolemError {
  return new GolemError("output-exists", `${path} already exists.`, {
    hint: "Name another path, or overwrite it with --force.",
  });
}

async function writeFolder(folder: string, files: ExportedFiles): Promise<WrittenFile[]> {
  await replaceFolderAtomic(folder, async (staging) => {
    for (const [name, content] of Object.entries(files)) {
      const path = join(staging, name);
      await mkdir(dirname(path), { recursive: true });
      if (content instanceof Uint8Array || typeof content === "string") await writeFileAtomic(path, content);
      else await copyFile(content.copyOf, path);
    }
  });
  return describeFiles(folder, files);
}

async function writeBeside(folder: string, files: ExportedFiles, force: boolean): Promise<WrittenFile[]> {
  for (const name of force ? [] : Object.keys(files)) {
    if (await stat(join(folder, name)).catch(() => undefined)) throw createExistsError(join(folder, name));
  }
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    if (content instanceof Uint8Array || typeof content === "string") await writeFileAtomic(path, content);
    else await replaceFileAtomic(path, (staging) => copyFile(content.copyOf, staging));
  }
  return describeFiles(folder, files);
}

async function describeFiles(folder: string, files: ExportedFiles): Promise<WrittenFile[]> {
  const written: WrittenFile[] = [];
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    const sha256 =
      content instanceof Uint8Array || typeof content === "string"
        ? createHash("sha256").update(content).digest("hex")
        : await computeFileHash(path);
    written.push({ path: name, bytes: (await stat(path)).size, sha256 });
  }
  return written;
}
