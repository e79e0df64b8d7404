/**
 * What reports tell of single recordings, kept in training.json: what was said, where it lies on the map, what it was taken for
 * whenever it was held out.
 *
 * Not its concern: reports' looks, files.
 */

import type { Classifier } from "../classifier/classifier.ts";
import { selectScored, type TrainedOn } from "../classifier/evaluate-classifier.ts";
import { computeRecordingMap } from "../classifier/recording-map.ts";
import { type EncoderSetInfo, needsTranscriber } from "../classifier/view.ts";
import type { EmbeddedRecording } from "../embed/embedded-recording.ts";
import { getPredictions } from "../evaluate/metrics.ts";
import { createMatrix, getRow, type Matrix } from "../math/matrix.ts";

/** Longest transcript kept, in UTF-16 units. */
const maximumText = 1000;
/** Longest text of a finding. */
const maximumFinding = 2000;

/** What is kept of one recording. */
export interface RecordingAccount {
  readonly file: string;
  readonly label: string;
  readonly speaker?: string | undefined;
  readonly fileHash: string;
  readonly audioHash: string;
  readonly seconds: number;
  /** What trimming kept, in seconds. */
  readonly keptSeconds?: number | undefined;
  /** How far the mean level is above that which a tenth of it stays below, in dB; not of what is silent. */
  readonly dynamicsDb?: number | undefined;
  /** What was understood, cut after 1,000 characters; where words have a say. */
  readonly text?: string | undefined;
  /** Mean log-probability of its tokens; likewise. */
  readonly logprob?: number | undefined;
  /** Place on the map; see `computeRecordingMap`. */
  readonly map?: [number, number] | undefined;
  /** Probability of each class while held out, averaged over repeats. */
  readonly outOfFold?: number[] | undefined;
  /** What it was taken for while held out: pairs of class number and how many times. */
  readonly votes?: [number, number][] | undefined;
}

/** What is wrong with some of the recordings, as it was found when they were trained on. */
export interface StoredFinding {
  readonly kind: string;
  readonly severity: "severe" | "warning" | "note";
  readonly files: readonly string[];
  readonly message: string;
  /** The message as data: `FindingReason`. */
  readonly reason?: Readonly<Record<string, string | number | boolean>> | undefined;
  readonly advice: string;
}

/** Findings with texts as long as a golem keeps; names of files may be long. */
export function clipFindings(findings: readonly StoredFinding[]): StoredFinding[] {
  const clip = (text: string) =>
    text.length > maximumFinding ? `${text.slice(0, maximumFinding)} ...` : text;
  return findings.map((finding) => ({
    ...finding,
    message: clip(finding.message),
    ...(finding.reason
      ? {
          reason: Object.fromEntries(
            Object.entries(finding.reason).map(([name, value]) => [
              name,
              typeof value === "string" ? clip(value) : value,
            ]),
          ),
        }
      : {}),
    advice: clip(finding.advice),
  }));
}

/** What is kept beside the trained recordings. */
export interface TrainingAccount {
  /** In the order of the training recordings. */
  readonly recordings: RecordingAccount[];
  /** Those of the test set that were scored. */
  readonly test?: RecordingAccount[];
  /** What was asked for, as flags of the command line. */
  readonly asked?: Readonly<Record<string, string | number | boolean>>;
  /** Most harmful first. */
  readonly findings?: readonly StoredFinding[];
}

/** What an account is made from. */
export interface AccountInput {
  readonly classifier: Classifier;
  readonly labels: readonly string[];
  readonly encoderSet: EncoderSetInfo;
  readonly recordings: readonly EmbeddedRecording[];
  /** Matrices [recordings, classes] of cross-validation, where it ran. */
  readonly outOfFold?: readonly Matrix[] | undefined;
  readonly test?: readonly EmbeddedRecording[] | undefined;
}

/** Gathers the account of a training. */
export function createTrainingAccount(input: AccountInput): TrainingAccount {
  const { classifier, labels, encoderSet, recordings, outOfFold, test = [] } = input;
  const scored = selectScored(labels, test, { recordings } satisfies Pick<TrainedOn, "recordings">).known;
  // Words that decide nothing are often of recordings without speech, and not there.
  const reads = classifier.fitted.some(({ view }) => needsTranscriber(view));
  const places = computeRecordingMap([...recordings, ...scored], classifier, encoderSet);
  const scoredPlaces = places.slice(recordings.length);
  const describe: typeof describeRecordings = (embeddings, ...rest) =>
    describeRecordings(
      reads ? embeddings : embeddings.map(({ text: _, logprob: __, ...recording }) => recording),
      ...rest,
    );
  return {
    recordings: describe(recordings, places, outOfFold),
    ...(scored.length > 0
      ? { test: describe(scored, scoredPlaces, [classifier.computeProbabilities(scored)]) }
      : {}),
  };
}

/** The accounts of recordings, with matrices [recordings, classes] of what was said of them while held out. */
export function describeRecordings(
  recordings: readonly EmbeddedRecording[],
  places: readonly (readonly [number, number] | undefined)[],
  probabilities: readonly Matrix[] | undefined,
): RecordingAccount[] {
  const mean = probabilities && averageMatrices(probabilities);
  const predictions = probabilities?.map(getPredictions);
  return recordings.map(({ file, label, speaker, fileHash, facts, text, logprob }, row) => {
    const place = places[row];
    const votes = new Map<number, number>();
    for (const predicted of predictions ?? []) {
      const answer = predicted[row]!;
      votes.set(answer, (votes.get(answer) ?? 0) + 1);
    }
    return {
      ...{ file, label, fileHash, audioHash: facts.audioHash, seconds: facts.seconds },
      keptSeconds: facts.kept[1] - facts.kept[0],
      ...(Number.isFinite(facts.loudnessDb) ? { dynamicsDb: facts.loudnessDb - facts.noiseDb } : {}),
      ...(speaker === undefined ? {} : { speaker }),
      ...(text === undefined ? {} : { text: text.slice(0, maximumText) }),
      ...(logprob === undefined ? {} : { logprob }),
      ...(place ? { map: [place[0], place[1]] satisfies [number, number] } : {}),
      ...(mean
        ? { outOfFold: Array.from(getRow(mean, row)), votes: [...votes].sort((a, b) => b[1] - a[1]) }
        : {}),
    };
  });
}

function averageMatrices(matrices: readonly Matrix[]): Matrix {
  const { rows, columns } = matrices[0]!;
  const mean = createMatrix(rows, columns);
  for (let i = 0; i < mean.data.length; i++) {
    let sum = 0;
    for (const matrix of matrices) sum += matrix.data[i]!;
    mean.data[i] = sum / matrices.length;
  }
  return mean;
}
