/**
 * The account of a training: for each recording, the details that reports show (transcript, position on the
 * map, predictions while held out). It is stored in training.json.
 *
 * Not its concern: reports, files.
 */

import type { Classifier } from "../classifier/classifier.ts";
import { selectScored, type TrainedOn } from "../classifier/evaluate-classifier.ts";
import { computeRecordingMap } from "../classifier/features/recording-map.ts";
import { type EncoderSetInfo, needsTranscriber } from "../classifier/view.ts";
import type { EmbeddedRecording } from "../embed/embedded-recording.ts";
import { getSpokenText } from "../encoder/speech-check.ts";
import type { TranscriberInfo } from "../encoder/transcriber.ts";
import { getPredictions } from "../evaluate/metrics.ts";
import { createMatrix, getRow, type Matrix } from "../math/matrix.ts";

/** Maximum length of a stored transcript, in UTF-16 units. */
const maximumText = 1000;
/** Maximum length of a stored text of a finding, in UTF-16 units. */
const maximumFinding = 2000;

/** The stored details of one recording. */
export interface RecordingAccount {
  readonly file: string;
  readonly label: string;
  readonly speaker?: string | undefined;
  readonly fileHash: string;
  readonly audioHash: string;
  readonly seconds: number;
  /** Duration after trimming, in seconds. */
  readonly keptSeconds?: number | undefined;
  /** Mean level minus the 10 % quantile of the level, in dB; absent for silent recordings. */
  readonly dynamicsDb?: number | undefined;
  /** Transcript, at most 1,000 characters, empty if not of speech; present if transcripts are used. */
  readonly text?: string | undefined;
  /** Mean log-probability of the transcript's tokens; present under the same condition. */
  readonly logprob?: number | undefined;
  /** Position on the map; see `computeRecordingMap`. */
  readonly map?: [number, number] | undefined;
  /** Probability of each class while held out, averaged over repeats. */
  readonly outOfFold?: number[] | undefined;
  /** Predictions while held out: pairs of class number and number of times. */
  readonly votes?: [number, number][] | undefined;
}

/** A problem found with some of the recordings at training time. */
export interface StoredFinding {
  readonly kind: string;
  readonly severity: "severe" | "warning" | "note";
  readonly files: readonly string[];
  readonly message: string;
  /** The message as data: `FindingReason`. */
  readonly reason?: Readonly<Record<string, string | number | boolean>> | undefined;
  readonly advice: string;
}

/** Cuts the texts of findings, which contain file names, to the length that a golem stores. */
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

/** The account of a training. */
export interface TrainingAccount {
  /** In the order of the training recordings. */
  readonly recordings: RecordingAccount[];
  /** The recordings of the test set that were scored. */
  readonly test?: RecordingAccount[];
  /** Recordings that were trained on and are not listed; see embed/audio-hashes.ts. */
  readonly unlisted?: { readonly recordings: number; readonly audioHashes: string };
  /** The options of the training, as flags of the command line. */
  readonly asked?: Readonly<Record<string, string | number | boolean>>;
  /** Most harmful first. */
  readonly findings?: readonly StoredFinding[];
}

/** Input of {@link createTrainingAccount}. */
interface AccountInput {
  readonly classifier: Classifier;
  readonly labels: readonly string[];
  readonly encoderSet: EncoderSetInfo;
  readonly recordings: readonly EmbeddedRecording[];
  /** The recordings that cross-validation scored, if it was run, and their probabilities per repeat. */
  readonly outOfFold?:
    | { readonly rows: readonly number[]; readonly probabilities: readonly Matrix[] }
    | undefined;
  readonly test?: readonly EmbeddedRecording[] | undefined;
}

/** Creates the account of a training. */
export function createTrainingAccount(input: AccountInput): TrainingAccount {
  const { classifier, labels, encoderSet, recordings, outOfFold, test = [] } = input;
  const scored = selectScored(labels, test, { recordings } satisfies Pick<TrainedOn, "recordings">).known;
  // If the transcriber's views are not used, recordings often contain no speech; transcripts are not stored.
  const usesTranscriber = classifier.fitted.some(({ view }) => needsTranscriber(view));
  const places = computeRecordingMap([...recordings, ...scored], classifier, encoderSet);
  const scoredPlaces = places.slice(recordings.length);
  const describe: typeof describeRecordings = (embedded, positions, probabilities) =>
    describeRecordings(
      usesTranscriber ? embedded : embedded.map(({ text: _, logprob: __, ...recording }) => recording),
      ...[positions, probabilities, encoderSet.transcriber],
    );
  const mergeScored = (rows: readonly number[]): RecordingAccount[] => {
    const accounts = describe(recordings, places, undefined);
    const predicted = describe(
      rows.map((row) => recordings[row]!),
      rows.map((row) => places[row]),
      outOfFold?.probabilities,
    );
    for (const [place, row] of rows.entries()) accounts[row] = predicted[place]!;
    return accounts;
  };
  return {
    recordings: outOfFold ? mergeScored(outOfFold.rows) : describe(recordings, places, undefined),
    ...(scored.length > 0
      ? { test: describe(scored, scoredPlaces, [classifier.computeProbabilities(scored)]) }
      : {}),
  };
}

/** Creates the accounts of recordings; `probabilities` [recordings, classes]: held out, per repeat. */
export function describeRecordings(
  recordings: readonly EmbeddedRecording[],
  places: readonly (readonly [number, number] | undefined)[],
  probabilities: readonly Matrix[] | undefined,
  transcriber?: TranscriberInfo,
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
      ...(text === undefined
        ? {}
        : { text: getSpokenText({ text, logprob }, transcriber).slice(0, maximumText) }),
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
