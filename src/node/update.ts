/**
 * Trains a golem again with more recordings: those it was trained on are found again by their hashes, and the
 * recipe and the seed are the same.
 *
 * Not its concern: training itself, the terminal.
 */
import { GolemError, throwIfAborted } from "../core/error.ts";
import { formatNumberOf } from "../core/format.ts";
import type { Dataset, Recording, SkippedRecording } from "../dataset/dataset.ts";
import { joinDatasets } from "../dataset/join-datasets.ts";
import type { GolemModel } from "../golem/golem-model.ts";
import type { TrainingDocument } from "../golem/training-document.ts";
import { readAsked } from "../workflow/report-commands.ts";
import { type TrainedGolem, train } from "../workflow/train.ts";
import { openDataset } from "./data/open-dataset.ts";
import { locateFiles } from "./data/report-sources.ts";
import { openTrainingData } from "./data/training-data.ts";
import { computeFileHash } from "./disk/file-hash.ts";
import type { EnvironmentOptions } from "./environment.ts";
import { runInNode } from "./node-environment.ts";

/** Options of {@link retrain}. */
export interface RetrainOptions extends EnvironmentOptions {
  /** Location of the training recordings; default: that at training time. */
  readonly data?: string | undefined;
}

/** Numbers of recordings in a repeated training. */
export interface RetrainCount {
  /** Recordings of the first training that were found again, and those that are missing. */
  readonly kept: number;
  readonly missing: readonly SkippedRecording[];
  /** Recordings that were added. */
  readonly added: number;
}

/**
 * Trains again on the recordings of a golem and further ones. Rejects with the errors of `train` and
 * `loadDataset`, and with `data-not-found` if none of its recordings is found.
 */
export async function retrain(
  { document, training }: GolemModel,
  added: readonly (string | Dataset)[],
  { data, ...options }: RetrainOptions,
): Promise<RetrainCount & { readonly trained: TrainedGolem }> {
  const quiet = { ...options, onWarning: undefined };
  // Limits selected the first recordings; all of these, and all new ones, are used for training.
  const { limit: _, shots: __, ...recorded } = training.asked ?? {};
  const { annotations, ...asked } = readAsked(recorded);
  if (training.asked === undefined) {
    options.onWarning?.({
      code: "golem-version",
      message:
        "The golem is of an early version and does not state the options of its training; the default recipe is used.",
      hint: "If it was trained with options, such as --head, train it again on all recordings with these.",
    });
  }
  const before = await openTrainingData(document, { ...quiet, annotations, data });
  const kept = before ? await findTrained(training, before, options) : [];
  const place = data ?? document.data.name;
  if (training.unlisted) {
    throw new GolemError(
      "invalid-option",
      `The golem lists ${training.recordings.length} of the ${document.data.recordings} recordings it was trained on; expected all of them.`,
      {
        hint: "Plan a run with the new recordings as well, and train on it: golem plan, golem embed, golem train.",
      },
    );
  }
  if (kept.length === 0) {
    throw new GolemError(
      "data-not-found",
      `None of the ${training.recordings.length} recordings that the golem was trained on is in ${place}.`,
      { hint: "Name their location with --data." },
    );
  }
  const found = new Set(kept.map(({ file }) => file));
  const missing = training.recordings
    .filter(({ file }) => !found.has(file))
    .map(({ file }) => ({
      file,
      code: "data-not-found",
      message: `${file}, a training recording, is not in ${place}, or has changed.`,
      hint: "Name the location of the original recordings with --data, or leave it out.",
    }));
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
  const { test, negatives } = recorded;
  const trained = await runInNode(options, (environment) =>
    train(environment, joined, {
      ...options,
      ...asked,
      seed: document.seed,
      asked: recorded,
      ...(typeof test === "string" ? { test } : {}),
      ...(typeof negatives === "number" ? { negatives } : {}),
    }),
  );
  // Recordings that occur in both are counted once.
  const total = trained.model.document.data.recordings;
  return { trained, kept: kept.length, missing, added: Math.max(0, total - kept.length) };
}

/** Finds the recordings that a golem was trained on by their bytes, with earlier names and labels. */
async function findTrained(
  { recordings }: TrainingDocument,
  { recordings: there }: Dataset,
  { signal }: EnvironmentOptions,
): Promise<Recording[]> {
  const trained = new Map(recordings.map((own) => [own.fileHash, own]));
  const found: Recording[] = [];
  for (const recording of there) {
    throwIfAborted(signal);
    const path = (await locateFiles([recording])).get(recording.file);
    const hash = path === undefined ? undefined : await computeFileHash(path).catch(() => undefined);
    const own = hash === undefined ? undefined : trained.get(hash);
    if (hash === undefined || own === undefined) continue;
    trained.delete(hash);
    found.push({ ...recording, file: own.file, label: own.label, split: "train" });
  }
  return found;
}
