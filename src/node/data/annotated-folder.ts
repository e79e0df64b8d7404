/**
 * Reads annotations of long recordings in folders.
 *
 * Not its concern: what the files mean (dataset/annotated-files.ts), cutting the recordings
 * (segment-recordings.ts).
 */
import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { GolemError } from "../../core/error.ts";
import { readAnnotatedFiles, readAnnotationFile } from "../../dataset/annotated-files.ts";
import { isSelectionTable } from "../../dataset/annotation-files.ts";
import type { LabelledRows } from "../../dataset/labelled-rows.ts";
import { isRecordingName } from "../../dataset/recording-name.ts";
import { decodeText } from "../../dataset/text-encoding.ts";
import { readRegularFile } from "../disk/regular-file.ts";
import type { LoadDatasetOptions } from "./recording-files.ts";

/** Maximum size of a file of annotations, in bytes. */
const maximumBytes = 64 << 20;

/**
 * Reads the annotations of a folder; undefined unless at least half of its recordings have some.
 *
 * @param files All files of the folder, relative to it.
 */
export function readAnnotatedFolder(
  folder: string,
  files: readonly string[],
  { signal }: LoadDatasetOptions,
): Promise<LabelledRows | undefined> {
  return readAnnotatedFiles(files, (file) => readText(join(folder, file), file), signal);
}

/** Whether a file given as DATA may contain annotations: by its name, or as a selection table. */
export async function isAnnotationFile(path: string): Promise<boolean> {
  if (/\.txt$/i.test(path)) return true;
  if (!/\.(csv|tsv)$/i.test(path)) return false;
  const text = await readText(path, basename(path)).catch(() => undefined);
  return text !== undefined && isSelectionTable(text);
}

/** Reads one file of annotations of recordings in its folder. Rejects with `invalid-data`. */
export async function readAnnotationData(path: string): Promise<LabelledRows> {
  const recordings = (await readdir(dirname(path))).filter(isRecordingName);
  return readAnnotationFile(basename(path), recordings, (file) => readText(path, file));
}

/** Reads the text of a file; undefined if it is not text. */
async function readText(path: string, name: string): Promise<string | undefined> {
  const bytes = await readRegularFile(path, maximumBytes, (size) => {
    return new GolemError(
      "invalid-data",
      `${name} has ${size} bytes; expected at most ${maximumBytes} bytes of annotations.`,
      { hint: "If it does not contain annotations, move it to another folder." },
    );
  });
  try {
    return decodeText(bytes, name);
  } catch {
    return undefined;
  }
}
