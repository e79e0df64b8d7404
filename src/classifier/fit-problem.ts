/**
 * Converts embedded recordings to the problem that folds share: rows, classes, speakers, and fitting options.
 *
 * Not its concern: folds, scores, files.
 */
import { countLabels } from "../dataset/classes.ts";
import type { EmbeddedRecording, Embedding } from "../embed/embedded-recording.ts";
import { getGroup } from "../embed/sources.ts";
import type { ClassifierOptions } from "./classifier.ts";
import type { FitProblem } from "./fold-runner.ts";
import type { EncoderSetInfo } from "./view.ts";

/**
 * Creates the problem; also returns the names of its classes in their order. Of `options`, only those that
 * affect a classifier are kept.
 */
export function createFitProblem(
  recordings: readonly EmbeddedRecording[],
  encoderSet: EncoderSetInfo,
  options: ClassifierOptions,
): { readonly problem: FitProblem; readonly labels: readonly string[] } {
  const labels = [...countLabels(recordings).keys()];
  const problem: FitProblem = {
    embeddings: recordings.map(pickEmbedding),
    ...(recordings.some(({ copies = [] }) => copies.length > 0)
      ? { copies: recordings.map(({ copies = [] }) => copies.map(pickEmbedding)) }
      : {}),
    labels: recordings.map(({ label }) => labels.indexOf(label)),
    classes: labels.length,
    groups: recordings.map(getGroup),
    ...(recordings.some(({ isSynthetic }) => isSynthetic)
      ? { synthetic: recordings.map(({ isSynthetic }) => isSynthetic === true) }
      : {}),
    groupedBy: recordings.some(({ source }) => source !== undefined) ? "source" : "speaker",
    encoderSet,
    options: pickClassifierOptions(options),
  };
  return { problem, labels };
}

function pickEmbedding({ vectors, text, logprob, decoded }: Embedding): Embedding {
  return {
    vectors,
    ...(text === undefined ? {} : { text }),
    ...(logprob === undefined ? {} : { logprob }),
    ...(decoded === undefined ? {} : { decoded }),
  };
}

/**
 * Selects the options that affect a classifier, without callbacks and signals: plain data that can be sent to
 * another thread.
 */
function pickClassifierOptions({
  seed,
  layer,
  pooling,
  head,
  headOptions,
  augment,
}: ClassifierOptions): ClassifierOptions {
  return {
    seed,
    ...(layer === undefined ? {} : { layer }),
    ...(pooling === undefined ? {} : { pooling }),
    ...(head === undefined ? {} : { head }),
    ...(headOptions === undefined ? {} : { headOptions }),
    ...(augment === undefined ? {} : { augment }),
  };
}
