/**
 * Compares encoders on a data set: all are scored on the same folds, and the smallest within one standard
 * error of the best is marked.
 *
 * Not its concern: how encoders are found and run.
 */

import { type LabelledRows, pickLabelledRows } from "../classifier/labelled-rows.ts";
import type { EncoderSetInfo } from "../classifier/view.ts";
import { GolemError } from "../core/error.ts";
import type { Dataset, SkippedRecording } from "../dataset/dataset.ts";
import { crossValidate } from "../evaluate/cross-validate.ts";
import { computeEvaluation } from "../evaluate/evaluate.ts";
import { chooseSimplest } from "../evaluate/one-standard-error.ts";
import { type CandidateScore, computeCorrectness, type HeadComparison } from "./compare-candidates.ts";
import type { Environment } from "./environment.ts";
import type { MeasureOptions } from "./training-options.ts";
import { type EmbeddedRows, embedTrainingRows } from "./training-rows.ts";

/** Options of {@link compareEncoders}. */
export interface CompareEncodersChoices extends Omit<MeasureOptions, "encoder" | "precision"> {
  /** At least two different names, as `encoder` of training takes them. */
  readonly encoders: readonly string[];
  /** Repeats of cross-validation; default 10. */
  readonly repeats?: number;
}

interface EncoderScore extends Omit<CandidateScore, "trainAccuracy"> {
  /** Approximate number of weights of its networks: 12 x dimensions^2 per layer, as in a transformer. */
  readonly weights: number;
}

/** The comparison, and its conditions. Candidates are in ascending order of weights. */
export interface EncoderComparison extends Omit<HeadComparison, "candidates" | "givenUp"> {
  readonly candidates: readonly EncoderScore[];
  readonly skipped: readonly SkippedRecording[];
}

/**
 * Compares encoders by cross-validation on the recordings that all of them can embed. Errors: those of
 * `train`; `too-few-recordings` for a class with one recording; `invalid-option` unless at least two
 * different encoders are named.
 */
export async function compareEncoders(
  environment: Environment,
  data: string | Dataset,
  { encoders, repeats, ...options }: CompareEncodersChoices,
): Promise<EncoderComparison> {
  if (encoders.length < 2 || new Set(encoders).size < encoders.length) {
    throw new GolemError(
      "invalid-option",
      `The encoders to compare are ${encoders.join(", ") || "none"}; expected at least two different ones.`,
      { hint: "For example: auto,moonshine-base." },
    );
  }
  const { signal, onProgress } = options;
  const embedded: (EmbeddedRows & { name: string })[] = [];
  for (const encoder of encoders) {
    embedded.push({
      name: encoder,
      ...(await embedTrainingRows(environment, data, { ...options, encoder })),
    });
  }
  const sized = embedded
    .map((rows) => ({ ...rows, weights: countWeights(rows.problem.encoderSet) }))
    .sort((a, b) => a.weights - b.weights);
  const common = pickCommonRows(sized);
  const { labels: truth, groups, groupedBy } = common[0]!;
  const { labels } = sized[0]!;
  const measured = [];
  for (const [i, problem] of common.entries()) {
    const runner = await environment.createFoldRunner(problem, signal);
    const { fitPredict, concurrency } = runner;
    const seed = problem.options.seed;
    const input = {
      labels: truth,
      classes: labels,
      groups,
      groupedBy,
      seed,
      repeats,
      fitPredict,
      concurrency,
    };
    const { name, weights } = sized[i]!;
    const validation = await crossValidate(input, { signal, onProgress }).finally(() => runner.close());
    measured.push({ name, weights, validation });
  }
  const [plan] = measured.map(({ validation }) => validation);
  const { grouping, k, growth, reason } = plan!;
  const { best, simplest, distances } = chooseSimplest({
    truth,
    groups: grouping === "speaker" ? groups : undefined,
    correctness: measured.map(({ validation }) => computeCorrectness(validation.probabilities, truth)),
  });
  return {
    ...{ labels, recordings: truth.length, chance: 1 / labels.length, grouping },
    ...(reason === undefined ? {} : { groupingReason: reason }),
    ...(groupedBy === "source" ? { groupedBy } : {}),
    ...{ folds: k, repeats: plan!.repeats },
    candidates: measured.map(({ name, weights, validation: { probabilities } }, i): EncoderScore => {
      const { balancedAccuracy, interval, logLoss } = computeEvaluation({
        ...{ protocol: "cross-validation", labels, truth, probabilities, groups, k, grouping, growth },
        trainAccuracy: 1,
      });
      const { difference, standardError, isClose } = distances[i]!;
      const score = { name, weights, balancedAccuracy, interval, logLoss, difference, standardError };
      return { ...score, withinOneStandardError: isClose };
    }),
    ...{ best: measured[best]!.name, simplest: measured[simplest]!.name },
    skipped: sized.find(({ skipped }) => skipped.length > 0)?.skipped ?? [],
  };
}

/** Estimates the number of weights of a set's networks. */
function countWeights({ encoders, transcriber }: EncoderSetInfo): number {
  const reader = encoders.find(({ id }) => id === transcriber?.id);
  return [...encoders, ...(reader ? [reader] : [])].reduce(
    (sum, { layers, dimensions }) => sum + 12 * layers * dimensions ** 2,
    0,
  );
}

/** The problems, each with the recordings that all encoders could embed. */
function pickCommonRows(all: readonly EmbeddedRows[]): EmbeddedRows["problem"][] {
  const isCommon = (file: string): boolean => all.every(({ files }) => files.includes(file));
  return all.map(({ problem, labels, files }) => {
    if (labels.join("\n") !== all[0]!.labels.join("\n")) {
      throw new GolemError(
        "too-few-recordings",
        "One encoder could not embed any recording of a class; all encoders must have the same classes.",
        { hint: "Add longer recordings of that class, or leave the encoder out." },
      );
    }
    const rows = [...files.keys()].filter((row) => isCommon(files[row]!));
    const picked: LabelledRows = rows.length === files.length ? problem : pickLabelledRows(problem, rows);
    return { ...problem, ...picked };
  });
}
