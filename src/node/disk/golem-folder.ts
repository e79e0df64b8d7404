/** Reads and writes golem folders: sizes limited, one consistent state, written atomically. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { GolemError } from "../../core/error.ts";
import { parseGolemDocument } from "../../golem/golem-document.ts";
import { encodeGolem } from "../../golem/golem-encoding.ts";
import { checkFileHashes, golemFileLimits, golemFiles, reportFile } from "../../golem/golem-files.ts";
import { decodeGolemModel, type GolemModel } from "../../golem/golem-model.ts";
import { recoverFolder, replaceFolderAtomic, writeFileAtomic } from "./atomic-write.ts";
import { computeFileHash, describeReadError } from "./file-hash.ts";
import { readRegularFile } from "./regular-file.ts";

/** The files of a golem, the input of `decodeGolemModel`. */
export type GolemFiles = Parameters<typeof decodeGolemModel>[0];

/** Maximum number of reads of a folder that is replaced while it is read. */
const maximumAttempts = 5;

interface ReadOptions {
  /** Whether the report must be unchanged since it was written; default true. */
  readonly checkReport?: boolean | undefined;
}

/** Reads a golem's folder. Errors: `golem-not-found`, `golem-damaged`, `golem-version`. */
export async function readGolemFolder(folder: string, options: ReadOptions = {}): Promise<GolemModel> {
  return decodeGolemModel(await readGolemFiles(folder, options));
}

/**
 * Reads a golem's files from one consistent state of the folder, without decoding them. Errors:
 * `golem-not-found`, `golem-version`, `golem-damaged` if a file is missing or too long, or the report has
 * changed.
 */
export async function readGolemFiles(
  folder: string,
  { checkReport = true }: ReadOptions = {},
): Promise<GolemFiles> {
  await recoverFolder(folder);
  const info = await stat(folder).catch(() => undefined);
  if (!info?.isDirectory()) {
    throw new GolemError(
      "golem-not-found",
      info
        ? `${folder} is a file; a golem is a folder that contains golem.json.`
        : `There is no golem at ${folder}.`,
      { hint: "Name a folder written by `golem train --out`." },
    );
  }
  for (let attempt = 1; ; attempt++) {
    const files = await readParts(folder);
    const report = checkReport ? await hashReport(folder) : undefined;
    const again = await readBounded(folder, "document");
    if (Buffer.compare(files.document, again) !== 0 && attempt < maximumAttempts) continue;
    if (report !== undefined) {
      const { files: expected } = parseGolemDocument(new TextDecoder().decode(files.document));
      checkFileHashes(expected, { [reportFile]: report });
    }
    return files;
  }
}

async function readParts(folder: string): Promise<GolemFiles> {
  return {
    document: await readBounded(folder, "document"),
    tensors: await readBounded(folder, "tensors"),
    training: await readBounded(folder, "training"),
    ...((await stat(join(folder, golemFiles.text)).catch(() => undefined))
      ? { text: await readBounded(folder, "text") }
      : {}),
  };
}

/** Computes the SHA-256 of the report; undefined if there is none. */
async function hashReport(folder: string): Promise<string | undefined> {
  const path = join(folder, reportFile);
  return (await stat(path).catch(() => undefined)) && computeFileHash(path);
}

async function readBounded(folder: string, part: keyof typeof golemFileLimits): Promise<Uint8Array> {
  const path = join(folder, golemFiles[part]);
  const tooLarge = (size: number) =>
    new GolemError("golem-damaged", `${path} has ${size} bytes; expected at most ${golemFileLimits[part]}.`, {
      hint: "This golem was not written by this program.",
    });
  return readRegularFile(path, golemFileLimits[part], tooLarge).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw describeReadError(error, path);
    const missing = part === "document" ? "golem-not-found" : "golem-damaged";
    throw new GolemError(missing, `${folder} has no file ${golemFiles[part]}, which every golem has.`, {
      hint: "Name a folder written by `golem train --out`, with all its files.",
    });
  });
}

/**
 * Writes a golem folder with its report (HTML). An existing golem is replaced; anything else is the error
 * `output-exists`. After an interruption, either the old folder or the new one exists.
 */
export async function writeGolemFolder(folder: string, model: GolemModel, report: string): Promise<void> {
  await replaceFolderAtomic(folder, async (staging) => {
    for (const [name, bytes] of Object.entries(encodeGolem(model, { report }))) {
      await writeFileAtomic(join(staging, name), bytes);
    }
  });
}

/**
 * Replaces the report of a golem folder, and its hash in golem.json: the old hash is removed first and the
 * new one added last, so that the golem loads after an interruption at any point.
 */
export async function replaceGolemReport(folder: string, report: string): Promise<void> {
  await bindReport(folder, undefined);
  await writeFileAtomic(join(folder, reportFile), report);
  // The hash is that of the current file, since another process may have replaced it as well.
  await bindReport(folder, await hashReport(folder));
}

/** Sets or removes the report's hash in golem.json, unless the golem is of a version without hashes. */
async function bindReport(folder: string, hash: string | undefined): Promise<void> {
  const { files, ...document } = JSON.parse(new TextDecoder().decode(await readBounded(folder, "document")));
  if (files === undefined || files[reportFile] === hash) return;
  const bound = { ...document, files: { ...files, [reportFile]: hash } };
  await writeFileAtomic(join(folder, golemFiles.document), `${JSON.stringify(bound, null, 2)}\n`);
}
