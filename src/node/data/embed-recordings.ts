/**
 * Embeds the recordings of a data set in Node: looks up the outputs of each network in the store, computes
 * missing ones on all cores, and stores them.
 *
 * A file that fails is reported and left out; the others are embedded.
 * Not its concern: the meaning of labels except silence, heads, the terminal.
 */

import type { AudioSettings } from "../../audio/audio.ts";
import { createTooLongError } from "../../audio/mono-stream.ts";
import type { Device } from "../../core/device.ts";
import { GolemError, throwIfAborted, toErrorRecord } from "../../core/error.ts";
import type { WorkOptions } from "../../core/progress.ts";
import type { Recording, RecordingOrigin, SkippedRecording } from "../../dataset/dataset.ts";
import { type EmbeddedSource, getAudioSettings } from "../../embed/embed-source.ts";
import { collectEmbedded, type EmbeddedFile, type EmbeddingResult } from "../../embed/embedding-result.ts";
import type { EmbeddingStore } from "../../embed/store.ts";
import type {
  ResolvedEncoder,
  ResolvedEncoderSet,
  ResolvedTranscriber,
} from "../../encoder/resolved-encoder.ts";
import type { CopyOptions } from "../../workflow/environment.ts";
import type { FileCopy } from "../decode/embed-file.ts";
import { type CacheFolder, getCacheFolder } from "../disk/cache-folder.ts";
import { createEncoderSetStore, type EncoderSetStore, type StoredParts } from "../disk/encoder-set-store.ts";
import { computeFileHash } from "../disk/file-hash.ts";
import type { Warning } from "../environment.ts";
import { chooseDevice } from "../models/device-trial.ts";
import { type EncoderSetParts, prepareEncoderSet } from "../models/load-encoder-set.ts";
import { resolveEncoder } from "../models/resolve-encoder.ts";
import { createEmbeddingPool } from "../threads/embedding-pool.ts";
import { createCopyPlanner } from "./copy-planner.ts";

interface EmbedRecordingsOptions extends WorkOptions, CopyOptions {
  /** Resolved encoders, or names for `resolveEncoder`; vectors are in their order. */
  readonly encoders: readonly (string | ResolvedEncoder)[];
  /** Default: nothing is transcribed. */
  readonly transcriber?: ResolvedTranscriber | undefined;
  readonly audio?: Partial<AudioSettings> | undefined;
  readonly store: EmbeddingStore;
  readonly cache?: CacheFolder | undefined;
  /** Device of the encoders; default: the processor. */
  readonly device?: Device | undefined;
  readonly onWarning?: ((warning: Warning) => void) | undefined;
  /** Name of the stage in progress reports; default: "embedding". */
  readonly stage?: string | undefined;
}

/** A recording, or a copy of one, that must be embedded. */
interface Task {
  readonly index: number;
  readonly path: string;
  /** Its hash in the store. */
  readonly hash: string;
  readonly stored: StoredParts;
  readonly parts: EncoderSetParts;
  readonly copy?: FileCopy;
  /** Receives the output. */
  readonly keep: (output: EmbeddedSource) => void;
}

/** Outputs found for recordings, in their order, and the tasks that remain. */
interface Lookup {
  readonly outputs: (EmbeddedFile | SkippedRecording | undefined)[];
  readonly tasks: readonly Task[];
}

/** Embeds recordings; rejects only if none can be embedded (no weights) or with `aborted`. */
export async function embedRecordings(
  recordings: readonly Recording[],
  options: EmbedRecordingsOptions,
): Promise<EmbeddingResult> {
  const { signal, onProgress, audio = {} } = options;
  const encoders: ResolvedEncoder[] = [];
  for (const encoder of options.encoders) {
    encoders.push(typeof encoder === "string" ? await resolveEncoder(encoder, options) : encoder);
  }
  const encoderSet: ResolvedEncoderSet = { encoders, transcriber: options.transcriber };
  const store = createEncoderSetStore(options.store, encoderSet, audio);
  await fetchRecordings(recordings, { signal, onProgress });
  const { maximumSeconds } = getAudioSettings(0, audio);
  const planCopies = await createCopyPlanner(options);
  const { outputs, tasks } = await lookUp(recordings, store, planCopies, maximumSeconds, signal);
  if (tasks.length > 0) await computeMissing(recordings, encoderSet, store, { outputs, tasks }, options);
  return { ...collectEmbedded(recordings, outputs), computed: tasks.length };
}

async function lookUp(
  recordings: readonly Recording[],
  store: EncoderSetStore,
  planCopies: (fileHash: string) => readonly FileCopy[],
  maximumSeconds: number,
  signal: AbortSignal | undefined,
): Promise<Lookup> {
  const outputs: Lookup["outputs"] = new Array(recordings.length);
  const tasks: Task[] = [];
  for (const [index, recording] of recordings.entries()) {
    throwIfAborted(signal);
    try {
      const path = await getPath(recording);
      const fileHash = await computeFileHash(path, signal ? { signal } : {});
      const stored = store.get(fileHash, recording.file);
      const seconds = stored.facts?.seconds ?? 0;
      if (seconds > maximumSeconds) throw createTooLongError(recording.file, maximumSeconds, seconds);
      const copies: EmbeddedSource[] = [];
      const keep = (output: EmbeddedSource): void => {
        outputs[index] = { fileHash, copies, ...output };
      };
      if (stored.missing) tasks.push({ index, path, hash: fileHash, stored, parts: stored.missing, keep });
      else keep(stored.complete());
      for (const [place, copy] of planCopies(fileHash).entries()) {
        const hash = copy.copyHash;
        const storedCopy = store.get(hash, recording.file);
        const keepCopy = (output: EmbeddedSource): void => {
          copies[place] = output;
        };
        const { missing: parts } = storedCopy;
        if (parts) tasks.push({ index, path, hash, stored: storedCopy, parts, copy, keep: keepCopy });
        else keepCopy(storedCopy.complete());
      }
    } catch (error) {
      if (signal?.aborted) throw error;
      outputs[index] = { file: recording.file, ...toErrorRecord(error, "unreadable") };
    }
  }
  return { outputs, tasks };
}

/** Computes missing outputs, stores them, and completes the result. */
async function computeMissing(
  recordings: readonly Recording[],
  { encoders, transcriber }: ResolvedEncoderSet,
  store: EncoderSetStore,
  { outputs, tasks }: Lookup,
  options: EmbedRecordingsOptions,
): Promise<void> {
  const { signal, onProgress, cache = getCacheFolder(), stage = "embedding", audio = {} } = options;
  const wanted = uniteParts(tasks.map(({ parts }) => parts));
  const encoderSet: ResolvedEncoderSet = {
    encoders: wanted.encoders.map((i) => encoders[i]!),
    transcriber: wanted.transcriber ? transcriber : undefined,
  };
  await prepareEncoderSet(encoderSet, { signal, onProgress, cache });
  const device = await chooseDevice(options.device, encoderSet, {
    signal,
    cache,
    onWarning: options.onWarning,
  });
  const fatal = watchFailures();
  const pool = await createEmbeddingPool({
    ...{ encoderSet, audio, cache, device, tasks: tasks.length },
    signal: signal ? AbortSignal.any([signal, fatal.signal]) : fatal.signal,
  });
  const total = recordings.length * (1 + (options.variations?.length ?? 0));
  let completed = total - tasks.length;
  onProgress?.({ stage, completed, total });
  try {
    await Promise.all(
      tasks.map(async ({ index, path, hash, stored, parts, copy, keep }) => {
        const { file } = recordings[index]!;
        try {
          const places = parts.encoders.map((i) => wanted.encoders.indexOf(i));
          const output = await pool.embed(path, file, { ...parts, encoders: places }, copy);
          fatal.noteSuccess();
          await store.put(hash, file, parts, output);
          keep(stored.complete(output));
        } catch (error) {
          fatal.noteFailure(error);
          // A recording is used for training even if a copy of it fails.
          if (!copy) outputs[index] = { file, ...toErrorRecord(error, "encoder-failed") };
        }
        if (signal?.aborted) return;
        completed++;
        onProgress?.({ stage, completed, total });
      }),
    );
    // Checked only after all work, since the caller may close the store as soon as this rejects.
    throwIfAborted(signal);
    fatal.check();
  } finally {
    await pool.close();
  }
}

/** Number of consecutive failures of encoders after which the other recordings are not tried. */
const maximumFailures = 3;
/** Errors of encoders; those of recordings have other codes. */
const encoderErrors: ReadonlySet<string> = new Set(["encoder-failed", "weights-damaged", "weights-missing"]);

/** Stops the work if encoders fail for all recordings, each of which may take the time limit. */
function watchFailures() {
  const stop = new AbortController();
  let [hasSucceeded, failures] = [false, 0];
  let fatal: unknown;
  return {
    signal: stop.signal,
    noteSuccess(): void {
      hasSucceeded = true;
    },
    noteFailure(error: unknown): void {
      if (!(error instanceof GolemError) || !encoderErrors.has(error.code)) return;
      if (hasSucceeded || ++failures < maximumFailures || fatal !== undefined) return;
      fatal = error;
      stop.abort();
    },
    check(): void {
      if (fatal !== undefined) throw fatal;
    },
  };
}

function uniteParts(all: readonly EncoderSetParts[]): EncoderSetParts {
  const encoders = [...new Set(all.flatMap((parts) => parts.encoders))].sort((a, b) => a - b);
  return { encoders, transcriber: all.some((parts) => parts.transcriber) };
}

async function getPath(recording: Recording): Promise<string> {
  const source = await recording.open();
  await source.close();
  if (source.path !== undefined) return source.path;
  throw new GolemError("unreadable", `${recording.file} is not a file on this machine; expected one.`);
}

/** Downloads all remote recordings, one origin after the other. Rejects with the errors of origins. */
export async function fetchRecordings(recordings: readonly Recording[], options: WorkOptions): Promise<void> {
  const byOrigin = new Map<RecordingOrigin, Recording[]>();
  for (const recording of recordings) {
    if (!recording.origin) continue;
    const others = byOrigin.get(recording.origin);
    if (others) others.push(recording);
    else byOrigin.set(recording.origin, [recording]);
  }
  for (const [origin, wanted] of byOrigin) {
    throwIfAborted(options.signal);
    await origin.fetch(wanted, options);
  }
}
