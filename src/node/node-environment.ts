/**
 * The environment of the workflow procedures in Node: data sets from disk or the Hub, embeddings from the
 * store in the cache folder, missing embeddings and folds computed on all cores.
 *
 * Not its concern: the procedures, the terminal.
 */
import type { EmbeddingStore } from "../embed/store.ts";
import type { EncoderChoice, Environment, WorkflowOptions } from "../workflow/environment.ts";
import { embedRecordings } from "./data/embed-recordings.ts";
import { openDataset } from "./data/open-dataset.ts";
import { getCacheFolder } from "./disk/cache-folder.ts";
import { openEmbeddingStore } from "./disk/file-store.ts";
import type { EnvironmentOptions } from "./environment.ts";
import { resolveEncoderSet } from "./models/resolve-encoder-set.ts";
import { createCandidateRunner, createFoldRunner } from "./threads/fold-runner-node.ts";

/** The choice of encoders recorded in a run. */
interface RunChoice {
  readonly choice?: EncoderChoice;
}

/** Returns the named encoders, else those of the run. */
function joinChoices(choice: EncoderChoice, run: EncoderChoice = {}): EncoderChoice {
  const named = Object.fromEntries(Object.entries(choice).filter(([, value]) => value !== undefined));
  if (choice.encoder !== undefined) return choice;
  const transcript = run.transcript === false ? { transcript: false } : {};
  return { ...run, ...named, ...transcript };
}

/**
 * Runs a procedure in Node. The store is opened when the first recordings are embedded, and closed when the
 * procedure ends.
 */
export async function runInNode<Result>(
  { cache = getCacheFolder(), device }: Pick<EnvironmentOptions, "cache" | "device">,
  procedure: (environment: Environment) => Promise<Result>,
): Promise<Result> {
  let store: Promise<EmbeddingStore> | undefined;
  /** The encoders with which the first opened run was embedded. */
  let runChoice: EncoderChoice | undefined;
  const openStore = (onWarning: WorkflowOptions["onWarning"]): Promise<EmbeddingStore> => {
    store ??= openEmbeddingStore(cache.embeddings, { onWarning });
    return store;
  };
  const environment: Environment = {
    async openDataset(data, options, limit, maximumListed) {
      const dataset = await openDataset(data, { ...options, cache }, limit, maximumListed);
      const origin = dataset.recordings[0]?.origin as RunChoice | undefined;
      runChoice ??= origin?.choice;
      return dataset;
    },
    resolveEncoderSet: (choice, { signal, onProgress, onWarning }) =>
      resolveEncoderSet(joinChoices(choice, runChoice), { signal, onProgress, onWarning, cache }),
    async embed(recordings, encoderSet, { onWarning, ...options }) {
      if (recordings.some(({ row }) => row !== undefined)) {
        const { embedFromRuns } = await import("./shards/embed-from-runs.ts");
        return embedFromRuns(recordings, encoderSet, { ...options, onWarning, cache, openStore });
      }
      return embedRecordings(recordings, {
        ...{ ...encoderSet, ...options, cache, device, onWarning },
        store: await openStore(onWarning),
      });
    },
    async readUnlisted(unlisted, inMemory, encoderSet, options) {
      const [{ readUnlisted }, { UnlistedRows }] = await Promise.all([
        import("./shards/unlisted-rows.ts"),
        import("./shards/run-dataset.ts"),
      ]);
      if (!(unlisted instanceof UnlistedRows))
        throw new TypeError("Unlisted recordings must be those of a run.");
      return readUnlisted(unlisted, inMemory, encoderSet, { ...options, cache });
    },
    createFoldRunner,
    createCandidateRunner,
  };
  try {
    return await procedure(environment);
  } finally {
    await (await store?.catch(() => undefined))?.close();
  }
}
