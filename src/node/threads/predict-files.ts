/**
 * Predicts many files on all cores and yields the predictions in the order of the files.
 *
 * Embeddings are not stored, since a predicted file is rarely predicted again.
 */
import { resolve } from "node:path";
import { throwIfAborted } from "../../core/error.ts";
import type { ResolvedEncoderSet } from "../../encoder/resolved-encoder.ts";
import type { GolemModel } from "../../golem/golem-model.ts";
import { type AudioPrediction, getAudioOf, predictEmbedded } from "../../golem/predict-embedded.ts";
import { getCacheFolder } from "../disk/cache-folder.ts";
import type { EnvironmentOptions } from "../environment.ts";
import { prepareEncoderSet } from "../models/load-encoder-set.ts";
import { resolveGolemEncoderSet } from "../models/resolve-encoder-set.ts";
import { createEmbeddingPool } from "./embedding-pool.ts";

/** The result for one file: a prediction, or the error that it failed with. */
export interface FilePrediction<Label extends string = string> {
  readonly file: string;
  readonly prediction?: AudioPrediction<Label>;
  readonly error?: unknown;
}

/** Maximum number of files embedded ahead of the one being yielded; limits memory. */
const ahead = 64;

/**
 * Predicts files with the golem's encoder set, which is resolved if not given. Rejects only if no file can be
 * predicted (no weights) or with `aborted`.
 */
export async function* predictFiles(
  model: GolemModel,
  files: readonly string[],
  options: EnvironmentOptions & { readonly encoderSet?: ResolvedEncoderSet | undefined } = {},
): AsyncGenerator<FilePrediction> {
  const { signal, onProgress, cache = getCacheFolder() } = options;
  const encoderSet =
    options.encoderSet ?? (await resolveGolemEncoderSet(model, { signal, onProgress, cache }));
  await prepareEncoderSet(encoderSet, { signal, onProgress, cache });
  const audio = getAudioOf(model.document);
  const pool = await createEmbeddingPool({
    ...{ encoderSet, audio, cache, signal },
    identify: false,
    tasks: files.length,
  });
  const start = (file: string): Promise<FilePrediction> =>
    pool.embed(resolve(file), file).then(
      (embedded) => {
        try {
          return { file, prediction: predictEmbedded(model, embedded, file) };
        } catch (error) {
          return { file, error };
        }
      },
      (error: unknown) => ({ file, error }),
    );
  try {
    const pending: Promise<FilePrediction>[] = [];
    for (let next = 0, done = 0; done < files.length; done++) {
      while (next < files.length && pending.length < ahead) pending.push(start(files[next++]!));
      const answer = await pending.shift()!;
      throwIfAborted(signal);
      yield answer;
      if (files.length > 1) onProgress?.({ stage: "predicting", completed: done + 1, total: files.length });
    }
  } finally {
    await pool.close();
  }
}
