/**
 * The very files that a golem was trained on, to be passed on with it: all of them, each with the bytes it had then, or an error.
 *
 * Not its concern: what they are called in an export.
 */
import { GolemError } from "../../core/error.ts";
import { getExtension, isRecordingName } from "../../dataset/recording-name.ts";
import type { GolemModel } from "../../golem/golem-model.ts";
import type { EnvironmentOptions } from "../environment.ts";
import { openDataset } from "./open-dataset.ts";
import { locateFiles, matchHashes, matchNames } from "./report-sources.ts";

/**
 * Paths of the training recordings, in their order. `data` says where they are, if not where they were when the golem was trained.
 *
 * @throws GolemError `data-not-found` when a recording is missing, `invalid-data` when one has other bytes than then, and those of `loadDataset`.
 */
export async function findTrainingRecordings(
  { document, training }: GolemModel,
  { data, ...options }: EnvironmentOptions & { readonly data?: string | undefined },
): Promise<string[]> {
  if (data === undefined && training.withheld) {
    throw new GolemError(
      "data-not-found",
      "This golem was passed on without saying where its recordings are; with --include-audio they are needed.",
      { hint: "Say where they are with --data." },
    );
  }
  const place = data ?? document.data.name;
  const dataset = await openDataset(place, { ...options, onWarning: undefined });
  const { recordings } = training;
  // Of one that was passed on, recordings have no names to be found by.
  const paths = training.withheld
    ? await matchHashes(recordings, dataset, options)
    : await matchNames(recordings, dataset, options);
  const missing = recordings.filter(({ file }) => !paths.has(file));
  const [first] = missing;
  if (!first) return recordings.map(({ file }) => paths.get(file)!);
  const there = training.withheld ? new Map() : await locateFiles(dataset.recordings);
  const isThere = there.has(first.file);
  const more = missing.length > 1 ? `, and ${missing.length - 1} more likewise` : "";
  throw new GolemError(
    isThere ? "invalid-data" : "data-not-found",
    isThere
      ? `${first.file} in ${place} has other bytes than when the golem was trained on it${more}; with --include-audio the very recordings were expected.`
      : `${first.file} is not in ${place}${more}; with --include-audio all ${recordings.length} training recordings were expected.`,
    { hint: "Say with --data where the recordings are as they were, or train anew and export that." },
  );
}

/** The ending of a recording's name, with the dot: programs go by it. One that is no format's might tell anything, and is left out. */
export function getRecordingEnding(path: string): string {
  const ending = getExtension(path);
  return ending !== "" && isRecordingName(path) ? `.${ending}` : "";
}
