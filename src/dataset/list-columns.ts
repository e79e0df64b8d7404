/**
 * Identifies the columns of a list or table of recordings by their names: file, label, speaker, split.
 *
 * Names are compared ignoring case, spaces, hyphens and underscores: "Speaker ID" is speaker_id.
 * Not its concern: rows.
 */

/** Names of the column of files, the preferred first. */
export const fileColumns = [
  ...["file_name", "file", "path", "file_path", "audio_file", "audio", "audio_path", "wav", "wav_path"],
  ...[
    "wav_file",
    "recording",
    "slice_file_name",
    "fname",
    "clip",
    "filename_audio",
    "sound",
    "audio_filepath",
  ],
];

/** Names of the column of labels, the preferred first. */
export const labelColumns = [
  ...["label", "class", "category", "intent", "class_name", "label_name", "labels", "intent_class"],
  ...["category_name", "class_label", "emotion", "keyword", "command", "word", "tag", "target"],
  ...["event_label", "annotation", "common_name", "species"],
];

/** Columns of groups (speakers, devices, sources), which stay on one side of tests; preferred first. */
export const groupColumns = [
  ...["speaker", "speaker_id", "client_id", "subject", "subject_id", "group", "group_id"],
  ...["source", "source_id", "session", "session_id"],
];

/** Names of possible columns of groups; used only if the user renames them. */
const perhapsGroups = [
  ...[
    "spk",
    "spk_id",
    "speaker_name",
    "user",
    "user_id",
    "participant",
    "participant_id",
    "actor",
    "actor_id",
  ],
  ...["patient", "patient_id", "recordist", "device", "device_id", "recording_id", "source_file", "fsid"],
  ...["person", "person_id", "voice", "voice_id", "author"],
];

const squash = (name: string): string => name.toLowerCase().replaceAll(/[\s_-]+/g, "");

/** Finds the columns of `present` that are in `names`, in the order of `names`. */
export function findColumns(present: readonly string[], names: readonly string[]): string[] {
  const bySquashed = new Map<string, string>();
  for (const column of present) {
    if (!bySquashed.has(squash(column))) bySquashed.set(squash(column), column);
  }
  return names.flatMap((name) => bySquashed.get(squash(name)) ?? []);
}

/** Finds columns that may name groups but are not among {@link groupColumns}. */
function findPerhapsGroups(present: readonly string[]): string[] {
  return findColumns(present, perhapsGroups);
}

/**
 * Creates the warning about columns of groups: which of several is used, or which unused one may be a group;
 * undefined if neither applies.
 */
export function describeGroupChoice(
  name: string,
  found: readonly string[],
  present: readonly string[],
): { readonly code: "invalid-data"; readonly message: string; readonly hint: string } | undefined {
  const [used, ...others] = found;
  if (used !== undefined && others.length > 0) {
    return {
      code: "invalid-data",
      message: `${name} has several columns of groups; recordings are kept together by ${used}, not by ${others.join(", ")}.`,
      hint: `The order of preference is ${groupColumns.join(", ")}. To group by another column, name it speaker and rename or remove ${used}.`,
    };
  }
  const [perhaps] = used === undefined ? findPerhapsGroups(present) : [];
  if (perhaps === undefined) return undefined;
  return {
    code: "invalid-data",
    message: `${name} has the column ${perhaps}, which is not used. If it identifies who or what was recorded, recordings with the same ${perhaps} should not be on both sides of a test.`,
    hint: `If so, rename the column to speaker (or group).`,
  };
}
