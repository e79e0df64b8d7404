/**
 * Varied copies of the recordings of a run, computed as for a folder if the recordings can be read on this
 * machine. The embeddings of the originals are read from the shards.
 *
 * Not its concern: the choice of copies.
 */
import { GolemError, toErrorRecord } from "../../core/error.ts";
import type { Recording } from "../../dataset/dataset.ts";
import {
  computeEncoderFingerprint,
  computeTranscriberFingerprint,
} from "../../embed/embedding-fingerprint.ts";
import type { EmbeddedFile } from "../../embed/embedding-result.ts";
import type { EmbeddingStore, StoredEmbedding } from "../../embed/store.ts";
import { computeStoreKey } from "../../embed/store-key.ts";
import type { ResolvedEncoderSet } from "../../encoder/resolved-encoder.ts";
import type { Transcript } from "../../encoder/transcriber.ts";
import type { EmbedOptions } from "../../workflow/environment.ts";
import { embedRecordings } from "../data/embed-recordings.ts";
import type { CacheFolder } from "../disk/cache-folder.ts";
import { openFileSource } from "../disk/file-source.ts";
import { openObjectStore } from "../object-store/open-store.ts";
import type { RunOutputs } from "./embed-from-runs.ts";
import { readManifestShard } from "./manifest.ts";
import { createRecordingFetcher, type RecordingFetcher } from "./recording-fetcher.ts";
import { RunOrigin } from "./run-dataset.ts";

interface CopiesOptions extends EmbedOptions {
  readonly cache: CacheFolder;
  readonly store: EmbeddingStore;
}

/** Adds copies to outputs, in place; if recordings cannot be read, there are no copies but a warning. */
export async function addRunCopies(
  recordings: readonly Recording[],
  outputs: RunOutputs,
  encoderSet: ResolvedEncoderSet,
  { store, onWarning, ...options }: CopiesOptions,
): Promise<void> {
  const places = [...outputs.keys()].filter((place) => outputs[place] && !("code" in outputs[place]));
  const fetchers: RecordingFetcher[] = [];
  try {
    const located = await locate(recordings, places, options, fetchers);
    const known = createKnownStore(
      store,
      places.map((place) => outputs[place] as EmbeddedFile),
      encoderSet,
      options,
    );
    const { embedded } = await embedRecordings(located, { ...encoderSet, ...options, store: known });
    const copies = new Map(embedded.map((own) => [own.file, own.copies ?? []]));
    for (const [i, place] of places.entries()) {
      const output = outputs[place] as EmbeddedFile;
      outputs[place] = {
        ...output,
        copies: (copies.get(located[i]!.file) ?? []).map((copy) => ({
          facts: output.facts,
          embeddings: copy.vectors.map((vector) => ({ vector, frames: 0 })),
          ...(copy.text === undefined
            ? {}
            : { transcript: createTranscript(copy.text, copy.logprob ?? 0, copy.decoded ?? []) }),
        })),
      };
    }
  } catch (error) {
    if (options.signal?.aborted || !(error instanceof GolemError)) throw error;
    const { code, message } = toErrorRecord(error, "data-not-found");
    onWarning?.({
      code,
      message: `Trained without varied copies, since the recordings of the run cannot be read on this machine: ${message}`,
      hint: "Mount the data of the run where it was planned, or train with --augment none.",
    });
  } finally {
    for (const fetcher of fetchers) await fetcher.close();
  }
}

const createTranscript = (text: string, logprob: number, vectors: readonly Float32Array[]): Transcript => ({
  ...{ text, logprob, tokens: 0, steps: 0, vectors },
});

/** Finds the recordings as files on this machine. */
async function locate(
  recordings: readonly Recording[],
  places: readonly number[],
  { cache, signal }: Pick<CopiesOptions, "cache" | "signal">,
  fetchers: RecordingFetcher[],
): Promise<Recording[]> {
  const byShard = new Map<string, RecordingFetcher>();
  const found: Recording[] = [];
  for (const place of places) {
    const { origin, row = 0, ...recording } = recordings[place]!;
    if (!(origin instanceof RunOrigin)) {
      found.push(recordings[place]!);
      continue;
    }
    const { run } = origin;
    const shard = Math.floor(row / run.shardSize);
    const name = `${run.store.address} ${shard}`;
    let fetcher = byShard.get(name);
    if (!fetcher) {
      const data = await openObjectStore(run.data);
      const work = { cache, ...(signal ? { signal } : {}) };
      fetcher = createRecordingFetcher(data, await readManifestShard(run, shard, work), work);
      byShard.set(name, fetcher);
      fetchers.push(fetcher);
    }
    const { path } = await fetcher.fetch(row - shard * run.shardSize);
    const { open: _, ...fields } = recording;
    found.push({ ...fields, open: () => openFileSource(path) });
  }
  return found;
}

/** Creates a store that reads the originals from the shards, and everything else from the given store. */
function createKnownStore(
  store: EmbeddingStore,
  outputs: readonly EmbeddedFile[],
  { encoders, transcriber }: ResolvedEncoderSet,
  { audio }: EmbedOptions,
): EmbeddingStore {
  const embeddings = new Map<string, StoredEmbedding>();
  const transcripts = new Map<string, Transcript>();
  const fingerprints = encoders.map(({ info }) => computeEncoderFingerprint(info, audio));
  const spoken = transcriber && computeTranscriberFingerprint(transcriber.info, audio);
  for (const { fileHash, facts, embedding } of outputs) {
    if (!embedding) continue;
    for (const [i, fingerprint] of fingerprints.entries()) {
      embeddings.set(computeStoreKey(fileHash, fingerprint), {
        facts,
        vector: embedding.vectors[i]!,
        frames: 0,
      });
    }
    if (spoken !== undefined) {
      const { text = "", logprob = 0, decoded = [] } = embedding;
      transcripts.set(computeStoreKey(fileHash, spoken), createTranscript(text, logprob, decoded));
    }
  }
  return {
    get: (key) => embeddings.get(key) ?? store.get(key),
    put: (key, value) => store.put(key, value),
    transcripts: {
      get: (key) => transcripts.get(key) ?? store.transcripts.get(key),
      put: (key, value) => store.transcripts.put(key, value),
    },
    close: () => store.close(),
  };
}
