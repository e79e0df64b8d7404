/**
 * Golem folders: read with bounded sizes, written atomically.
 *
 * Not its concern: the contents of the files.
 */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { GolemError } from "../../core/error.ts";
import { decodeGolemModel, type GolemModel, golemFileLimits, golemFiles } from "../../golem/golem-model.ts";
import { recoverFolder, replaceFolderAtomic, writeFileAtomic } from "./atomic-write.ts";
import { describeReadError } from "./file-hash.ts";
import { readRegularFile } from "./regular-file.ts";

/** Name of the report in a golem folder. */
export const reportFile = "report.html";

/** The files of a golem, the input of `decodeGolemModel`. */
export type GolemFiles = Parameters<typeof decodeGolemModel>[0];

/** Reads a golem's folder. Errors: `golem-not-found`, `golem-damaged`, `golem-version`. */
export async function readGolemFolder(folder: string): Promise<GolemModel> {
  return decodeGolemModel(await readGolemFiles(folder));
}

/**
 * Reads a golem's files without parsing them. Errors: `golem-not-found`, `golem-damaged` if one is missing or
 * too long.
 */
export async function readGolemFiles(folder: string): Promise<GolemFiles> {
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
  return {
    document: await readBounded(folder, "document"),
    tensors: await readBounded(folder, "tensors"),
    training: await readBounded(folder, "training"),
    ...((await stat(join(folder, golemFiles.text)).catch(() => undefined))
      ? { text: await readBounded(folder, "text") }
      : {}),
  };
}

async function readBounded(folder: string, part: keyof typeof golemFileLimits): Promise<Uint8Array> {
  const path = join(folder, golemFiles[part]);
  const tooLarge = (size: number) =>
    new GolemError("golem-damaged", `${path} has ${size} bytes; at most ${golemFileLimits[part]} are read.`, {
      hint: "This golem was not written by this program.",
    });
  return readRegularFile(path, golemFileLimits[part], tooLarge).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw describeReadError(error, path);
    const missing = part === "document" ? "golem-not-found" : "golem-damaged";
    throw new GolemError(missing, `${folder} has no file ${golemFiles[part]}; every golem has one.`, {
      hint: "Name a folder written by `golem train --out`, with all its files.",
    });
  });
}

/**
 * Writes a golem folder with its report (HTML). An existing golem is replaced; anything else is the error
 * `output-exists`. After an interruption the old folder or the new one exists.
 */
export async function writeGolemFolder(folder: string, model: GolemModel, report: string): Promise<void> {
  await replaceFolderAtomic(folder, async (staging) => {
    await writeFileAtomic(join(staging, reportFile), report);
    for (const [name, bytes] of Object.entries(model.encode())) {
      await writeFileAtomic(join(staging, name), bytes);
    }
  });
}
