/**
 * Training recordings as a folder that says nothing but their labels: train/LABEL/0001.wav ... and the metadata.csv of Hugging Face's AudioFolder.
 *
 * Not its concern: the file system, what is in the files.
 */
import { formatCsvRow } from "../core/csv-row.ts";
import { makeSafeName } from "../core/safe-name.ts";
import type { ExportedFiles } from "./exported-files.ts";

/** A recording to be put in. */
export interface ExportedRecording {
  /** Where the file is on this machine. */
  readonly path: string;
  /** How its name ends, with the dot (".wav"); may be empty. */
  readonly ending: string;
  readonly label: string;
  /** What was understood of it, where that is asked for. */
  readonly text?: string | undefined;
}

/** Names the files after their labels and their place among the recordings of that label, and lists them. */
export function createRecordingFolder(recordings: readonly ExportedRecording[]): ExportedFiles {
  const files: Record<string, string | { readonly copyOf: string }> = {};
  const counts = new Map<string, number>();
  const hasTexts = recordings.some(({ text }) => text !== undefined);
  const rows = [["file_name", "label", ...(hasTexts ? ["transcription"] : [])]];
  for (const { path, ending, label, text } of recordings) {
    const folder = `train/${makeSafeName(label)}`;
    // Folders of two labels may be called the same, also where capitals do not count.
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
