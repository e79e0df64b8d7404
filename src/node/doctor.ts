/**
 * The doctor in Node: from the name of a data set to what is wrong with it, with embeddings from the store.
 *
 * Must not know: what is looked for (doctor/), the terminal.
 */
import type { AudioSettings } from "../audio/audio.ts";
import type { Dataset, SkippedRecording } from "../dataset/dataset.ts";
import { limitRecordings } from "../dataset/selection.ts";
import { diagnose } from "../doctor/diagnose.ts";
import type { Examination, Opinion } from "../doctor/examination.ts";
import type { Finding } from "../doctor/finding.ts";
import type { EmbeddedRecording } from "../golem/embedded-recording.ts";
import { computeSecondOpinion } from "../golem/second-opinion.ts";
import { createLikeness, sketchHeard } from "../golem/sketch.ts";
import type { ListenerInfo } from "../golem/view.ts";
import { getCacheFolder } from "./cache-folder.ts";
import { embedRecordings } from "./embed-recordings.ts";
import type { EnvironmentOptions } from "./environment.ts";
import { openEmbeddingStore } from "./lmdb-store.ts";
import { openDataset } from "./open-dataset.ts";
import { getListenerInfo, resolveListener } from "./resolve-listener.ts";

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
  const listener = await resolveListener(options, { signal, onProgress, onWarning, cache });
  const rows = limit === undefined ? dataset.recordings : limitRecordings(dataset.recordings, limit);
  const store = await openEmbeddingStore(cache.embeddings, { onWarning });
  try {
    const { embedded, ...heard } = await embedRecordings(rows, {
      ...{ ...listener, audio, store, cache, signal, onProgress },
      stage: "listening",
    });
    const skipped = [...dataset.skipped, ...heard.skipped];
    const findings = examineRecordings(embedded, skipped, getListenerInfo(listener), seed);
    const classes = new Set(embedded.map(({ label }) => label)).size;
    return { recordings: embedded.length, classes, findings, skipped };
  } finally {
    await store.close();
  }
}

/** The same for recordings that were heard already. */
export function examineRecordings(
  recordings: readonly EmbeddedRecording[],
  skipped: readonly SkippedRecording[],
  listener: ListenerInfo,
  seed: number,
): Finding[] {
  return diagnose(createExamination(recordings, skipped, listener, seed));
}

/** Numbers a layer with which likeness is judged, and a classifier of many recordings learns: half of them means. */
const likenessDimensions = 8;
const sketchDimensions = 64;
/** Most recordings that are judged on everything that was heard. */
const wholeUpTo = 200;
/** Most recordings of which each layer is judged by itself, and of which every doubt is looked at twice. */
const separateUpTo = 500;

function createExamination(
  recordings: readonly EmbeddedRecording[],
  skipped: readonly SkippedRecording[],
  listener: ListenerInfo,
  seed: number,
): Examination {
  if (recordings.length === 0) return { recordings, skipped, seed };
  const sounds = { encoders: listener.encoders };
  const likeness = createLikeness(sketchHeard(recordings, sounds, { dimensions: likenessDimensions, seed }));
  return { recordings, skipped, likeness, seed, opinion: formOpinion(recordings, listener, seed) };
}

function formOpinion(
  recordings: readonly EmbeddedRecording[],
  listener: ListenerInfo,
  seed: number,
): Opinion | undefined {
  const counts = new Map<string, number>();
  for (const { label } of recordings) counts.set(label, (counts.get(label) ?? 0) + 1);
  const labels = [...counts.keys()].filter((label) => counts.get(label)! > 1).sort();
  if (labels.length < 2) return undefined;
  const rows = [...recordings.keys()].filter((row) => labels.includes(recordings[row]!.label));
  const heard = rows.map((row) => recordings[row]!);
  const problem = { labels: heard.map(({ label }) => labels.indexOf(label)), classes: labels.length };
  const isLarge = rows.length > separateUpTo;
  const seen =
    rows.length > wholeUpTo
      ? sketchHeard(heard, listener, {
          dimensions: isLarge ? sketchDimensions / 2 : sketchDimensions,
          joinLayers: isLarge,
          seed,
        })
      : { heard, listener };
  const options = { seed, isOneLook: isLarge };
  return { labels, rows, ...computeSecondOpinion({ ...problem, heard: seen.heard }, seen.listener, options) };
}
