/**
 * Training a golem again, with more recordings: those it was trained on are found again by their hashes, and
 * the recipe and the seed are the same.
 *
 * Not its concern: training itself, the terminal.
 */
import { GolemError } from "../core/error.ts";
import { formatNumberOf } from "../core/format.ts";
import type { Dataset, SkippedRecording } from "../dataset/dataset.ts";
import { joinDatasets } from "../dataset/join-datasets.ts";
import { openDataset } from "./data/open-dataset.ts";
import { matchHashes } from "./data/report-sources.ts";
import { openTrainingData } from "./data/training-data.ts";
import { openFileSource } from "./disk/file-source.ts";
import type { EnvironmentOptions } from "./environment.ts";
import type { Golem } from "./golem.ts";
import { readAsked } from "./report/report-commands.ts";
import { train } from "./train.ts";

/** Options of {@link updateGolem}. */
export interface UpdateOptions extends EnvironmentOptions {
  /** Where the training recordings are now; default: where they were. */
  readonly data?: string | undefined;
}

/** The new golem, and what it was trained on. */
export interface UpdatedGolem {
  readonly golem: Golem;
  /** Recordings of the first training that were found again, and those that were not. */
  readonly kept: number;
  readonly missing: readonly SkippedRecording[];
  /** Recordings that were added. */
  readonly added: number;
}

/**
 * Trains again on the recordings of a golem and on more. Rejects with the errors of `train` and
 * `loadDataset`, and with `data-not-found` if none of its recordings is found.
 */
export async function updateGolem(
  { model: { document, training } }: Pick<Golem, "model">,
  added: readonly (string | Dataset)[],
  { data, ...options }: UpdateOptions = {},
): Promise<UpdatedGolem> {
  const quiet = { ...options, onWarning: undefined };
  const { annotations, ...asked } = readAsked(training.asked);
  const before = await openTrainingData(document, { ...quiet, annotations, data });
  const paths = before ? await matchHashes(training.recordings, before, options) : new Map<string, string>();
  const place = data ?? document.data.name;
  if (paths.size === 0) {
    throw new GolemError(
      "data-not-found",
      `None of the ${training.recordings.length} recordings that the golem was trained on is in ${place}.`,
      { hint: "Name their location with --data." },
    );
  }
  const missing = training.recordings
    .filter(({ file }) => !paths.has(file))
    .map(({ file }) => ({
      file,
      code: "data-not-found",
      message: `${file}, a training recording, is not in ${place}, or has changed.`,
      hint: "Name the location of the original recordings with --data, or leave it out.",
    }));
  const kept = training.recordings.flatMap(({ file, label, speaker }) => {
    const path = paths.get(file);
    if (path === undefined) return [];
    const fields = { file, label, split: "train" as const, ...(speaker === undefined ? {} : { speaker }) };
    return [{ ...fields, open: () => openFileSource(path) }];
  });
  const more: Dataset[] = [];
  for (const place of added) more.push(await openDataset(place, options));
  const old: Dataset = { name: document.data.name, recordings: kept, warnings: [], skipped: missing };
  const joined = joinDatasets([old, ...more], document.data.places);
  if (missing.length > 0) {
    options.onWarning?.({
      code: "data-not-found",
      message: `${formatNumberOf(missing.length, "training recording")} of the golem ${missing.length === 1 ? "was" : "were"} not found again, such as ${missing[0]!.file}.`,
      hint: "Name the location of the original recordings with --data.",
    });
  }
  const test = typeof training.asked?.test === "string" ? training.asked.test : undefined;
  const golem = await train(joined, {
    ...options,
    ...asked,
    seed: document.seed,
    ...(test === undefined ? {} : { test }),
  });
  return { golem, kept: kept.length, missing, added: joined.recordings.length - kept.length };
}
