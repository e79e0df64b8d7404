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
import type { GolemModel } from "../golem/golem-model.ts";
import { type TrainedGolem, train } from "../workflow/train.ts";
import { openDataset } from "./data/open-dataset.ts";
import { matchHashes } from "./data/report-sources.ts";
import { openTrainingData } from "./data/training-data.ts";
import { openFileSource } from "./disk/file-source.ts";
import type { EnvironmentOptions } from "./environment.ts";
import { runInNode } from "./node-environment.ts";
import { readAsked } from "./report/report-commands.ts";

/** Options of {@link retrain}. */
export interface RetrainOptions extends EnvironmentOptions {
  /** Where the training recordings are now; default: where they were. */
  readonly data?: string | undefined;
}

/** How many recordings a training was repeated with. */
export interface RetrainCount {
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
export async function retrain(
  { document, training }: GolemModel,
  added: readonly (string | Dataset)[],
  { data, ...options }: RetrainOptions,
): Promise<RetrainCount & { readonly trained: TrainedGolem }> {
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
  const trained = await runInNode(options, (environment) =>
    train(environment, joined, {
      ...options,
      ...asked,
      seed: document.seed,
      asked: training.asked,
      ...(test === undefined ? {} : { test }),
    }),
  );
  return { trained, kept: kept.length, missing, added: joined.recordings.length - kept.length };
}
