/** A run of shards as a data set with labels; embeddings come from shards (embed-from-runs.ts). */
import { join } from "node:path";
import type { ErrorRecord } from "../../core/error.ts";
import { GolemError, throwIfAborted } from "../../core/error.ts";
import { formatNumberOf } from "../../core/format.ts";
import type { WorkOptions } from "../../core/progress.ts";
import { createRandom } from "../../core/random.ts";
import type {
  Dataset,
  Recording,
  RecordingOrigin,
  SkippedRecording,
  UnlistedRecordings,
} from "../../dataset/dataset.ts";
import type { EncoderChoice } from "../../workflow/environment.ts";
import type { LoadDatasetOptions } from "../data/recording-files.ts";
import { openFileSource } from "../disk/file-source.ts";
import { isBucketAddress } from "../object-store/object-store.ts";
import { type PlannedRecording, readManifestShard } from "./manifest.ts";
import { getShardCount, getShardRows, openRun, type Run } from "./run-document.ts";
import { type DoneShards, listDoneShards } from "./run-status.ts";

/** The run of recordings. Their embeddings exist already, so nothing is fetched. */
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

/** The training recordings of a run that are not listed. */
export class UnlistedRows implements UnlistedRecordings {
  readonly origin: RunOrigin;
  readonly count: number;
  readonly listed: ReadonlySet<number>;

  constructor(origin: RunOrigin, recordings: readonly Recording[], count: number) {
    this.origin = origin;
    this.count = count;
    this.listed = new Set(recordings.map(({ row }) => row!));
  }
}

/** Lists the numbers of the shards that are done, ascending. */
export const listNumbers = (done: DoneShards): number[] => [...done.keys()].sort((a, b) => a - b);

/**
 * Loads a run. Recordings in missing shards, and recordings without labels if labels are required, are left
 * out with a warning. Of more than `maximumListed` recordings for training, or for testing, a sample is
 * listed. Rejects with the errors of `openRun`, and `no-recordings` for a run without shards.
 */
export async function loadRunDataset(
  address: string,
  { labels = "required", signal, onProgress, maximumListed = Number.POSITIVE_INFINITY }: LoadDatasetOptions,
): Promise<Dataset> {
  const work = signal ? { signal } : {};
  const run = await openRun(address, work);
  const done = await listDoneShards(run, work);
  const shards = getShardCount(run);
  if (done.size === 0) {
    throw new GolemError(
      "no-recordings",
      `${address} has none of its ${shards} planned shards yet; expected at least one.`,
      {
        hint: "Make them: golem embed --run RUN",
      },
    );
  }
  const origin = new RunOrigin(run, done);
  const recordings: Recording[] = [];
  let unlabelled = 0;
  let unlisted = 0;
  const isListed = await planListing(run, done, maximumListed, work);
  for (const shard of listNumbers(done)) {
    throwIfAborted(signal);
    for (const [i, planned] of (await readManifestShard(run, shard, work)).entries()) {
      if (planned.label === "" && labels === "required") unlabelled++;
      else if (isListed(planned)) {
        recordings.push(createRecording(origin, planned, shard * run.shardSize + i));
      } else if (planned.split !== "test") unlisted++;
    }
    onProgress?.({ stage: "reading the manifest", completed: shard * run.shardSize, total: run.recordings });
  }
  if (recordings.length === 0) {
    throw new GolemError("invalid-data", `${address}: none of its ${unlabelled} recordings has a label.`, {
      hint: "It can be used as a pool for golem suggest. For training, plan data with labels.",
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
  const rest = unlisted > 0 ? { unlisted: new UnlistedRows(origin, recordings, unlisted) } : {};
  return { name: address, recordings, warnings, skipped, ...rest };
}

/** Seed of the sample: the same recordings are listed whenever a run is opened. */
const sampleSeed = 19;

/**
 * Creates a function that decides whether a recording is listed, to be called once for each in order: all, or
 * a sample of those for training and of those for testing, drawn per class (Knuth, The Art of Computer
 * Programming 2, 3.4.2, algorithm S). If there are real and synthetic recordings, which are weighted against
 * each other, all are listed.
 */
async function planListing(
  run: Run,
  done: DoneShards,
  maximum: number,
  work: WorkOptions,
): Promise<(planned: PlannedRecording) => boolean> {
  if (run.recordings <= maximum) return () => true;
  const getPart = ({ split, label }: PlannedRecording) => `${split === "test" ? "test" : "train"} ${label}`;
  const parts = new Map<string, { left: number; needed: number }>();
  const kinds = new Set<boolean>();
  for (const shard of listNumbers(done)) {
    throwIfAborted(work.signal);
    for (const planned of await readManifestShard(run, shard, work)) {
      const part = parts.get(getPart(planned)) ?? { left: 0, needed: 0 };
      part.left++;
      parts.set(getPart(planned), part);
      kinds.add(planned.isSynthetic === true);
    }
  }
  if (kinds.size > 1) return () => true;
  for (const kind of ["test", "train"]) {
    const own = [...parts].filter(([name]) => name.startsWith(kind)).map(([, part]) => part);
    const all = own.reduce((sum, { left }) => sum + left, 0);
    for (const part of own) {
      const share = Math.round(part.left * Math.min(1, maximum / all));
      part.needed = Math.min(part.left, Math.max(minimumPerClass, share));
    }
  }
  const random = createRandom(sampleSeed);
  return (planned) => {
    const part = parts.get(getPart(planned))!;
    const isListed = random.uniform() * part.left < part.needed;
    part.left--;
    if (isListed) part.needed--;
    return isListed;
  };
}

/** Minimum number of recordings of each class in a sample, if there are as many. */
const minimumPerClass = 20;

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

/** Opens the recording if it is a file on this machine. */
async function openPlanned(
  { data }: Run,
  { key, object = key, offset, row, segment }: PlannedRecording,
): ReturnType<Recording["open"]> {
  const isFile = !isBucketAddress(data) && offset === undefined && row === undefined && segment === undefined;
  if (isFile) return openFileSource(join(data, object));
  throw new GolemError("data-not-found", `${key} is in ${data}; expected a file on this machine.`, {
    hint: "Its embedding is in the run; copy the recording to this machine to listen to it.",
  });
}
