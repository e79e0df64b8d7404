/**
 * The worker that trains: training, the learning curve and the comparison of heads on the embeddings of a
 * task, by the procedures that run in Node too.
 *
 * Not its concern: sound, networks, the page.
 */
import { describeAudio } from "../../audio/audio-description.ts";
import { defaultRecipe } from "../../core/default-recipe.ts";
import { GolemError } from "../../core/error.ts";
import type { Progress } from "../../core/progress.ts";
import { createdBy } from "../../core/version.ts";
import { getAudioSettings } from "../../embed/embed-source.ts";
import type { LearningCurve } from "../../evaluate/learning-curve.ts";
import type { GolemDocument } from "../../golem/golem-document.ts";
import type { GolemModel } from "../../golem/golem-model.ts";
import { clipFindings } from "../../golem/training-account.ts";
import type { TrainingDocument } from "../../golem/training-document.ts";
import { serveWorkerCalls } from "../../web/worker-calls.ts";
import type { CandidateScore } from "../../workflow/compare-candidates.ts";
import { compareHeads } from "../../workflow/compare-heads.ts";
import type { Environment } from "../../workflow/environment.ts";
import { examineRecordings } from "../../workflow/examine-recordings.ts";
import { computeCurve } from "../../workflow/measure-curve.ts";
import { type Suggestions, suggest } from "../../workflow/suggest-recordings.ts";
import { gatherMaterial, train } from "../../workflow/train.ts";
import { trainGolem } from "../../workflow/train-golem.ts";
import { checkStudioEncoders, decodeKeptGolem } from "../data/kept-golem.ts";
import { type KeptGolem, openShelf } from "../data/shelf.ts";
import type { EmbedResult, TrainingEntry } from "../data/task.ts";
import { addTraining } from "../data/training-history.ts";
import { type EmbeddingSketch, type SketchedRecording, sketchEmbeddings } from "./embedding-sketch.ts";
import { createFoldCrew } from "./fold-crew.ts";
import { describeEmbedded, readEmbeddings } from "./kept-embeddings.ts";
import { createRehearsal } from "./rehearsal.ts";
import { listStaleEmbeddings } from "./stale-embeddings.ts";
import { studioEncoderSet } from "./studio-encoder-set.ts";
import {
  createPool,
  createStudioEnvironment,
  listMissingCopies,
  openTask,
  resolvedEncoders,
  type WantedCopy,
} from "./studio-environment.ts";

/** The documents of a golem, and how it was made. */
export interface Learned {
  readonly document: GolemDocument;
  readonly training: TrainingDocument;
  /** Duration of the training. */
  readonly seconds: number;
  readonly mark: string;
  /** The trainings of the task so far, oldest first. */
  readonly history: readonly TrainingEntry[];
}

/** A head of the comparison: its name and scores. */
export type ComparedHead = CandidateScore;

/** A task, and whether it is trained with varied copies. */
interface CopiesOf {
  readonly task: string;
  readonly augment: "auto" | "none" | undefined;
}

/** Calls of this worker. */
export type LearnCalls = {
  /** Trains on made-up recordings, so that the first training is as fast as the second. */
  rehearse: { argument: null; answer: null };
  /** The varied copies that training on a task would use and the shelf does not have yet. */
  listMissingCopies: { argument: CopiesOf; answer: readonly WantedCopy[] };
  /** Removes embeddings that no recording needs any more; `open` is the task that is open. */
  tidy: { argument: { open: string | undefined }; answer: null };
  /** Trains on the recordings of a task and keeps the golem. Reports `Progress`. */
  learn: { argument: CopiesOf & { name: string; mark: string }; answer: Learned };
  /** The golem that is kept for a task. */
  recall: { argument: { task: string }; answer: Learned | null };
  /** Kept results of embedding by recordings' hashes, in their order; needs no networks. */
  recallEmbedded: { argument: { hashes: readonly string[] }; answer: (EmbedResult | null)[] };
  /** The numbers of embeddings of recordings with these hashes that differ most between labels. */
  sketch: { argument: { recordings: readonly SketchedRecording[] }; answer: EmbeddingSketch };
  /** The learning curve of a task. Reports `Progress`. */
  curve: { argument: CopiesOf; answer: LearningCurve };
  /** Which of some files, embedded before, are best labelled next. */
  suggest: {
    argument: { task: string; pool: readonly { readonly file: string; readonly hash: string }[] };
    answer: Suggestions;
  };
  /** The scores of one head: a name of `listHeadCandidates`, on the mean of the last layer. */
  compare: { argument: { task: string; name: string }; answer: ComparedHead };
};

const shelf = openShelf();
const crew = createFoldCrew();
const environment = createStudioEnvironment(shelf, crew);
const { seed } = defaultRecipe;

async function learn(
  { task, augment = "auto", name, mark }: LearnCalls["learn"]["argument"],
  onProgress: (progress: Progress) => void,
): Promise<Learned> {
  const started = performance.now();
  const dataset = await openTask(await shelf, task, name);
  const before = await (await shelf).getGolem(task);
  const { model } = await train(environment, dataset, { augment, onProgress });
  const files = model.encode();
  const seconds = (performance.now() - started) / 1000;
  const score = model.document.evaluation?.balancedAccuracy;
  const history = addTraining(before?.history ?? [], before && readBefore(before.files), model, Date.now());
  await (await shelf).putGolem(task, { files, seconds, mark, score, history });
  return { document: model.document, training: model.training, seconds, mark, history };
}

/** The golem that is replaced; undefined if it cannot be read, and then nothing is compared. */
function readBefore(files: KeptGolem["files"]): GolemModel | undefined {
  try {
    return decodeKeptGolem(files);
  } catch {
    return undefined;
  }
}

/** Starts the workers for folds, and loads and compiles everything that training needs. */
async function rehearse(): Promise<void> {
  const audio = getAudioSettings(studioEncoderSet.encoders[0]!.sampleRate);
  const recordings = createRehearsal(studioEncoderSet);
  const model = await trainGolem(
    {
      ...{ name: "rehearsal", recordings, audio, pipeline: describeAudio(audio), createdBy },
      ...studioEncoderSet,
      examine: () => clipFindings(examineRecordings(recordings, [], studioEncoderSet, seed)),
    },
    { seed, repeats: 2, createFoldRunner: (problem) => crew.run(problem) },
  );
  model.encode();
}

async function recall(task: string): Promise<Learned | null> {
  const golem = await (await shelf).getGolem(task);
  if (!golem) return null;
  const { document, training } = decodeKeptGolem(golem.files);
  const { seconds, mark, history = [] } = golem;
  return { document, training, seconds, mark, history };
}

/** Recordings read at a time, since an embedding is far larger than what is shown of it. */
const readAtOnce = 32;

async function recallEmbedded(hashes: readonly string[]): Promise<(EmbedResult | null)[]> {
  const results: (EmbedResult | null)[] = [];
  for (let start = 0; start < hashes.length; start += readAtOnce) {
    const embedded = await readEmbeddings(await shelf, hashes.slice(start, start + readAtOnce));
    results.push(...embedded.map((one) => (one ? describeEmbedded(one) : null)));
  }
  return results;
}

/** Fewer fits for a curve than on the command line, since the user is waiting for it. */
const curveFits = 40;
const curveRepeats = 2;

async function curve(
  { task, augment = "auto" }: CopiesOf,
  onProgress: (progress: Progress) => void,
): Promise<LearningCurve> {
  const evaluation = (await recall(task))?.document.evaluation;
  // The curve ends at the score that the page shows, which has more repeats.
  const headline = evaluation?.protocol === "cross-validation" ? evaluation : undefined;
  const measure = { maximumEvaluations: curveFits, repeats: curveRepeats, headline, augment };
  return computeCurve(environment, task, { ...measure, onProgress });
}

/** The environment loses the hashes of recordings that are copied, so labels are given before. */
async function suggestFrom(
  task: string,
  pool: LearnCalls["suggest"]["argument"]["pool"],
): Promise<Suggestions> {
  const golem = await (await shelf).getGolem(task);
  if (!golem) throw new GolemError("golem-not-found", "This task has no golem yet; train it first.");
  const model = decodeKeptGolem(golem.files);
  checkStudioEncoders(model);
  const hashes = new Map(pool.map(({ file, hash }) => [file, hash]));
  const embed: Environment["embed"] = (rows, encoderSet, options) =>
    environment.embed(
      createPool(rows.map(({ file, label }) => ({ file, label, hash: hashes.get(file)! }))),
      encoderSet,
      options,
    );
  const recordings = createPool(pool.map((own) => ({ ...own, label: "" })));
  return suggest({ embed }, { model, encoderSet: resolvedEncoders }, { recordings, skipped: [] }, {});
}

async function compare(task: string, name: string): Promise<ComparedHead> {
  // All heads are scored on the same folds; the page limits the time, so the clock here does not advance.
  const options = { layer: "last", pooling: "mean", repeats: 1, budget: 1, augment: "none" } as const;
  const bounds = { names: [name], startClock: () => () => 0 };
  return (await compareHeads(environment, task, options, bounds)).candidates[0]!;
}

serveWorkerCalls<LearnCalls>({
  rehearse: async () => {
    await rehearse();
    return null;
  },
  listMissingCopies: ({ task, augment = "auto" }) =>
    listMissingCopies(shelf, (reading) => gatherMaterial(reading, task, { augment })),
  tidy: async ({ open }) => {
    await (await shelf).removeEmbeddings((index) => listStaleEmbeddings(index, open));
    return null;
  },
  learn: (argument, { onProgress }) => learn(argument, onProgress),
  recall: ({ task }) => recall(task),
  recallEmbedded: ({ hashes }) => recallEmbedded(hashes),
  sketch: async ({ recordings }) => sketchEmbeddings(await shelf, recordings),
  curve: (argument, { onProgress }) => curve(argument, onProgress),
  suggest: ({ task, pool }) => suggestFrom(task, pool),
  compare: ({ task, name }) => compare(task, name),
});
