/**
 * Finds copies of the same recording, by its bytes or by its decoded audio.
 *
 * Not its concern: how hashes are computed. Recordings of digital silence of equal length are found as
 * copies, so they must be left out first.
 */
import { GolemError } from "../core/error.ts";

/** A recording with the hashes of its content. */
export interface HashedRecording {
  readonly file: string;
  readonly label: string;
  /** SHA-256 of the file's bytes. */
  readonly fileHash: string;
  /** SHA-256 of the decoded samples; undefined when it could not be decoded. */
  readonly audioHash?: string | undefined;
}

/** A recording that duplicates another one of the same label. */
export interface DuplicateRecording {
  readonly file: string;
  readonly label: string;
  /** The recording that is kept: the first in the order of the data set. */
  readonly keptFile: string;
}

/** The same recording under more than one label. */
export interface LabelConflict {
  readonly files: readonly { readonly file: string; readonly label: string }[];
}

/** Finds recordings with the same decoded audio (or bytes, if not decodable), in the given order. */
export function findDuplicates(recordings: readonly HashedRecording[]): {
  duplicates: DuplicateRecording[];
  conflicts: LabelConflict[];
} {
  const groups = new Map<string, HashedRecording[]>();
  for (const recording of recordings) {
    const key =
      recording.audioHash === undefined ? `bytes ${recording.fileHash}` : `audio ${recording.audioHash}`;
    const group = groups.get(key);
    if (group) group.push(recording);
    else groups.set(key, [recording]);
  }
  const duplicates: DuplicateRecording[] = [];
  const conflicts: LabelConflict[] = [];
  for (const group of groups.values()) {
    const [kept, ...others] = group;
    if (!kept || others.length === 0) continue;
    if (others.some(({ label }) => label !== kept.label)) {
      conflicts.push({ files: group.map(({ file, label }) => ({ file, label })) });
    } else {
      for (const { file, label } of others) duplicates.push({ file, label, keptFile: kept.file });
    }
  }
  return { duplicates, conflicts };
}

/** Creates the error `conflicting-labels`: names up to five of the conflicts and states their number. */
export function createConflictError(conflicts: readonly LabelConflict[]): GolemError {
  const named = conflicts.slice(0, 5).map(({ files }) => {
    const shown = files.slice(0, 4).map(({ file, label }) => `${file} ("${label}")`);
    return shown.join(" = ") + (files.length > 4 ? ` = ${files.length - 4} more` : "");
  });
  const more = conflicts.length > 5 ? `; and ${conflicts.length - 5} more` : "";
  return new GolemError(
    "conflicting-labels",
    `The same recording has two labels: ${named.join("; ")}${more}. Expected one label per recording.`,
    { hint: "Decide which label is right, and delete the other row or file." },
  );
}
