/**
 * The environment of the workflow procedures in the studio: data sets are the shelf's tasks, embeddings are
 * those that the shelf keeps, and folds run on the workers beside this one.
 *
 * Not its concern: the procedures. Nothing is embedded here: recordings and copies that are not embedded yet
 * are passed over; `listMissingCopies` tells which copies a procedure needs.
 */

import type { Variation } from "../../augment/variation.ts";
import { defaultRecipe } from "../../core/default-recipe.ts";
import { GolemError } from "../../core/error.ts";
import type { Dataset, Recording } from "../../dataset/dataset.ts";
import { planCopy } from "../../embed/embed-copy.ts";
import type { EmbeddedSource } from "../../embed/embed-source.ts";
import { collectEmbedded, type EmbeddedFile } from "../../embed/embedding-result.ts";
import { findBuiltInTranscriber, getEncoderDefinition } from "../../encoder/registry.ts";
import type { ResolvedEncoderSet } from "../../encoder/resolved-encoder.ts";
import type { EmbeddingEnvironment, Environment } from "../../workflow/environment.ts";
import type { Shelf } from "../data/shelf.ts";
import type { FoldCrew } from "./fold-crew.ts";
import { readEmbeddings } from "./kept-embeddings.ts";
import { listStoreKeys } from "./studio-encoder-set.ts";

/** The encoder set of the studio, to be loaded. */
export const resolvedEncoders: ResolvedEncoderSet = {
  encoders: defaultRecipe.encoders.map((id) => {
    const { info, description, licence } = getEncoderDefinition(id);
    return { info, description, licence, source: { kind: "built-in" } };
  }),
  transcriber: findBuiltInTranscriber(defaultRecipe.transcriber),
};

/** Hashes of the recordings that came from the shelf. */
const hashes = new WeakMap<Recording, string>();

/** The recordings of a task as data set `name`, identified by hashes; they cannot be opened. */
export async function openTask(
  shelf: Pick<Shelf, "listRecordings">,
  task: string,
  name: string,
): Promise<Dataset> {
  const recordings = (await shelf.listRecordings(task)).map(
    ({ file, label, speaker, origin, source, split, hash }) => {
      const recording: Recording = {
        file,
        label,
        split: split ?? "none",
        open,
        ...(speaker === undefined ? {} : { speaker }),
        ...(origin === "synthetic" ? { isSynthetic: true } : {}),
        ...(source === undefined ? {} : { source }),
      };
      hashes.set(recording, hash);
      return recording;
    },
  );
  return { name, recordings, warnings: [], skipped: [] };
}

/** Files whose embeddings the shelf keeps, as recordings. */
export function createPool(
  files: readonly { readonly file: string; readonly label: string; readonly hash: string }[],
): Recording[] {
  return files.map(({ file, label, hash }) => {
    const recording: Recording = { file, label, split: "none", open };
    hashes.set(recording, hash);
    return recording;
  });
}

async function open(): Promise<never> {
  throw new GolemError("unreadable", "Recordings of the studio are read by the worker that embeds them.");
}

/** Creates the environment; a data set's name is the id of its task. */
export function createStudioEnvironment(shelf: Promise<Shelf>, crew: FoldCrew): Environment {
  return {
    ...createReader(shelf, async (hash, variations) => {
      const planned = variations.map((variation) => planCopy(hash, variation).copyHash);
      const copies: EmbeddedSource[] = [];
      for (const [place, copy] of (await readEmbeddings(await shelf, planned)).entries()) {
        if (copy) copies[place] = copy;
      }
      return copies;
    }),
    createFoldRunner: (problem) => crew.run(problem),
    createCandidateRunner: (problem) => crew.compare(problem),
  };
}

/** A varied copy to be embedded. */
export interface WantedCopy {
  /** SHA-256 of the recording's bytes. */
  readonly hash: string;
  readonly variation: Variation;
}

/** Hashes of copies that were found on the shelf: they are not read again, only looked for. */
const found = new Set<string>();

/** The copies that a procedure reads and the shelf does not have. Rejects with the procedure's errors. */
export async function listMissingCopies(
  shelf: Promise<Shelf>,
  procedure: (environment: EmbeddingEnvironment) => Promise<unknown>,
): Promise<WantedCopy[]> {
  const wanted = new Map<string, WantedCopy>();
  await procedure(
    createReader(shelf, async (hash, variations) => {
      for (const variation of variations) {
        const { copyHash } = planCopy(hash, variation);
        wanted.set(copyHash, { hash, variation });
      }
      return [];
    }),
  );
  const kept = await shelf;
  const known = [...wanted.keys()].filter((hash) => found.has(hash));
  const isThere = await kept.hasEmbeddings(known.map((hash) => listStoreKeys(hash)[0]!));
  for (const [i, hash] of known.entries()) if (!isThere[i]) found.delete(hash);
  const unread = [...wanted.keys()].filter((hash) => !found.has(hash));
  for (const [i, copy] of (await readEmbeddings(kept, unread)).entries()) if (copy) found.add(unread[i]!);
  return [...wanted].flatMap(([hash, copy]) => (found.has(hash) ? [] : [copy]));
}

function createReader(
  shelf: Promise<Shelf>,
  readCopies: (hash: string, variations: readonly Variation[]) => Promise<readonly EmbeddedSource[]>,
): EmbeddingEnvironment {
  return {
    openDataset: async (data) => (typeof data === "string" ? openTask(await shelf, data, data) : data),
    resolveEncoderSet: async () => resolvedEncoders,
    async embed(recordings, _encoderSet, { variations = [] }) {
      const own = recordings.map((recording) => hashes.get(recording)!);
      const outputs: (EmbeddedFile | undefined)[] = [];
      for (const [i, output] of (await readEmbeddings(await shelf, own)).entries()) {
        const fileHash = own[i]!;
        const copies = output && variations.length > 0 ? await readCopies(fileHash, variations) : [];
        outputs.push(output && { ...output, fileHash, copies });
      }
      return { ...collectEmbedded(recordings, outputs), computed: 0 };
    },
  };
}
