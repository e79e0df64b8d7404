/**
 * The worker that learns: training, the learning curve and the comparison of heads, on what was heard, by the very code that runs in Node.
 *
 * Not its concern: sound, networks, the page.
 */
import { describeAudio } from "../../audio/audio-description.ts";
import { createFitProblem } from "../../classifier/fit-problem.ts";
import { listHeadCandidates } from "../../classifier/head-candidates.ts";
import type { ErrorRecord } from "../../core/error.ts";
import type { Progress } from "../../core/progress.ts";
import { createdBy } from "../../core/version.ts";
import type { SkippedRecording } from "../../dataset/dataset.ts";
import { keepDistinct } from "../../embed/distinct-recordings.ts";
import { getAudioSettings, isSilent } from "../../embed/embed-source.ts";
import { describeSilence, type EmbeddedRecording, welcomesSilence } from "../../embed/embedded-recording.ts";
import {
  type GolemDocument,
  parseGolemDocument,
  parseTrainingDocument,
  type TrainingDocument,
} from "../../golem/golem-document.ts";
import { golemFiles } from "../../golem/golem-model.ts";
import { clipFindings } from "../../golem/training-account.ts";
import { serveWorkerCalls } from "../../web/worker-calls.ts";
import { type CandidateScore, compareCandidates } from "../../workflow/compare-candidates.ts";
import { examineRecordings, maximumExamined } from "../../workflow/examine-recordings.ts";
import { type GolemCurve, measureCurve } from "../../workflow/measure-curve.ts";
import { trainGolem } from "../../workflow/train-golem.ts";
import { openShelf } from "../data/shelf.ts";
import { createFoldCrew } from "./fold-crew.ts";
import { studioEncoderSet } from "./hearing-keys.ts";
import { joinHearing, readHearings } from "./kept-hearing.ts";
import { createRehearsal } from "./rehearsal.ts";

/** What is told of a golem: its documents. */
export interface Learned {
  readonly document: GolemDocument;
  readonly training: TrainingDocument;
  /** That training took. */
  readonly seconds: number;
  readonly mark: string;
}

/** A head of the comparison: its name and scores. */
export type ComparedHead = CandidateScore;

/** What this worker can be asked. */
export type LearnCalls = {
  /** Trains on nothing in particular, so that the first training is as fast as the second. */
  rehearse: { argument: null; answer: null };
  /** Trains on the recordings of a task and keeps the golem. Tells `Progress`. */
  learn: { argument: { task: string; name: string; mark: string }; answer: Learned };
  /** The golem that is kept for a task. */
  recall: { argument: { task: string }; answer: Learned | null };
  /** What more recordings would give. Tells `Progress`. */
  curve: { argument: { task: string }; answer: GolemCurve };
  /** How one head does: a name of `listHeadCandidates`, on the mean of the last layer. */
  compare: { argument: { task: string; name: string }; answer: ComparedHead };
};

const shelf = openShelf();
const crew = createFoldCrew();
const seed = 0;

/** The recordings of a task that were heard, and those that are left out. */
async function gather(
  task: string,
): Promise<{ recordings: EmbeddedRecording[]; skipped: SkippedRecording[] }> {
  const kept = await shelf;
  const all = await kept.listRecordings(task);
  const known = await readHearings(
    kept,
    all.map(({ hash }) => hash),
  );
  const recordings: EmbeddedRecording[] = [];
  const skipped: SkippedRecording[] = [];
  for (const [i, recording] of all.entries()) {
    const hearing = known[i];
    if (!hearing) continue;
    if (isSilent(hearing.facts) && !welcomesSilence([recording.label])) {
      skipped.push({ file: recording.file, ...describeSilence(recording.file) });
    } else recordings.push(joinHearing(recording, hearing));
  }
  return { recordings: keepDistinct(recordings), skipped };
}

async function learn(
  { task, name, mark }: LearnCalls["learn"]["argument"],
  onProgress: (progress: Progress) => void,
): Promise<Learned> {
  const started = performance.now();
  const { recordings, skipped } = await gather(task);
  const test = recordings.filter(({ split }) => split === "test");
  const trained = recordings.filter(({ split }) => split !== "test");
  const audio = getAudioSettings(studioEncoderSet.encoders[0]!.sampleRate);
  const warnings: ErrorRecord[] = [];
  const model = await trainGolem(
    {
      name,
      recordings: trained,
      ...(test.length > 0 ? { test } : {}),
      skipped,
      encoders: studioEncoderSet.encoders,
      transcriber: studioEncoderSet.transcriber,
      audio,
      pipeline: describeAudio(audio),
      createdBy,
      examine:
        recordings.length <= maximumExamined
          ? () => clipFindings(examineRecordings(recordings, skipped, studioEncoderSet, seed))
          : undefined,
    },
    {
      seed,
      onProgress,
      onWarning: (warning) => warnings.push(warning),
      createFoldRunner: (problem) => crew.run(problem),
    },
  );
  const files = model.encode();
  const seconds = (performance.now() - started) / 1000;
  const score = model.document.evaluation?.balancedAccuracy;
  await (await shelf).putGolem(task, { files, seconds, mark, ...(score === undefined ? {} : { score }) });
  return { document: model.document, training: model.training, seconds, mark };
}

/** Starts the crew, and has everything that training needs loaded and compiled. */
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
  const read = (name: string) => new TextDecoder().decode(golem.files[name]);
  return {
    document: parseGolemDocument(read(golemFiles.document)),
    training: parseTrainingDocument(read(golemFiles.training)),
    seconds: golem.seconds,
    mark: golem.mark,
  };
}

async function openProblem(task: string, options = {}) {
  const { recordings } = await gather(task);
  const trained = recordings.filter(({ split }) => split !== "test");
  return createFitProblem(trained, studioEncoderSet, { seed, ...options });
}

/** Trainings for a curve: fewer than the command takes, for an answer while somebody waits. */
const curveTrainings = 40;
const curveRepeats = 2;

async function curve(task: string, onProgress: (progress: Progress) => void): Promise<GolemCurve> {
  const { problem, labels } = await openProblem(task);
  const runner = crew.run(problem);
  const measure = { maximumEvaluations: curveTrainings, repeats: curveRepeats };
  return measureCurve(problem, labels, runner, measure, { onProgress }).finally(() => runner.close());
}

async function compare(task: string, name: string): Promise<ComparedHead> {
  const { problem, labels } = await openProblem(task, { layer: "last", pooling: "mean" });
  const candidates = listHeadCandidates("last").filter((candidate) => candidate.name === name);
  const runner = crew.compare(problem);
  // Every head is asked about the same folds; the page bounds the time.
  const bounds = { repeats: 1, budget: 1, getElapsed: () => 0 };
  const compared = await compareCandidates({ ...{ problem, labels, candidates, runner }, ...bounds });
  return compared.candidates[0]!;
}

serveWorkerCalls<LearnCalls>({
  rehearse: async () => {
    await rehearse();
    return null;
  },
  learn: (argument, { onProgress }) => learn(argument, onProgress),
  recall: ({ task }) => recall(task),
  curve: ({ task }, { onProgress }) => curve(task, onProgress),
  compare: ({ task, name }) => compare(task, name),
});
