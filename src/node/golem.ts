/**
 * The library in Node: loads a golem with its encoders, predicts, evaluates, saves.
 *
 * Not its concern: how it was trained, the terminal.
 */
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import type { SampleSource } from "../audio/sample-source.ts";
import type { ByteSource } from "../core/byte-source.ts";
import { createMemorySource } from "../core/byte-source.ts";
import type { WorkOptions } from "../core/progress.ts";
import { createdBy } from "../core/version.ts";
import type { Dataset } from "../dataset/dataset.ts";
import type { LoadedEncoderSet } from "../embed/embed-source.ts";
import type { ResolvedEncoderSet } from "../encoder/resolved-encoder.ts";
import type { Evaluation } from "../evaluate/evaluation.ts";
import { checkLabels } from "../golem/expected-labels.ts";
import type { GolemDocument } from "../golem/golem-document.ts";
import type { GolemModel } from "../golem/golem-model.ts";
import { type AudioPrediction, findPipelineWarning } from "../golem/predict-embedded.ts";
import { maximumDense } from "../head/large-ridge.ts";
import type { WorkflowOptions } from "../workflow/environment.ts";
import { evaluate } from "../workflow/evaluate.ts";
import { createGivenSamples, predict } from "../workflow/predict.ts";
import type { TrainedGolem } from "../workflow/train.ts";
import { locateFiles, type ReportSources } from "./data/report-sources.ts";
import { systemDecoders } from "./decode/system-decoders.ts";
import { openFileSource } from "./disk/file-source.ts";
import { readGolemFolder, writeGolemFolder } from "./disk/golem-folder.ts";
import type { EnvironmentOptions } from "./environment.ts";
import { loadEncoderSet } from "./models/load-encoder-set.ts";
import { resolveGolemEncoderSet } from "./models/resolve-encoder-set.ts";
import { runInNode } from "./node-environment.ts";
import { type FilePrediction, predictFiles } from "./threads/predict-files.ts";
import type { RetrainCount, RetrainOptions } from "./update.ts";

/** A recording to predict: a path, the bytes of an audio file, or mono samples at 16 kHz. */
export type AudioInput = string | Uint8Array | Float32Array;

/** A trained golem with its encoders. `Label`: its labels, if they are known when the program is written. */
export interface Golem<Label extends string = string> {
  readonly document: GolemDocument;
  readonly labels: readonly Label[];
  /** Its score on held-out recordings; null when none could be held out. */
  readonly evaluation: Evaluation | null;
  /** The artefact itself, for reports and export. */
  readonly model: GolemModel;
  /** Its encoders and transcriber, as found on this machine. */
  readonly encoderSet: ResolvedEncoderSet;
  /** Predicts one recording. Rejects with the audio stage's errors, `silent`, `too-short`. */
  predict(input: AudioInput, options?: { signal?: AbortSignal }): Promise<AudioPrediction<Label>>;
  /** Predicts many files on all cores. Yields predictions, or the error of a file, in order. */
  predictFiles(files: readonly string[], options?: WorkOptions): AsyncIterable<FilePrediction<Label>>;
  /** Scores the golem on held-out recordings. */
  evaluate(data: string | Dataset, options?: EvaluateOptions): Promise<Evaluation>;
  /**
   * Trains again on its recordings and further ones, with the same recipe and seed. Rejects with the errors
   * of `train`, and with `data-not-found` if none of its recordings is found again.
   */
  update(
    data: string | Dataset | readonly (string | Dataset)[],
    options?: RetrainOptions,
  ): Promise<UpdatedGolem>;
  /** Writes the golem's folder, with its report, atomically. */
  save(folder: string): Promise<void>;
  /** Frees the networks after current predictions have ended; later predictions load them again. */
  dispose(): Promise<void>;
}

interface EvaluateOptions extends WorkOptions, Pick<WorkflowOptions, "annotations"> {
  /** Use only the first rows. */
  readonly limit?: number | undefined;
}

/** A golem that was trained again. */
export interface UpdatedGolem extends RetrainCount {
  readonly golem: Golem;
}

/** Options of {@link loadGolem}. */
export interface LoadGolemOptions<Label extends string = string> extends EnvironmentOptions {
  /** The labels that the golem must have, in any order; they become the label type of its predictions. */
  readonly labels?: readonly Label[] | undefined;
  /** New location of its only encoder, if it moved since training. */
  readonly encoder?: string | undefined;
}

/**
 * Loads a golem from its folder, and finds its encoders. With `labels`, predictions have their type:
 *
 * ```ts
 * // Golem<"yes" | "no">
 * const golem = await loadGolem("my-golem", { labels: ["yes", "no"] });
 * ```
 *
 * Errors: `invalid-option` if the golem has other labels, `golem-not-found`, `golem-damaged`,
 * `golem-version`, and those of `resolveGolemEncoderSet`.
 */
export async function loadGolem<const Label extends string = string>(
  folder: string,
  options: LoadGolemOptions<Label> = {},
): Promise<Golem<Label>> {
  const model = await readGolemFolder(resolve(folder));
  checkLabels(model.document.labels, options.labels);
  const encoderSet = await resolveGolemEncoderSet(model, options);
  const warning = findPipelineWarning(model.document, createdBy);
  if (warning) options.onWarning?.(warning);
  return createGolem(model, encoderSet, options) as Golem<Label>;
}

/**
 * Reads a golem and trains it again, as `update` of a loaded golem does. This works for golems of earlier
 * versions with encoders that cannot be run any more, since all recordings are embedded again. Rejects with
 * the errors of `Golem.update`.
 */
export async function updateGolem(
  folder: string,
  data: readonly (string | Dataset)[],
  options: RetrainOptions = {},
): Promise<UpdatedGolem> {
  return updateModel(await readGolemFolder(resolve(folder)), data, options);
}

async function updateModel(
  model: GolemModel,
  data: readonly (string | Dataset)[],
  options: RetrainOptions,
): Promise<UpdatedGolem> {
  const { retrain } = await import("./update.ts");
  const { trained, ...count } = await retrain(model, data, options);
  return { golem: await wrapTrained(trained, options), ...count };
}

/** Creates a golem after training; its report links to the recordings. */
export async function wrapTrained(
  { model, encoderSet, trainRows, testRows }: TrainedGolem,
  { cache, onWarning }: EnvironmentOptions,
): Promise<Golem> {
  const sources = { training: await locateFiles(trainRows), test: await locateFiles(testRows) };
  return createGolem(model, encoderSet, { cache, onWarning }, sources);
}

/**
 * Joins a golem and its encoders, which are loaded at the first prediction. The report that is saved with it
 * links to the recordings at `sources` and contains no sound: no recording is decoded for it, and golems may
 * be shared.
 */
function createGolem(
  model: GolemModel,
  resolved: ResolvedEncoderSet,
  options: EnvironmentOptions,
  sources?: ReportSources,
): Golem {
  const { document } = model;
  let encoderSet: Promise<LoadedEncoderSet> | undefined;
  const underWay = new Set<Promise<unknown>>();
  // Shared by all predictions, so it is not aborted by the signal of one.
  const getEncoderSet = (): Promise<LoadedEncoderSet> => {
    const { cache, onProgress } = options;
    const threads = Math.min(4, availableParallelism());
    encoderSet ??= loadEncoderSet(resolved, { cache, onProgress, threads });
    encoderSet.catch(() => {
      encoderSet = undefined;
    });
    return encoderSet;
  };
  const predictInput = async (
    input: AudioInput,
    signal: AbortSignal | undefined,
  ): Promise<AudioPrediction> => {
    const source = await openInput(input);
    try {
      return await predict(model, await getEncoderSet(), source, { decoders: systemDecoders, signal });
    } finally {
      await source.close?.();
    }
  };
  return {
    document,
    model,
    encoderSet: resolved,
    labels: document.labels,
    evaluation: document.evaluation as Evaluation | null,
    predict(input, { signal } = {}) {
      const work = predictInput(input, signal);
      underWay.add(work);
      const forget = () => underWay.delete(work);
      work.then(forget, forget);
      return work;
    },
    predictFiles: (files, work = {}) =>
      predictFiles(model, files, { ...options, ...work, encoderSet: resolved }),
    async evaluate(data, { signal, onProgress, limit, annotations } = {}) {
      const work = { ...options, signal, onProgress, limit, annotations };
      const golem = { model, encoderSet: resolved };
      const { evaluation } = await runInNode(options, (environment) =>
        evaluate(environment, golem, data, work),
      );
      return evaluation;
    },
    update: (data, more = {}) =>
      updateModel(model, Array.isArray(data) ? data : [data], { ...options, ...more }),
    async save(folder) {
      const path = resolve(folder);
      const { composeReport } = await import("./report/golem-report.ts");
      const { gatherGolemReport } = await import("../workflow/golem-report.ts");
      const isLarge = model.training.recordings.length > maximumDense;
      if (isLarge) await collectGarbage();
      const report = await composeReport(
        model,
        gatherGolemReport(model),
        sources && { sources, folder: path, sound: "link", pictures: 0 },
      );
      if (isLarge) await collectGarbage();
      await writeGolemFolder(path, model, report);
    },
    async dispose() {
      const loaded = await encoderSet?.catch(() => undefined);
      encoderSet = undefined;
      await Promise.allSettled(underWay);
      await loaded?.dispose();
    },
  };
}

/**
 * Collects garbage: training on thousands of recordings, composing their report and encoding their list leave
 * a hundred megabytes each, which would add up.
 */
async function collectGarbage(): Promise<void> {
  // Builds of Node without an inspector do without this.
  const inspector = await import("node:inspector").catch(() => undefined);
  if (!inspector) return;
  const session = new inspector.Session();
  session.connect();
  await new Promise((resolve) => session.post("HeapProfiler.collectGarbage", resolve));
  session.disconnect();
}

async function openInput(
  input: AudioInput,
): Promise<(ByteSource | SampleSource) & { close?(): Promise<void> }> {
  if (typeof input === "string") return openFileSource(input);
  if (input instanceof Float32Array) return createGivenSamples(input);
  return createMemorySource(input, "the bytes given");
}
