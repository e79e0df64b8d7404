/**
 * Each recording counts once, whatever it is called.
 *
 * Not its concern: files, heads.
 */
import type { ErrorRecord } from "../core/error.ts";
import { createConflictError, findDuplicates } from "../dataset/duplicates.ts";
import type { EmbeddedRecording } from "./embedded-recording.ts";

/**
 * Leaves out recordings with the same audio as an earlier one of the same label, telling of each; under two labels it is the error
 * `conflicting-labels`.
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
