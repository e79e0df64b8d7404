/**
 * The doctor in Node: from the name of a data set to what is wrong with it, with embeddings from the store.
 *
 * Not its concern: what is looked for (doctor/), the terminal.
 */
import type { AudioSettings } from "../audio/audio.ts";
import type { Dataset, SkippedRecording } from "../dataset/dataset.ts";
import { limitRecordings } from "../dataset/selection.ts";
import type { Finding } from "../doctor/finding.ts";
import { examineRecordings } from "../workflow/examine-recordings.ts";
import { openDataset } from "./data/open-dataset.ts";
import { getCacheFolder } from "./disk/cache-folder.ts";
import { openEmbeddingStore } from "./disk/lmdb-store.ts";
import { embedRecordings } from "./embed-recordings.ts";
import type { EnvironmentOptions } from "./environment.ts";
import { getEncoderSetInfo, resolveEncoderSet } from "./models/resolve-encoder-set.ts";

/** Options of {@link examineDataset}; all have defaults. */
export interface DoctorOptions extends EnvironmentOptions {
  /** As in `TrainOptions`. */
  readonly encoder?: string | undefined;
  readonly precision?: string | undefined;
  /** Whether words may count; default true. */
  readonly transcript?: boolean | undefined;
  readonly audio?: Partial<Omit<AudioSettings, "sampleRate">> | undefined;
  /** Take the first rows only. */
  readonly limit?: number | undefined;
  readonly seed?: number | undefined;
}

/** What the doctor says of a data set. */
export interface Diagnosis {
  /** Recordings that could be heard. */
  readonly recordings: number;
  /** Their classes. */
  readonly classes: number;
  /** Most harmful first. */
  readonly findings: readonly Finding[];
  /** What could not be heard; findings speak of it too. */
  readonly skipped: readonly SkippedRecording[];
}

/**
 * Examines a data set of any form that `train` takes. Rejects with the errors of loading a data set and of resolving
 * encoders, and with `aborted`; recordings that cannot be heard are findings.
 */
export async function examineDataset(
  data: string | Dataset,
  options: DoctorOptions = {},
): Promise<Diagnosis> {
  const { signal, onProgress, onWarning, cache = getCacheFolder(), limit, seed = 0, audio } = options;
  // Oddities of the list of recordings are told; those of recordings are findings.
  const dataset = await openDataset(data, options, limit);
  const encoderSet = await resolveEncoderSet(options, { signal, onProgress, onWarning, cache });
  const rows = limit === undefined ? dataset.recordings : limitRecordings(dataset.recordings, limit);
  const store = await openEmbeddingStore(cache.embeddings, { onWarning });
  try {
    const { embedded, ...heard } = await embedRecordings(rows, {
      ...{ ...encoderSet, audio, store, cache, signal, onProgress },
      stage: "listening",
    });
    const skipped = [...dataset.skipped, ...heard.skipped];
    const findings = examineRecordings(embedded, skipped, getEncoderSetInfo(encoderSet), seed);
    const classes = new Set(embedded.map(({ label }) => label)).size;
    return { recordings: embedded.length, classes, findings, skipped };
  } finally {
    await store.close();
  }
}
