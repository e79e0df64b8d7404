/**
 * The environment of the workflow procedures in the studio: data sets are the shelf's tasks, embeddings are
 * those that the shelf keeps, and folds run on the workers beside this one.
 *
 * Not its concern: the procedures. Nothing is embedded here: recordings that are not embedded yet are passed
 * over.
 */

import { defaultRecipe } from "../../core/default-recipe.ts";
import { GolemError } from "../../core/error.ts";
import type { Dataset, Recording } from "../../dataset/dataset.ts";
import { collectEmbedded } from "../../embed/embedding-result.ts";
import { findBuiltInTranscriber, getEncoderDefinition } from "../../encoder/registry.ts";
import type { ResolvedEncoderSet } from "../../encoder/resolved-encoder.ts";
import type { Environment } from "../../workflow/environment.ts";
import type { Shelf } from "../data/shelf.ts";
import type { FoldCrew } from "./fold-crew.ts";
import { readEmbeddings } from "./kept-embeddings.ts";

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

/**
 * The recordings of a task as a data set called `name`; they are identified by their bytes' hashes and cannot
 * be opened.
 */
export async function openTask(
  shelf: Pick<Shelf, "listRecordings">,
  task: string,
  name: string,
): Promise<Dataset> {
  const recordings = (await shelf.listRecordings(task)).map(
    ({ file, label, speaker, source, split, hash }) => {
      const recording: Recording = {
        file,
        label,
        split: split ?? "none",
        open,
        ...(speaker === undefined ? {} : { speaker }),
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
    openDataset: async (data) => (typeof data === "string" ? openTask(await shelf, data, data) : data),
    resolveEncoderSet: async () => resolvedEncoders,
    async embed(recordings) {
      const own = recordings.map((recording) => hashes.get(recording)!);
      const kept = await readEmbeddings(await shelf, own);
      const outputs = kept.map((output, i) => output && { ...output, fileHash: own[i]! });
      return { ...collectEmbedded(recordings, outputs), computed: 0 };
    },
    createFoldRunner: (problem) => crew.run(problem),
    createCandidateRunner: (problem) => crew.compare(problem),
  };
}
