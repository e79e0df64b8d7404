/**
 * The data of a golem's report: the contents of the golem, in the wording and order of the page.
 *
 * Not its concern: sound, the layout of the page.
 */

import { type EncoderSetInfo, needsTranscriber, sumShares } from "../classifier/view.ts";
import { getSpokenText } from "../encoder/speech-check.ts";
import type { Evaluation } from "../evaluate/evaluation.ts";
import type { LearningCurve } from "../evaluate/learning-curve.ts";
import type { GolemDocument } from "../golem/golem-document.ts";
import type { GolemModel } from "../golem/golem-model.ts";
import type { RecordingAccount } from "../golem/training-account.ts";
import type {
  ReportData,
  ReportFinding,
  ReportRecording,
  ReportView,
  Reproduction,
} from "../view/report/report-data.ts";
import { createFileNamer, describeDataset, type FileNamer, listCommands } from "./report-commands.ts";

/** Contents of a report besides those of the golem. */
export interface ReportExtras {
  readonly learningCurve?: LearningCurve | undefined;
  readonly findings?: readonly ReportFinding[] | undefined;
}

/** A report, and the names in the data set of its recordings, in their order. */
export interface GatheredReport {
  readonly data: ReportData;
  readonly files: readonly string[];
}

/** Gathers the data of a golem's report, without sound. */
export function gatherGolemReport(model: GolemModel, extras: ReportExtras = {}): GatheredReport {
  const { document, training } = model;
  const evaluation = document.evaluation as Evaluation | null;
  const isTested = evaluation?.protocol === "held-out";
  const describe = (accounts: readonly RecordingAccount[], isTrained: boolean): ReportRecording[] =>
    describeRecordings(accounts, document.labels, name, {
      isTrained,
      isScored: !isTrained || (!isTested && evaluation !== null),
      transcriber: model.transcriber,
    });
  const { recordings, test = [] } = training;
  // One namer for training and test recordings, so that findings and recordings have the same names.
  const name = createFileNamer([...test, ...recordings].map(({ file }) => file));
  const data: ReportData = {
    ...describeGolem(document),
    ...{ kind: "golem", name: describeDataset(document.data.name) },
    evaluation: evaluation && nameLeftOut(evaluation, name),
    recordings: [...describe(test, false), ...describe(recordings, true)],
    reproduction: { commands: listCommands(document, training), facts: listFacts(document) },
    ...describeExtras({ findings: training.findings, ...extras }, name),
  };
  return { data, files: [...test, ...recordings].map(({ file }) => file) };
}

/** Applies the names of the report to recordings that an evaluation left out. */
export function nameLeftOut(evaluation: Evaluation, name: FileNamer): Evaluation {
  const skipped = evaluation.skipped.map((record) => ({
    ...record,
    file: name(record.file),
    message: record.message.replaceAll(record.file, name(record.file)),
  }));
  return { ...evaluation, skipped, overlap: evaluation.overlap.map(name) };
}

/** Replaces names of recordings in findings, which are those of the data set, by those of the report. */
export function describeExtras({ learningCurve, findings }: ReportExtras, name: FileNamer): ReportExtras {
  const named = findings?.map((finding) => ({
    ...finding,
    files: finding.files.map(name),
    message: finding.files.reduce((text, file) => text.replaceAll(file, name(file)), finding.message),
  }));
  return { learningCurve, findings: named };
}

/** Gets the contents that are the same in every report of a golem. */
export function describeGolem(document: GolemDocument): Pick<ReportData, "labels" | "training" | "views"> {
  const { labels, data, views, encoders } = document;
  // Transcript and decoder vectors are computed in one run; they are shown as one.
  const words = views.filter(needsTranscriber);
  return {
    labels,
    training: { recordings: data.recordings, seconds: data.seconds, perClass: data.perClass },
    views: [
      ...views.flatMap(({ encoder, layer, weight }): ReportView[] => {
        const layers = encoders.find(({ id }) => id === encoder)?.layers ?? 1;
        return typeof layer === "number" ? [{ encoder, layer, weight, layers }] : [];
      }),
      ...words.slice(0, 1).map(
        ({ encoder }): ReportView => ({
          ...{ encoder, layer: "transcript", layers: 1, weight: sumShares(words) },
        }),
      ),
    ],
  };
}

/** Describes the recordings of a training for a report. */
export function describeRecordings(
  accounts: readonly RecordingAccount[],
  labels: readonly string[],
  name: FileNamer,
  {
    transcriber,
    ...side
  }: Pick<ReportRecording, "isTrained" | "isScored"> & Pick<EncoderSetInfo, "transcriber">,
): ReportRecording[] {
  return accounts.map(({ file, label, speaker, seconds, text, logprob, map, outOfFold, votes = [] }) => {
    const total = votes.reduce((sum, [, count]) => sum + count, 0);
    return {
      ...{ file: name(file), label, speaker, seconds, position: map, ...side },
      // Golems of earlier versions contain transcripts of other sounds too.
      text: text === undefined ? undefined : getSpokenText({ text, logprob }, transcriber),
      answers: votes.map(([answer, count]) => ({ label: labels[answer]!, share: count / total })),
      scores: (outOfFold ?? [])
        .map((share, i) => ({ label: labels[i]!, share }))
        .sort((a, b) => b.share - a.share),
    };
  });
}

/** Lists the versions, fingerprints and hashes that determine the predictions of a golem. */
export function listFacts(document: GolemDocument): Reproduction["facts"] {
  const { createdBy, seed, data, encoders, transcriber, audio } = document;
  const encoderSets = [
    ...encoders,
    ...(transcriber ? [{ ...transcriber, id: `${transcriber.id}, words` }] : []),
  ];
  const listed = new Set<string>();
  const isNew = ([, hash]: readonly [string, string]) => !listed.has(hash) && listed.add(hash);
  return [
    ["made by", createdBy],
    ["seed", String(seed)],
    ["data set", `${describeDataset(data.name)}, ${data.recordings} recordings`],
    ["data fingerprint (sha256)", data.fingerprint],
    ...encoderSets.flatMap(({ id, revision, precision, sha256 }) => [
      [id, `${revision}, ${precision}`] as const,
      ...Object.entries(sha256)
        .filter(isNew)
        .map(([file, hash]) => [`${file} (sha256)`, hash] as const),
    ]),
    [
      "audio",
      `${audio.sampleRate} Hz, ${audio.trim ? "silence trimmed" : "silence kept"}, windows of ${audio.windowSeconds} s`,
    ],
  ];
}
