/**
 * Reads labels from lists in a bucket or an archive: metadata.csv, metadata.tsv, metadata.jsonl, with paths
 * relative to the list.
 *
 * Not its concern: columns (dataset/labelled-rows.ts).
 */
import type { SkippedRecording } from "../../dataset/dataset.ts";
import { readLabelledRows } from "../../dataset/labelled-rows.ts";
import { parseFolderSplit } from "../../dataset/split-name.ts";
import { parseCsv, parseJsonLines } from "../../dataset/table.ts";
import { decodeText } from "../../dataset/text-encoding.ts";
import type { EnvironmentOptions, Warning } from "../environment.ts";
import { type ObjectStore, readObject } from "../object-store/object-store.ts";
import type { PlannedRecording } from "./manifest.ts";
import { planStored, type StoredFile } from "./stored-file.ts";

/** Maximum size of a list, in bytes. */
const maximumListBytes = 256 << 20;

/** Whether a file's name is that of a list of recordings. */
export const isMetadataName = (name: string): boolean => /^metadata\.(csv|tsv|jsonl)$/i.test(name);

/**
 * Returns the recordings named in lists, in the order of the lists; others are left out. Rejects with
 * `invalid-data` and the errors of the store.
 */
export async function applyLists(
  store: ObjectStore,
  lists: readonly StoredFile[],
  recordings: readonly StoredFile[],
  {
    skipped,
    warnings,
    signal,
  }: EnvironmentOptions & { readonly skipped: SkippedRecording[]; readonly warnings: Warning[] },
): Promise<PlannedRecording[]> {
  const byPath = new Map(recordings.map((file) => [file.path.normalize("NFC"), file]));
  const planned = new Map<string, PlannedRecording>();
  for (const list of [...lists].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const work = signal ? { signal } : {};
    const bytes =
      list.offset === undefined
        ? await readObject(store, list.key, maximumListBytes, work)
        : await store.read(list.object!, list.offset, Math.min(list.bytes, maximumListBytes), work);
    const parse = /\.jsonl$/i.test(list.path) ? parseJsonLines : parseCsv;
    const rows = readLabelledRows(await parse(decodeText(bytes, list.key), list.key), list.key);
    skipped.push(...rows.skipped);
    warnings.push(...rows.warnings);
    const folder = list.path.slice(0, list.path.lastIndexOf("/") + 1);
    const inherited =
      folder
        .split("/")
        .map(parseFolderSplit)
        .find((split) => split !== undefined) ?? "none";
    for (const { path, label, speaker, split, isSynthetic, segment, place } of rows.rows) {
      const name =
        folder +
        path
          .trim()
          .replaceAll("\\", "/")
          .replace(/^(\.\/)+/, "");
      const file = byPath.get(name.normalize("NFC"));
      if (!file || segment) {
        skipped.push({
          ...{ file: name, code: file ? "invalid-data" : "data-not-found" },
          message: file
            ? `${place}: found a segment of ${path}; expected a whole recording.`
            : `${place}: there is no object ${name}.`,
          hint: file
            ? "Cut the recording, or copy it to a folder."
            : "Restore the object, or delete the row.",
        });
        continue;
      }
      if (planned.has(file.key)) continue;
      planned.set(
        file.key,
        planStored(file, {
          ...{ label, split: split === "none" ? inherited : split },
          ...(speaker === undefined ? {} : { speaker }),
          ...(isSynthetic ? { isSynthetic } : {}),
        }),
      );
    }
  }
  return [...planned.values()];
}
