/**
 * Groups of recordings that must stay together in every test: speakers where they are named, else sources
 * that the recordings were cut from.
 *
 * Not its concern: folds, findings.
 */
import { findNameSources } from "../dataset/name-sources.ts";
import type { EmbeddedRecording } from "./embedded-recording.ts";

/** The group of a recording; undefined when it is its own. */
export function getGroup({
  speaker,
  source,
}: Pick<EmbeddedRecording, "speaker" | "source">): string | undefined {
  return speaker ?? source;
}

/**
 * Finds the sources of recordings, where no speaker is named. A source that is known already (from the
 * original names of imported files) is kept.
 */
export function findSources(recordings: readonly EmbeddedRecording[]): EmbeddedRecording[] {
  if (recordings.some(({ speaker }) => speaker !== undefined)) return [...recordings];
  const named = findNameSources(recordings);
  return recordings.map((recording, row) => {
    const source = recording.source ?? named[row];
    return source === undefined ? recording : { ...recording, source };
  });
}

/** A training recording as far as its source goes. */
interface TrainedName {
  readonly file: string;
  readonly label: string;
  readonly speaker?: string | undefined;
}

/**
 * Finds which sources of a test set were also trained on, by the names of both together: the trained recordings and
 * the tested ones, with their sources. Where speakers are named, both stay as they are. The folders above a
 * recording's own do not count, since the two sets may lie in different places.
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

/** Recordings by source, in their order; only sources of several recordings. */
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

/** "2 sources (rec0_00, rec0_01 ...; rec1_00, rec1_01 ...)". */
export function describeSources(groups: readonly (readonly Pick<EmbeddedRecording, "file">[])[]): string {
  const shown = groups.slice(0, 2).map((group) => {
    const names = group.slice(0, 2).map(({ file }) => file);
    return names.join(", ") + (group.length > 2 ? ", ..." : "");
  });
  return shown.join("; ") + (groups.length > 2 ? "; ..." : "");
}
