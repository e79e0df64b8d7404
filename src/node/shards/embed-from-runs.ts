/**
 * Reads the embeddings of recordings of runs from shards instead of computing them.
 *
 * Up to `maximumDense` recordings are kept in memory, as for a folder; with more, vectors are read when they
 * are used.
 * Not its concern: how shards are written.
 */
import { isDeepStrictEqual } from "node:util";
import type { AudioSettings } from "../../audio/audio.ts";
import { createTooLongError } from "../../audio/mono-stream.ts";
import { GolemError, throwIfAborted, toErrorRecord } from "../../core/error.ts";
import type { Recording, SkippedRecording } from "../../dataset/dataset.ts";
import { getAudioSettings } from "../../embed/embed-source.ts";
import {
  computeEncoderFingerprint,
  computeTranscriberFingerprint,
} from "../../embed/embedding-fingerprint.ts";
import { collectEmbedded, type EmbeddedFile, type EmbeddingResult } from "../../embed/embedding-result.ts";
import type { EmbeddingStore } from "../../embed/store.ts";
import { parseFacts } from "../../embed/stored-facts.ts";
import type { ResolvedEncoderSet } from "../../encoder/resolved-encoder.ts";
import { maximumDense } from "../../head/large-ridge.ts";
import type { EmbedOptions, WorkflowOptions } from "../../workflow/environment.ts";
import { embedRecordings } from "../data/embed-recordings.ts";
import type { CacheFolder } from "../disk/cache-folder.ts";
import { addRunCopies } from "./copies-of-runs.ts";
import { createLazyEmbedding, type EmbeddingColumns, readEmbedding } from "./lazy-embedding.ts";
import { findLocalShard } from "./local-shard.ts";
import { RunOrigin } from "./run-dataset.ts";
import { getRunRecipe, getShardRows, type Run } from "./run-document.ts";
import { listVectorColumns } from "./shard-columns.ts";
import { openShardVectors, readShardValues } from "./shard-reader.ts";

/** With more recordings, fingerprints, which only the doctor uses, are not kept: they take 2 KB each. */
const maximumFingerprinted = 100_000;

/** Options of {@link embedFromRuns}. */
export interface RunEmbedOptions extends EmbedOptions {
  readonly cache: CacheFolder;
  /** Opens the store for recordings that are not of runs. */
  readonly openStore: (onWarning: WorkflowOptions["onWarning"]) => Promise<EmbeddingStore>;
}

/**
 * Embeds recordings, those of runs from their shards. Rejects with `invalid-option` for a run without the
 * vectors of the encoders, `invalid-data` for damaged shards, and the errors of `embedRecordings`.
 */
export async function embedFromRuns(
  recordings: readonly Recording[],
  encoderSet: ResolvedEncoderSet,
  { onWarning, openStore, ...options }: RunEmbedOptions,
): Promise<EmbeddingResult> {
  const outputs = await readOutputs(recordings, encoderSet, options);
  if (options.variations && options.variations.length > 0) {
    const store = await openStore(onWarning);
    await addRunCopies(recordings, outputs, encoderSet, { ...options, onWarning, store });
  }
  const others = recordings.filter(({ row }) => row === undefined);
  const own = { ...collectEmbedded(recordings, outputs), computed: 0 };
  if (others.length === 0) return own;
  const rest = await embedRecordings(others, {
    ...{ ...encoderSet, ...options },
    store: await openStore(onWarning),
  });
  const places = new Map(recordings.map(({ file }, place) => [file, place]));
  const embedded = [...own.embedded, ...rest.embedded];
  embedded.sort((a, b) => places.get(a.file)! - places.get(b.file)!);
  return {
    embedded,
    skipped: [...own.skipped, ...rest.skipped],
    warnings: [...own.warnings, ...rest.warnings],
    computed: rest.computed,
  };
}

/** The outputs for recordings from shards, in their order. */
export type RunOutputs = (EmbeddedFile | SkippedRecording | undefined)[];

async function readOutputs(
  recordings: readonly Recording[],
  encoderSet: ResolvedEncoderSet,
  { audio, signal, onProgress, cache }: Omit<RunEmbedOptions, "openStore">,
): Promise<RunOutputs> {
  const outputs: RunOutputs = new Array(recordings.length);
  const isLazy = recordings.length > maximumDense;
  const { maximumSeconds } = getAudioSettings(0, audio);
  let completed = 0;
  for (const [origin, places] of groupByRun(recordings)) {
    const { run, done } = origin;
    const columns = findColumns(run, encoderSet, audio);
    for (const [shard, own] of groupByShard(run, recordings, places)) {
      throwIfAborted(signal);
      const path = await findLocalShard(run, done.get(shard)!, { cache, signal });
      const values = await readShardValues(path);
      if (values.length !== getShardRows(run, shard)) {
        throw new GolemError(
          "invalid-data",
          `The shard ${path} has ${values.length} rows; expected ${getShardRows(run, shard)}.`,
          {
            hint: "Delete it, and embed it again: golem embed --run RUN",
          },
        );
      }
      const good: number[] = [];
      let count = 0;
      for (const [i, { error }] of values.entries()) good[i] = error ? -1 : count++;
      const vectors = await openShardVectors(path, listVectorColumns(getRunRecipe(run)), count);
      for (const place of own) {
        const { file, row } = recordings[place]!;
        const value = values[row! - shard * run.shardSize]!;
        const facts = value.facts === undefined ? undefined : parseFacts(value.facts);
        if (value.error || !facts || value.sha256 === undefined) {
          const damaged = {
            code: "invalid-data",
            message: `${file}: its row in ${path} cannot be read.`,
            hint: "",
          };
          outputs[place] = { file, ...(value.error ?? damaged) };
          continue;
        }
        if (facts.seconds > maximumSeconds) {
          const error = createTooLongError(file, maximumSeconds, facts.seconds);
          outputs[place] = { file, ...toErrorRecord(error, "too-long") };
          continue;
        }
        const create = isLazy ? createLazyEmbedding : readEmbedding;
        const { vectors: read, decoded } = create(vectors, columns, good[row! - shard * run.shardSize]!);
        outputs[place] = {
          fileHash: value.sha256,
          facts:
            recordings.length > maximumFingerprinted ? { ...facts, fingerprint: none, levels: none } : facts,
          embeddings: [],
          embedding: {
            vectors: read,
            ...(encoderSet.transcriber === undefined
              ? {}
              : { text: value.text ?? "", logprob: value.logprob ?? 0, decoded }),
          },
        };
      }
      if (!isLazy) vectors.close();
      completed += own.length;
      onProgress?.({ stage: "reading shards", completed, total: recordings.length });
    }
  }
  return outputs;
}

const none = new Uint32Array(0);

function groupByRun(recordings: readonly Recording[]): Map<RunOrigin, number[]> {
  const groups = new Map<RunOrigin, number[]>();
  for (const [place, { row, origin }] of recordings.entries()) {
    if (row === undefined || !(origin instanceof RunOrigin)) continue;
    const group = groups.get(origin);
    if (group) group.push(place);
    else groups.set(origin, [place]);
  }
  return groups;
}

function groupByShard(
  { shardSize }: Run,
  recordings: readonly Recording[],
  places: readonly number[],
): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (const place of places) {
    const shard = Math.floor(recordings[place]!.row! / shardSize);
    const group = groups.get(shard);
    if (group) group.push(place);
    else groups.set(shard, [place]);
  }
  return groups;
}

/**
 * Finds the columns of a run with the vectors of an encoder set. Throws `invalid-option` if one is missing.
 */
export function findColumns(
  run: Run,
  { encoders, transcriber }: ResolvedEncoderSet,
  audio: Partial<AudioSettings> | undefined,
): EmbeddingColumns {
  const recipe = getRunRecipe(run);
  const columns = listVectorColumns(recipe);
  const known = recipe.encoders.map((info) => computeEncoderFingerprint(info, recipe.audio));
  const layers = encoders.map(({ info }) => {
    const requested = computeEncoderFingerprint(info, audio);
    const place = known.findIndex((own) => isSameJson(own, requested));
    if (place < 0) throw createOtherError(run, info.id);
    return [...columns.entries()].flatMap(([i, own]) =>
      "encoder" in own.place && own.place.encoder === place ? [i] : [],
    );
  });
  if (transcriber === undefined) return { layers, decoded: [] };
  const isSame =
    recipe.transcriber &&
    isSameJson(
      computeTranscriberFingerprint(recipe.transcriber, recipe.audio),
      computeTranscriberFingerprint(transcriber.info, audio),
    );
  if (!isSame) throw createOtherError(run, `the transcripts of ${transcriber.info.id}`);
  const decoded = [...columns.entries()].flatMap(([i, { place }]) => ("decoded" in place ? [i] : []));
  return { layers, decoded };
}

/** Whether two documents are equal, regardless of the order of their fields. */
const isSameJson = (a: string, b: string): boolean => isDeepStrictEqual(JSON.parse(a), JSON.parse(b));

function createOtherError(run: Run, requested: string): GolemError {
  const ids = run.encoders.map(({ id }) => id).join(" and ");
  const found = `${ids}${run.transcriber ? " with transcripts" : " without transcripts"}${run.audio.trim === false ? ", not trimmed" : ""}`;
  return new GolemError(
    "invalid-option",
    `${run.store.address} was embedded with ${found}; it does not contain the requested ${requested}.`,
    {
      hint: "Request its contents (--encoder, --no-transcript, --no-trim), or plan another run with the encoders you need.",
    },
  );
}
