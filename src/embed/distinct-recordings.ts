/**
 * Counts each recording once, under whatever file names it appears.
 *
 * Not its concern: files, heads.
 */
import type { ErrorRecord } from "../core/error.ts";
import { createConflictError, findDuplicates } from "../dataset/duplicates.ts";
import type { EmbeddedRecording } from "./embedded-recording.ts";

/**
 * Leaves out recordings with the same audio as an earlier one of the same label, with a warning for each.
 * Throws `conflicting-labels` for the same audio under two labels.
 */
export function keepDistinct(
  recordings: readonly EmbeddedRecording[],
  onWarning?: (warning: ErrorRecord & { readonly file: string }) => void,
): EmbeddedRecording[] {
  const { duplicates, conflicts } = findDuplicates(
    recordings.map(({ file, label, fileHash, facts }) => ({
      file,
      label,
      fileHash,
      audioHash: facts.audioHash,
    })),
  );
  if (conflicts.length > 0) throw createConflictError(conflicts);
  for (const { file, keptFile } of duplicates) {
    onWarning?.({
      code: "duplicate-recording",
      message: `${file} holds the same audio as ${keptFile}; it counts once.`,
      hint: "Delete one of them.",
      file,
    });
  }
  const dropped = new Set(duplicates.map((duplicate) => duplicate.file));
  return recordings.filter((recording) => !dropped.has(recording.file));
}
