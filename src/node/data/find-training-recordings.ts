/**
 * Finds the files a golem was trained on, for exports that include them: all of them, with unchanged bytes,
 * or an error.
 *
 * Not its concern: their names in an export.
 */
import { GolemError } from "../../core/error.ts";
import { getExtension, isRecordingName } from "../../dataset/recording-name.ts";
import type { GolemModel } from "../../golem/golem-model.ts";
import type { EnvironmentOptions } from "../environment.ts";
import { openDataset } from "./open-dataset.ts";
import { locateFiles, matchHashes, matchNames } from "./report-sources.ts";
import { openTrainingData } from "./training-data.ts";

/**
 * Finds the paths of the training recordings, in their order. `data` is their location, by default the one at
 * training time.
 *
 * @throws GolemError `data-not-found` if a recording is missing, `invalid-data` if one has changed, and those
 *   of `loadDataset`.
 */
export async function findTrainingRecordings(
  { document, training }: GolemModel,
  { data, ...options }: EnvironmentOptions & { readonly data?: string | undefined },
): Promise<string[]> {
  if (data === undefined && training.withheld) {
    throw new GolemError(
      "data-not-found",
      "This golem was passed on without the location of its recordings; --include-audio needs them.",
      { hint: "Name their location with --data." },
    );
  }
  const place = data ?? document.data.name;
  const dataset =
    (await openTrainingData(document, { ...options, data })) ??
    (await openDataset(place, { ...options, onWarning: undefined }));
  const { recordings } = training;
  // Recordings of an exported golem have no names by which they could be found.
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
      ? `${first.file} in ${place} has changed since the golem was trained on it${more}; --include-audio needs the original recordings.`
      : `${first.file} is not in ${place}${more}; --include-audio needs all ${recordings.length} training recordings.`,
    {
      hint: "Name the location of the original recordings with --data, or train again and export that golem.",
    },
  );
}

/**
 * Gets the extension of a recording's file name, with the dot. Extensions that are not those of audio formats
 * could be private, and are omitted.
 */
export function getRecordingEnding(path: string): string {
  const ending = getExtension(path);
  return ending !== "" && isRecordingName(path) ? `.${ending}` : "";
}
