/**
 * Embeds the recordings of a data set in Node: looks each up in the store, runs what is missing on all cores, keeps it.
 *
 * A file that fails is reported and left out; it never stops the others.
 * Must not know: labels' meaning beyond silence, heads, the terminal.
 */
import { type AudioSettings, defaultAudioSettings } from "../audio/audio.ts";
import { describeAudio } from "../audio/describe-audio.ts";
import { tooLong } from "../audio/mono-stream.ts";
import { GolemError, throwIfAborted, toErrorRecord } from "../core/error.ts";
import type { WorkOptions } from "../core/progress.ts";
import type { Recording, SkippedRecording } from "../dataset/dataset.ts";
import type { EncoderInfo } from "../encoder/encoder.ts";
import { getAudioSettings, isSilent } from "../golem/embed-source.ts";
import { type EmbeddedRecording, negativeLabels, welcomesSilence } from "../golem/embedded-recording.ts";
import type { EmbeddingStore, StoredEmbedding } from "../store/store.ts";
import { computeStoreKey } from "../store/store-key.ts";
import { type CacheFolder, getCacheFolder } from "./cache-folder.ts";
import { createEmbeddingPool } from "./embedding-pool.ts";
import type { ResolvedEncoder } from "./encoder-source.ts";
import type { Warning } from "./environment.ts";
import { fetchRecordings } from "./fetch-recordings.ts";
import { computeFileHash } from "./file-hash.ts";
import { prepareEncoder } from "./load-encoder.ts";
import { resolveEncoder } from "./resolve-encoder.ts";

/** Options of {@link embedRecordings}. */
export interface EmbedRecordingsOptions extends WorkOptions {
  /** By what `resolveEncoder` takes, or as it was resolved. */
  readonly encoder: string | ResolvedEncoder;
  readonly audio?: Partial<AudioSettings> | undefined;
  readonly store: EmbeddingStore;
  readonly cache?: CacheFolder | undefined;
  /** Word for progress: "embedding" unless said otherwise. */
  readonly stage?: string | undefined;
}

/** Everything embedded, in the order of the data set, and everything left out. */
export interface EmbeddingResult {
  readonly embedded: EmbeddedRecording[];
  readonly skipped: SkippedRecording[];
  /** Oddities of recordings that were embedded all the same. */
  readonly warnings: Warning[];
  /** How many embeddings had to be computed. */
  readonly computed: number;
}

/** What identifies an embedding besides the recording: encoder and audio pipeline. */
function computeFingerprint(info: EncoderInfo, audio?: Partial<AudioSettings>): string {
  // How long a recording may be does not change what is heard of it.
  const { maximumSeconds } = defaultAudioSettings;
  const settings = getAudioSettings(info.sampleRate, { ...audio, maximumSeconds });
  return JSON.stringify({ encoder: info, audio: describeAudio(settings) });
}

/** Embeds recordings; rejects only when nothing can work (no weights) or with `aborted`. */
export async function embedRecordings(
  recordings: readonly Recording[],
  options: EmbedRecordingsOptions,
): Promise<EmbeddingResult> {
  const { signal, onProgress, store, cache = getCacheFolder(), stage = "embedding" } = options;
  const encoder =
    typeof options.encoder === "string" ? await resolveEncoder(options.encoder, options) : options.encoder;
  const fingerprint = computeFingerprint(encoder.info, options.audio);
  const { maximumSeconds } = getAudioSettings(encoder.info.sampleRate, options.audio);
  const results = new Array<{ fileHash: string; embedding: StoredEmbedding } | SkippedRecording>(
    recordings.length,
  );
  const missing: { index: number; path: string; fileHash: string; key: string }[] = [];
  await fetchRecordings(recordings, { signal, onProgress });
  for (const [index, recording] of recordings.entries()) {
    throwIfAborted(signal);
    try {
      const path = await getPath(recording);
      const fileHash = await computeFileHash(path, signal ? { signal } : {});
      const key = computeStoreKey(fileHash, fingerprint);
      const embedding = store.get(key);
      if (embedding) {
        const { seconds } = embedding.facts;
        if (seconds > maximumSeconds) throw tooLong(recording.file, maximumSeconds, seconds);
        results[index] = { fileHash, embedding: renameWarnings(embedding, anyName, recording.file) };
      } else missing.push({ index, path, fileHash, key });
    } catch (error) {
      if (signal?.aborted) throw error;
      results[index] = { file: recording.file, ...toErrorRecord(error, "unreadable") };
    }
  }
  if (missing.length > 0) {
    await prepareEncoder(encoder, { signal, onProgress, cache });
    const pool = await createEmbeddingPool({
      encoder,
      audio: options.audio ?? {},
      cache,
      tasks: missing.length,
      signal,
    });
    const total = recordings.length;
    let completed = total - missing.length;
    onProgress?.({ stage, completed, total });
    try {
      await Promise.all(
        missing.map(async ({ index, path, fileHash, key }) => {
          const { file } = recordings[index]!;
          try {
            const embedding = await pool.embed(path, file);
            await store.put(key, renameWarnings(embedding, file, anyName));
            results[index] = { fileHash, embedding };
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
    const { fileHash, embedding } = result;
    if (isSilent(embedding.facts) && !welcomesSilence([recording.label])) {
      skipped.push({ file: recording.file, ...describeSilence(recording.file) });
      continue;
    }
    const { file, label, split, speaker } = recording;
    warnings.push(...embedding.facts.warnings.map((warning) => ({ ...warning, file })));
    embedded.push({
      ...{ file, label, split, fileHash, facts: embedding.facts, vector: embedding.vector },
      ...(speaker === undefined ? {} : { speaker }),
    });
  }
  return { embedded, skipped, warnings, computed: missing.length };
}

/** The error for a recording with nothing to hear in it. */
function describeSilence(file: string): { code: "silent"; message: string; hint: string } {
  return {
    code: "silent",
    message: `${file} holds nothing to hear; expected sound in it.`,
    hint: `Record it again, leave it out, or give it the label ${negativeLabels.join(", ")}.`,
  };
}

/** Stands for the file in warnings that are kept: the same bytes may have another name next time. */
const anyName = "\u0000file\u0000";

function renameWarnings(embedding: StoredEmbedding, from: string, to: string): StoredEmbedding {
  const { facts } = embedding;
  if (facts.warnings.length === 0) return embedding;
  const warnings = facts.warnings.map((warning) => ({
    ...warning,
    message: warning.message.replaceAll(from, to),
  }));
  return { ...embedding, facts: { ...facts, warnings } };
}

async function getPath(recording: Recording): Promise<string> {
  const source = await recording.open();
  await source.close();
  if (source.path !== undefined) return source.path;
  throw new GolemError("unreadable", `${recording.file} is not a file on this machine; expected one.`);
}
