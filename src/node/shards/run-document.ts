/**
 * Reads and writes run.json, which describes the vectors, the recordings and the names of shards of a run.
 *
 * A shard's name is its number, a fingerprint of everything that determines its vectors, and a hash of its
 * list of recordings. A shard is written atomically when it is complete, so a shard that exists is
 * done; a shard computed twice is written twice under the same name. Not its concern: the list of recordings
 * (manifest.ts), the contents of shards.
 */
import { createHash } from "node:crypto";
import * as z from "zod/mini";
import type { AudioSettings } from "../../audio/audio.ts";
import { parseBoundedJson } from "../../core/bounded-json.ts";
import { checkSchema } from "../../core/check-schema.ts";
import { GolemError } from "../../core/error.ts";
import type { WorkOptions } from "../../core/progress.ts";
import {
  computeEncoderFingerprint,
  computeTranscriberFingerprint,
} from "../../embed/embedding-fingerprint.ts";
import type { EncoderInfo } from "../../encoder/encoder.ts";
import { decoderVectorNames, type TranscriberInfo } from "../../encoder/transcriber.ts";
import { type ObjectStore, readObject } from "../object-store/object-store.ts";
import { openObjectStore } from "../object-store/open-store.ts";
import { runFile } from "./run-defaults.ts";

/** Maximum number of recordings per shard, since their vectors are kept in memory. */
export const maximumShardSize = 65_536;
/** Maximum number of shards per run. */
const maximumShards = 1_000_000;
/** Maximum size of the document, in bytes. */
const maximumBytes = 64 << 20;
/** Maximum number of left-out recordings that are listed one by one. */
export const maximumSkippedListed = 10_000;
/** Number of hexadecimal digits of fingerprints and content hashes in names. */
const digits = 16;

const count = z.int().check(z.nonnegative());
const text = z.string().check(z.maxLength(4096));
const hash = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const short = z.string().check(z.regex(/^[0-9a-f]{16}$/));
const positive = count.check(z.positive(), z.maximum(65_536));
const source = {
  id: z.string().check(z.minLength(1), z.maxLength(512)),
  revision: text,
  sha256: z.record(text, hash),
  sampleRate: count.check(z.positive()),
};
const arithmetic = { precision: text, recipe: text };

const runDocument = z.object({
  format: z.literal("golem-run"),
  version: z.literal(1),
  createdBy: text,
  /** Location of the recordings: an absolute path, or s3://bucket/prefix. Keys are relative to it. */
  data: text,
  /** The data set as named by the user. */
  name: text,
  recordings: count,
  shardSize: positive,
  /** Hash of the list of recordings of each shard. */
  contents: z.array(short).check(z.minLength(1), z.maxLength(maximumShards)),
  /** The parts of the manifest; no shard is divided between parts. */
  manifest: z
    .array(z.object({ key: text, bytes: count, shards: count.check(z.positive()) }))
    .check(z.minLength(1), z.maxLength(10_000)),
  /** The options that named the encoders. */
  choice: z.object({
    encoder: z.optional(text),
    precision: z.optional(text),
    transcript: z.optional(z.boolean()),
  }),
  audio: z.object({
    trim: z.optional(z.boolean()),
    maximumSeconds: z.optional(z.number().check(z.positive())),
  }),
  /** Whether vectors are stored with 16 bits by default. */
  fp16: z.boolean(),
  encoders: z
    .array(z.object({ ...source, layers: positive, dimensions: positive, ...arithmetic }))
    .check(z.minLength(1), z.maxLength(100)),
  transcriber: z.optional(
    z.object({
      ...{ ...source, ...arithmetic },
      vectors: z
        .array(z.object({ name: z.enum(decoderVectorNames), size: positive }))
        .check(z.maxLength(decoderVectorNames.length)),
    }),
  ),
  /** Recordings that were left out of the list. */
  skipped: z
    .array(z.object({ file: text, code: text, message: text, hint: text }))
    .check(z.maxLength(maximumSkippedListed)),
});

/** The contents of run.json. */
export type RunDocument = z.infer<typeof runDocument>;

/** An open run. */
export interface Run extends RunDocument {
  readonly store: ObjectStore;
}

/** Opens a run. Rejects with `data-not-found`, `invalid-data`, and the errors of its store. */
export async function openRun(address: string, options: WorkOptions = {}): Promise<Run> {
  const store = await openObjectStore(address);
  const bytes = await readObject(store, runFile, maximumBytes, options).catch((error: unknown) => {
    if (!(error instanceof GolemError) || error.code !== "data-not-found") throw error;
    throw new GolemError("data-not-found", `${address} is not a run: it has no ${runFile}.`, {
      hint: "Create one: golem plan DATA --out RUN",
      cause: error,
    });
  });
  const fail = (found: string) =>
    new GolemError("invalid-data", `${runFile} of ${address} cannot be used: ${found}.`, {
      hint: "Plan the run again; finished shards are found again.",
    });
  const document = checkSchema(runDocument, parseBoundedJson(bytes, fail), fail);
  const expected = Math.ceil(document.recordings / document.shardSize);
  if (document.contents.length !== expected || countShards(document) !== expected) {
    throw fail(
      `${document.recordings} recordings need ${expected} shards of ${document.shardSize}; it lists ${document.contents.length}`,
    );
  }
  return { ...document, store };
}

const countShards = ({ manifest }: Pick<RunDocument, "manifest">): number =>
  manifest.reduce((sum, { shards }) => sum + shards, 0);

/** Writes the document. Rejects with `output-failed`. */
export async function saveRun(store: ObjectStore, document: RunDocument): Promise<void> {
  const line = `${JSON.stringify(document, undefined, 1)}\n`;
  await store.write(runFile, new TextEncoder().encode(line));
}

/** Gets the number of shards. */
export const getShardCount = ({ contents }: Pick<RunDocument, "contents">): number => contents.length;

/** Gets the number of recordings in a shard. */
export function getShardRows({ recordings, shardSize }: RunDocument, shard: number): number {
  return Math.max(0, Math.min(shardSize, recordings - shard * shardSize));
}

/** Computes the hash of a list of recordings, as written in the names of shards. */
export function computeContent(lines: readonly string[]): string {
  const hash = createHash("sha256");
  for (const line of lines) hash.update(line).update("\n");
  return hash.digest("hex").slice(0, digits);
}

/** Computes the fingerprint of everything that determines the vectors of a run, and their bit width. */
function computeRunFingerprint({ encoders, transcriber, audio }: RunRecipe, fp16: boolean): string {
  const parts: unknown[] = [
    audio.maximumSeconds ?? null,
    ...encoders.map((info) => computeEncoderFingerprint(info, audio)),
    ...(transcriber ? [computeTranscriberFingerprint(transcriber, audio)] : []),
    fp16 ? "fp16" : "fp32",
  ];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, digits);
}

/** Everything that determines the vectors of a run. */
export interface RunRecipe {
  readonly encoders: readonly EncoderInfo[];
  readonly transcriber?: TranscriberInfo | undefined;
  readonly audio: Partial<AudioSettings>;
}

/** Gets the recipe of a run. */
export function getRunRecipe({
  encoders,
  transcriber,
  audio: { trim, maximumSeconds },
}: RunDocument): RunRecipe {
  return {
    ...{ encoders, transcriber },
    audio: {
      ...(trim === undefined ? {} : { trim }),
      ...(maximumSeconds === undefined ? {} : { maximumSeconds }),
    },
  };
}

/** The folder of shards in a run. */
export const shardFolder = "shards/";

/** Gets the key of a shard; the shard need not exist. */
export function getShardKey(run: RunDocument, shard: number, fp16 = run.fp16): string {
  const number = String(shard).padStart(6, "0");
  return `${shardFolder}${number}-${getFingerprint(run, fp16)}-${run.contents[shard]}.parquet`;
}

const fingerprints = new WeakMap<RunDocument, Map<boolean, string>>();

function getFingerprint(run: RunDocument, fp16: boolean): string {
  const known = fingerprints.get(run) ?? new Map<boolean, string>();
  fingerprints.set(run, known);
  const fingerprint = known.get(fp16) ?? computeRunFingerprint(getRunRecipe(run), fp16);
  known.set(fp16, fingerprint);
  return fingerprint;
}

/** Throws `usage` for a number that is not that of a shard of the run. */
export function checkShard(run: RunDocument, shard: number): void {
  const shards = getShardCount(run);
  if (Number.isInteger(shard) && shard >= 0 && shard < shards) return;
  throw new GolemError("usage", `Shard ${shard} does not exist; the run has shards 0 to ${shards - 1}.`, {
    hint: "Array jobs are numbered from 0: --array=0-N (Slurm), completions: N (Kubernetes), a size of N (AWS Batch).",
  });
}
