/**
 * Plans a run: lists the recordings of a data set, divides them into shards, and writes the manifest and
 * run.json.
 *
 * A run may be planned again: shards whose recordings and recipe have not changed keep their names, so they
 * are not computed again. Not its concern: how recordings are embedded.
 */
import type { AudioSettings } from "../../audio/audio.ts";
import { GolemError } from "../../core/error.ts";
import { createdBy } from "../../core/version.ts";
import type { Dataset } from "../../dataset/dataset.ts";
import { isHubAddress } from "../../dataset/hub-address.ts";
import { getEncoderSetInfo } from "../../workflow/encoder-set-info.ts";
import type { EncoderChoice } from "../../workflow/environment.ts";
import type { EnvironmentOptions } from "../environment.ts";
import { resolveEncoderSet } from "../models/resolve-encoder-set.ts";
import { isBucketAddress } from "../object-store/object-store.ts";
import { openObjectStore } from "../object-store/open-store.ts";
import { type ListedData, listLocalData } from "./local-data.ts";
import { writeManifest } from "./manifest.ts";
import { defaultShardSize } from "./run-defaults.ts";
import { maximumShardSize, maximumSkippedListed, type RunDocument, saveRun } from "./run-document.ts";

/** Options of {@link planRun}; all have defaults. */
export interface PlanOptions
  extends Pick<EncoderChoice, "encoder" | "precision" | "transcript">,
    EnvironmentOptions {
  /** Number of recordings per shard. */
  readonly shardSize?: number | undefined;
  readonly audio?: Partial<Pick<AudioSettings, "trim" | "maximumSeconds">> | undefined;
  /** Whether to store vectors with 16 bits. */
  readonly fp16?: boolean | undefined;
}

/** The planned run. */
export interface Plan {
  readonly run: RunDocument;
  /** All recordings that were left out; run.json lists only a limited number of them. */
  readonly skipped: Dataset["skipped"];
}

/**
 * Plans a run over a data set: any form for `train` except the Hub's, a folder or bucket with tar archives or
 * Parquet files, or s3://bucket/prefix. Rejects with the errors of reading the data set, `usage`,
 * `no-recordings`, `output-failed`.
 */
export async function planRun(data: string, out: string, options: PlanOptions = {}): Promise<Plan> {
  const { shardSize = defaultShardSize, encoder, precision, transcript, audio = {}, fp16 = false } = options;
  if (!Number.isInteger(shardSize) || shardSize < 1 || shardSize > maximumShardSize) {
    throw new GolemError(
      "usage",
      `A shard size of ${shardSize} was given; expected 1 to ${maximumShardSize}.`,
    );
  }
  const store = await openObjectStore(out);
  const choice = {
    ...(encoder === undefined ? {} : { encoder }),
    ...(precision === undefined ? {} : { precision }),
    ...(transcript === undefined ? {} : { transcript }),
  };
  const { encoders, transcriber } = getEncoderSetInfo(await resolveEncoderSet(choice, options));
  const listed = await listData(data, options);
  for (const warning of listed.warnings) options.onWarning?.(warning);
  if (listed.recordings.length === 0) {
    throw new GolemError("no-recordings", `${data} contains no recordings that can be planned.`, {
      hint: listed.skipped[0]?.message ?? "Check the data.",
    });
  }
  const { manifest, contents } = await writeManifest(store, listed.recordings, shardSize, options);
  const run: RunDocument = {
    ...{ format: "golem-run", version: 1, createdBy, data: listed.address, name: data },
    ...{ recordings: listed.recordings.length, shardSize, contents, manifest, choice },
    audio: {
      ...(audio.trim === undefined ? {} : { trim: audio.trim }),
      ...(audio.maximumSeconds === undefined ? {} : { maximumSeconds: audio.maximumSeconds }),
    },
    ...{ fp16, encoders: [...encoders] },
    ...(transcriber ? { transcriber: { ...transcriber, vectors: [...transcriber.vectors] } } : {}),
    skipped: listed.skipped.slice(0, maximumSkippedListed).map(clip),
  };
  await saveRun(store, run);
  return { run, skipped: listed.skipped };
}

function clip({ file, code, message, hint }: Dataset["skipped"][number]): RunDocument["skipped"][number] {
  const cut = (text: string) => text.slice(0, 4096);
  return { file: cut(file), code, message: cut(message), hint: cut(hint) };
}

async function listData(data: string, options: EnvironmentOptions): Promise<ListedData> {
  if (isHubAddress(data)) {
    throw new GolemError("usage", `${data} is on the Hugging Face Hub; expected a folder, a list or s3://.`, {
      hint: "Download its Parquet files, and plan their folder.",
    });
  }
  if (!isBucketAddress(data)) return listLocalData(data, options);
  const { listStoredData } = await import("./stored-data.ts");
  return listStoredData(await openObjectStore(data), options);
}
