/**
 * Arranges training recordings in a folder whose file names reveal only labels: train/LABEL/0001.wav ...,
 * with the metadata.csv of a Hugging Face AudioFolder.
 */
import { formatCsvRow } from "../core/csv-row.ts";
import { makeSafeName } from "../core/safe-name.ts";
import type { ExportedFiles } from "./exported-files.ts";

/** A recording to include. */
export interface ExportedRecording {
  /** Path of the file on this machine. */
  readonly path: string;
  /** File name extension, with the dot (".wav"); may be empty. */
  readonly ending: string;
  readonly label: string;
  /** Its transcript, if transcripts are included. */
  readonly text?: string | undefined;
}

/** Names the files by label and number, and lists them in metadata.csv. */
export function createRecordingFolder(recordings: readonly ExportedRecording[]): ExportedFiles {
  const files: Record<string, string | { readonly copyOf: string }> = {};
  const counts = new Map<string, number>();
  const hasTexts = recordings.some(({ text }) => text !== undefined);
  const rows = [["file_name", "label", ...(hasTexts ? ["transcription"] : [])]];
  for (const { path, ending, label, text } of recordings) {
    const folder = `train/${makeSafeName(label)}`;
    // Two labels may give the same folder name, for example on file systems that ignore case.
    const key = folder.toLowerCase();
    const number = (counts.get(key) ?? 0) + 1;
    counts.set(key, number);
    const name = `${folder}/${String(number).padStart(4, "0")}${ending}`;
    files[name] = { copyOf: path };
    rows.push([name, label, ...(hasTexts ? [text ?? ""] : [])]);
  }
  files["metadata.csv"] = rows.map((row) => `${formatCsvRow(row)}\n`).join("");
  return files;
}
