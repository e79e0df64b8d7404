/**
 * Finds groups (speakers or sources) that unlisted recordings of a run share with listed ones, so that no
 * fold trains on a group that it tests.
 *
 * Not its concern: reading recordings.
 *
 * If no recording has a speaker, sources are derived from names: from those of all listed recordings together
 * with those of some of the others at a time.
 */
import { findNameSources } from "../../dataset/name-sources.ts";
import type { EmbeddedRecording } from "../../embed/embedded-recording.ts";
import { getGroup } from "../../embed/sources.ts";
import type { PlannedRecording } from "./manifest.ts";

/** Number of unlisted recordings whose names are compared at a time. */
const namesAtOnce = 16_384;

/** Finds groups while recordings are read. */
interface Grouping {
  add(row: number, recording: PlannedRecording): void;
  finish(): {
    readonly groups: readonly string[];
    /** Index of each row's group in `groups`; -1 if no listed recording has it. */
    readonly placeOf: Int32Array;
    /** The listed recordings, with sources found from the names of all recordings. */
    readonly listed: readonly EmbeddedRecording[];
  };
}

/** Creates a grouping for the listed recordings of a run of `rows` recordings. */
export function createGrouping(listed: readonly EmbeddedRecording[], rows: number): Grouping {
  const hasSpeakers = listed.some(({ speaker }) => speaker !== undefined);
  const places = new Map<string, number>();
  const placeOf = new Int32Array(rows).fill(-1);
  const found = listed.map(({ source }) => source);
  const getPlace = (group: string): number => {
    const place = places.get(group) ?? places.size;
    places.set(group, place);
    return place;
  };
  for (const recording of listed) {
    const group = getGroup(recording);
    if (group !== undefined) getPlace(group);
  }
  let waiting: { readonly row: number; readonly file: string; readonly label: string }[] = [];
  const compareNames = (): void => {
    const sources = findNameSources([...listed, ...waiting]);
    const own = new Set(sources.slice(0, listed.length));
    for (const [i, { row }] of waiting.entries()) {
      const source = sources[listed.length + i];
      if (source !== undefined && own.has(source)) placeOf[row] = getPlace(source);
    }
    for (const i of found.keys()) found[i] ??= sources[i];
    waiting = [];
  };
  return {
    add(row, { key: file, label, speaker, source }) {
      const group = speaker ?? source;
      if (group !== undefined) placeOf[row] = places.get(group) ?? -1;
      else if (!hasSpeakers) waiting.push({ row, file, label });
      if (waiting.length === namesAtOnce) compareNames();
    },
    finish() {
      if (waiting.length > 0) compareNames();
      const withSource = listed.map((recording, i) =>
        hasSpeakers || found[i] === undefined ? recording : { ...recording, source: found[i] },
      );
      return { groups: [...places.keys()], placeOf, listed: withSource };
    },
  };
}
