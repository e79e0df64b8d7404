/**
 * A run of shards as a data set: its recordings with their labels; embeddings are read from shards
 * (embed-from-runs.ts).
 */
import { join } from "node:path";
import type { ErrorRecord } from "../../core/error.ts";
import { GolemError, throwIfAborted } from "../../core/error.ts";
import { formatNumberOf } from "../../core/format.ts";
import type { Dataset, Recording, RecordingOrigin, SkippedRecording } from "../../dataset/dataset.ts";
import type { EncoderChoice } from "../../workflow/environment.ts";
import type { LoadDatasetOptions } from "../data/recording-files.ts";
import { openFileSource } from "../disk/file-source.ts";
import { isBucketAddress } from "../object-store/object-store.ts";
import { type PlannedRecording, readManifestShard } from "./manifest.ts";
import { getShardCount, getShardRows, openRun, type Run } from "./run-document.ts";
import { type DoneShards, listDoneShards } from "./run-status.ts";

/** The run that recordings come from; their embeddings exist already, so nothing is fetched. */
export class RunOrigin implements RecordingOrigin {
  readonly run: Run;
  readonly done: DoneShards;
  /** The options that named the encoders. */
  readonly choice: EncoderChoice;

  constructor(run: Run, done: DoneShards) {
    this.run = run;
    this.done = done;
    const { encoder, precision, transcript } = run.choice;
    this.choice = {
      ...(encoder === undefined ? {} : { encoder }),
      ...(precision === undefined ? {} : { precision }),
      ...(transcript === undefined ? {} : { transcript }),
    };
  }

  async fetch(): Promise<void> {}
}

/**
 * Loads a run. Recordings in missing shards are left out, with a warning; so are recordings without labels,
 * unless labels are not needed. Rejects with the errors of `openRun`, and `no-recordings` for a run without
 * shards.
 */
export async function loadRunDataset(
  address: string,
  { labels = "required", signal, onProgress }: LoadDatasetOptions,
): Promise<Dataset> {
  const work = signal ? { signal } : {};
  const run = await openRun(address, work);
  const done = await listDoneShards(run, work);
  const shards = getShardCount(run);
  if (done.size === 0) {
    throw new GolemError("no-recordings", `${address} has no shards yet; ${shards} were planned.`, {
      hint: "Make them: golem embed --run RUN",
    });
  }
  const origin = new RunOrigin(run, done);
  const recordings: Recording[] = [];
  let unlabelled = 0;
  for (const shard of [...done.keys()].sort((a, b) => a - b)) {
    throwIfAborted(signal);
    for (const [i, planned] of (await readManifestShard(run, shard, work)).entries()) {
      if (planned.label === "" && labels === "required") unlabelled++;
      else recordings.push(createRecording(origin, planned, shard * run.shardSize + i));
    }
    onProgress?.({ stage: "reading the manifest", completed: recordings.length, total: run.recordings });
  }
  if (recordings.length === 0) {
    throw new GolemError("invalid-data", `${address}: none of its ${unlabelled} recordings has a label.`, {
      hint: "golem suggest takes it as a pool. For training, plan data with labels.",
    });
  }
  const skipped: SkippedRecording[] = [...run.skipped];
  const warnings: ErrorRecord[] = [];
  if (unlabelled > 0) {
    warnings.push({
      ...{ code: "invalid-data", hint: "Plan the data with labels." },
      message: `${formatNumberOf(unlabelled, "recording")} of ${address} without a label are left out.`,
    });
  }
  if (done.size < shards) {
    const missing =
      run.recordings - [...done.keys()].reduce((sum, shard) => sum + getShardRows(run, shard), 0);
    const message = `${shards - done.size} of ${shards} shards of ${address} are missing: ${formatNumberOf(missing, "recording")} are left out.`;
    const hint = "Make them: golem embed --run RUN";
    warnings.push({ code: "data-not-found", message, hint });
    skipped.push({ file: `${shards - done.size} shards`, code: "data-not-found", message, hint });
  }
  return { name: address, recordings, warnings, skipped };
}

function createRecording(origin: RunOrigin, planned: PlannedRecording, row: number): Recording {
  const { key, label, split, speaker, source, isSynthetic } = planned;
  return {
    ...{ file: key, label, split, row, origin },
    ...(speaker === undefined ? {} : { speaker }),
    ...(source === undefined ? {} : { source }),
    ...(isSynthetic ? { isSynthetic } : {}),
    open: () => openPlanned(origin.run, planned),
  };
}

/** Opens the recording itself, if it is a file on this machine. */
async function openPlanned(
  { data }: Run,
  { key, object = key, offset, row, segment }: PlannedRecording,
): ReturnType<Recording["open"]> {
  const isFile = !isBucketAddress(data) && offset === undefined && row === undefined && segment === undefined;
  if (isFile) return openFileSource(join(data, object));
  throw new GolemError("data-not-found", `${key} is in ${data}, and not a file on this machine.`, {
    hint: "Its embedding is in the run; copy the recording to hear it.",
  });
}
