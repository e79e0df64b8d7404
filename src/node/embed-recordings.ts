/**
 * Hears the recordings of a data set in Node: looks up in the store what each network has said of them, runs what is missing
 * on all cores, keeps it.
 *
 * A file that fails is reported and left out; it never stops the others.
 * Not its concern: labels' meaning beyond silence, heads, the terminal.
 */
import type { AudioFacts, AudioSettings } from "../audio/audio.ts";
import { createTooLongError } from "../audio/mono-stream.ts";
import { GolemError, throwIfAborted, toErrorRecord } from "../core/error.ts";
import type { WorkOptions } from "../core/progress.ts";
import type { Recording, SkippedRecording } from "../dataset/dataset.ts";
import { type EmbeddedSource, getAudioSettings, getEmbedding, isSilent } from "../embed/embed-source.ts";
import {
  describeSilence,
  type EmbeddedRecording,
  type Embedding,
  welcomesSilence,
} from "../embed/embedded-recording.ts";
import type { EmbeddingStore } from "../embed/store.ts";
import { fetchRecordings } from "./data/fetch-recordings.ts";
import { type CacheFolder, getCacheFolder } from "./disk/cache-folder.ts";
import { createEncoderSetStore, type KnownEmbeddings } from "./disk/encoder-set-store.ts";
import { computeFileHash } from "./disk/file-hash.ts";
import type { Warning } from "./environment.ts";
import type { ResolvedEncoder, ResolvedEncoderSet } from "./models/encoder-source.ts";
import { type EncoderSetParts, prepareEncoderSet } from "./models/load-encoder-set.ts";
import { resolveEncoder } from "./models/resolve-encoder.ts";
import { createEmbeddingPool } from "./threads/embedding-pool.ts";

/** Options of {@link embedRecordings}. */
export interface EmbedRecordingsOptions extends WorkOptions {
  /** Each by what `resolveEncoder` takes, or as it was resolved; vectors come in their order. */
  readonly encoders: readonly (string | ResolvedEncoder)[];
  /** Whether the default encoder's transcriber listens too, default false. */
  readonly transcriber?: boolean | undefined;
  readonly audio?: Partial<AudioSettings> | undefined;
  readonly store: EmbeddingStore;
  readonly cache?: CacheFolder | undefined;
  /** Word for progress: "embedding" unless said otherwise. */
  readonly stage?: string | undefined;
}

/** Everything heard, in the order of the data set, and everything left out. */
export interface EmbeddingResult {
  readonly embedded: EmbeddedRecording[];
  readonly skipped: SkippedRecording[];
  /** Oddities of recordings that were embedded all the same. */
  readonly warnings: Warning[];
  /** For how many recordings something had to be computed. */
  readonly computed: number;
}

/** One recording of which something is missing. */
interface Task {
  readonly index: number;
  readonly path: string;
  readonly fileHash: string;
  readonly known: KnownEmbeddings;
  readonly parts: EncoderSetParts;
}

/** Hears recordings; rejects only when nothing can work (no weights) or with `aborted`. */
export async function embedRecordings(
  recordings: readonly Recording[],
  options: EmbedRecordingsOptions,
): Promise<EmbeddingResult> {
  const { signal, onProgress, cache = getCacheFolder(), stage = "embedding", audio = {} } = options;
  const encoders: ResolvedEncoder[] = [];
  for (const encoder of options.encoders) {
    encoders.push(typeof encoder === "string" ? await resolveEncoder(encoder, options) : encoder);
  }
  const encoderSet: ResolvedEncoderSet = { encoders, transcriber: options.transcriber ?? false };
  const store = createEncoderSetStore(options.store, encoderSet, audio);
  const { maximumSeconds } = getAudioSettings(0, audio);
  const results = new Array<(Embedding & { fileHash: string; facts: AudioFacts }) | SkippedRecording>(
    recordings.length,
  );
  const tasks: Task[] = [];
  await fetchRecordings(recordings, { signal, onProgress });
  for (const [index, recording] of recordings.entries()) {
    throwIfAborted(signal);
    try {
      const path = await getPath(recording);
      const fileHash = await computeFileHash(path, signal ? { signal } : {});
      const known = store.get(fileHash, recording.file);
      const seconds = known.facts?.seconds ?? 0;
      if (seconds > maximumSeconds) throw createTooLongError(recording.file, maximumSeconds, seconds);
      const parts = getMissingParts(encoderSet, known);
      if (parts) tasks.push({ index, path, fileHash, known, parts });
      else results[index] = { fileHash, ...complete(known) };
    } catch (error) {
      if (signal?.aborted) throw error;
      results[index] = { file: recording.file, ...toErrorRecord(error, "unreadable") };
    }
  }
  if (tasks.length > 0) {
    const wanted = uniteParts(tasks.map(({ parts }) => parts));
    const hearers: ResolvedEncoderSet = {
      encoders: wanted.encoders.map((i) => encoders[i]!),
      transcriber: wanted.transcriber,
    };
    await prepareEncoderSet(hearers, { signal, onProgress, cache });
    const pool = await createEmbeddingPool({
      encoderSet: hearers,
      audio,
      cache,
      tasks: tasks.length,
      signal,
    });
    const total = recordings.length;
    let completed = total - tasks.length;
    onProgress?.({ stage, completed, total });
    try {
      await Promise.all(
        tasks.map(async ({ index, path, fileHash, known, parts }) => {
          const { file } = recordings[index]!;
          try {
            const places = parts.encoders.map((i) => wanted.encoders.indexOf(i));
            const heard = await pool.hear(path, file, { ...parts, encoders: places });
            await store.put(fileHash, file, parts, heard);
            results[index] = { fileHash, ...complete(known, parts, heard) };
          } catch (error) {
            results[index] = { file, ...toErrorRecord(error, "encoder-failed") };
          }
          if (signal?.aborted) return;
          completed++;
          onProgress?.({ stage, completed, total });
        }),
      );
      // Only now, when nothing is under way: the caller may close the store as soon as it hears of it.
      throwIfAborted(signal);
    } finally {
      await pool.close();
    }
  }
  const embedded: EmbeddedRecording[] = [];
  const warnings: Warning[] = [];
  const skipped: SkippedRecording[] = [];
  for (const [index, recording] of recordings.entries()) {
    const result = results[index]!;
    if ("code" in result) {
      skipped.push(result);
      continue;
    }
    const { file, label, split, speaker } = recording;
    if (isSilent(result.facts) && !welcomesSilence([label])) {
      skipped.push({ file, ...describeSilence(file) });
      continue;
    }
    warnings.push(...result.facts.warnings.map((warning) => ({ ...warning, file })));
    embedded.push({ file, label, split, ...result, ...(speaker === undefined ? {} : { speaker }) });
  }
  return { embedded, skipped, warnings, computed: tasks.length };
}

/** What has to be heard of a recording; undefined when everything is known. */
function getMissingParts(
  encoderSet: ResolvedEncoderSet,
  known: KnownEmbeddings,
): EncoderSetParts | undefined {
  const encoders = [...known.embeddings.keys()].filter((i) => !known.embeddings[i]);
  // Facts are kept with embeddings; without any, they come of hearing the recording again.
  const transcriber = encoderSet.transcriber && !(known.transcript && (known.facts || encoders.length > 0));
  return encoders.length > 0 || transcriber ? { encoders, transcriber } : undefined;
}

function uniteParts(all: readonly EncoderSetParts[]): EncoderSetParts {
  const encoders = [...new Set(all.flatMap((parts) => parts.encoders))].sort((a, b) => a - b);
  return { encoders, transcriber: all.some((parts) => parts.transcriber) };
}

/** Joins what was known of a recording with what `parts` of the listener heard now. */
function complete(
  known: KnownEmbeddings,
  parts?: EncoderSetParts,
  heard?: EmbeddedSource,
): Embedding & { facts: AudioFacts } {
  const embeddings = known.embeddings.map(
    (embedding, i) => embedding ?? heard!.embeddings[parts!.encoders.indexOf(i)]!,
  );
  const transcript = heard?.transcript ?? known.transcript;
  return {
    facts: (known.facts ?? heard?.facts)!,
    ...getEmbedding({ embeddings, ...(transcript ? { transcript } : {}) }),
  };
}

async function getPath(recording: Recording): Promise<string> {
  const source = await recording.open();
  await source.close();
  if (source.path !== undefined) return source.path;
  throw new GolemError("unreadable", `${recording.file} is not a file on this machine; expected one.`);
}
