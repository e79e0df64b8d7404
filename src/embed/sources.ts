/**
 * Finds groups of recordings that folds must not separate: speakers if they are named, else the sources from
 * which recordings were cut.
 */
import { findNameSources } from "../dataset/name-sources.ts";
import type { EmbeddedRecording } from "./embedded-recording.ts";

/** Gets the group of a recording; undefined if it is a group by itself. */
export function getGroup({
  speaker,
  source,
}: Pick<EmbeddedRecording, "speaker" | "source">): string | undefined {
  return speaker ?? source;
}

/**
 * Finds the sources of recordings if no speaker is named. A source that is already known (from the original
 * names of imported files) is kept.
 */
export function findSources(recordings: readonly EmbeddedRecording[]): EmbeddedRecording[] {
  if (recordings.some(({ speaker }) => speaker !== undefined)) return [...recordings];
  const named = findNameSources(recordings);
  return recordings.map((recording, row) => {
    const source = recording.source ?? named[row];
    return source === undefined ? recording : { ...recording, source };
  });
}

/** The name and source of a training recording. */
interface TrainedName {
  readonly file: string;
  readonly label: string;
  readonly speaker?: string | undefined;
}

/**
 * Finds the sources that a training and a test set have in common, by the names of both together. Returns the
 * recordings of both with their sources. If speakers are named, both lists are returned unchanged. Only a
 * recording's own folder counts, not the folders above it, since the two sets may be in different places.
 */
export function matchSources<T extends TrainedName>(
  trained: readonly T[],
  tested: readonly EmbeddedRecording[],
): {
  readonly trained: readonly (T & { readonly source?: string | undefined })[];
  readonly tested: readonly EmbeddedRecording[];
} {
  const isNamed = [...trained, ...tested].some(({ speaker }) => speaker !== undefined);
  if (isNamed) return { trained, tested };
  const names = [...trained, ...tested].map(({ file, label }) => ({
    file: file.split("/").slice(-2).join("/"),
    label,
  }));
  const sources = findNameSources(names);
  return {
    trained: trained.map((recording, row) => ({ ...recording, source: sources[row] })),
    tested: tested.map((recording, row) => {
      const source = sources[trained.length + row] ?? recording.source;
      return source === undefined ? recording : { ...recording, source };
    }),
  };
}

/** Lists recordings by source, in order; only sources with several recordings. */
export function listSources<T extends Pick<EmbeddedRecording, "source">>(recordings: readonly T[]): T[][] {
  const groups = new Map<string, T[]>();
  for (const recording of recordings) {
    if (recording.source === undefined) continue;
    const group = groups.get(recording.source);
    if (group) group.push(recording);
    else groups.set(recording.source, [recording]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/** Describes sources: "2 sources (rec0_00, rec0_01 ...; rec1_00, rec1_01 ...)". */
export function describeSources(groups: readonly (readonly Pick<EmbeddedRecording, "file">[])[]): string {
  const shown = groups.slice(0, 2).map((group) => {
    const names = group.slice(0, 2).map(({ file }) => file);
    return names.join(", ") + (group.length > 2 ? ", ..." : "");
  });
  return shown.join("; ") + (groups.length > 2 ? "; ..." : "");
}
