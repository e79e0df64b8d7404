/**
 * Reports of golems: gathers the golem's data and its recordings, adds sound if permitted, and writes the
 * page.
 *
 * Not its concern: how the page looks, the terminal.
 */

import { readFile } from "node:fs/promises";
import { needsTranscriber, sumShares } from "../../classifier/view.ts";
import type { WorkOptions } from "../../core/progress.ts";
import { getSpokenText } from "../../encoder/speech-check.ts";
import type { Evaluation } from "../../evaluate/evaluate.ts";
import type { LearningCurve } from "../../evaluate/learning-curve.ts";
import type { GolemDocument } from "../../golem/golem-document.ts";
import type { GolemModel } from "../../golem/golem-model.ts";
import { getAudioOf } from "../../golem/predict-embedded.ts";
import type { RecordingAccount } from "../../golem/training-account.ts";
import type { PageAssets } from "../../view/report/page.tsx";
import { writeReport } from "../../view/report/page.tsx";
import type {
  ReportData,
  ReportFinding,
  ReportRecording,
  ReportView,
  Reproduction,
} from "../../view/report/report-data.ts";
import type { ReportSources } from "../data/report-sources.ts";
import { getPackagePath, isSource } from "../disk/package-place.ts";
import { addClips, type ClipOptions } from "./report-clips.ts";
import { createFileNamer, describeDataset, type FileNamer, listCommands } from "./report-commands.ts";

/** What a report may show beside what is in the golem. */
export interface ReportExtras {
  readonly learningCurve?: LearningCurve | undefined;
  readonly findings?: readonly ReportFinding[] | undefined;
}

/** How sound gets into a report; see `addClips`. */
interface ReportSound extends Pick<ClipOptions, "folder" | "sound" | "pictures"> {
  /** Absolute paths of recordings by their names in the data set. */
  readonly sources: ReportSources;
}

/** A report, and the names in the data set of its recordings, in their order. */
export interface GatheredReport {
  readonly data: ReportData;
  readonly files: readonly string[];
}

/** The data of a golem's own report, without sound. */
export function gatherGolemReport(model: GolemModel, extras: ReportExtras = {}): GatheredReport {
  const { document, training } = model;
  const evaluation = document.evaluation as Evaluation | null;
  const isTested = evaluation?.protocol === "held-out";
  const describe = (accounts: readonly RecordingAccount[], isTrained: boolean): ReportRecording[] =>
    describeRecordings(accounts, document.labels, name, {
      isTrained,
      isScored: !isTrained || (!isTested && evaluation !== null),
    });
  const { recordings, test = [] } = training;
  // One for both sides, so that findings and recordings are called the same.
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

/** What an evaluation left out, too, gets the names of the report. */
export function nameLeftOut(evaluation: Evaluation, name: FileNamer): Evaluation {
  const skipped = evaluation.skipped.map((record) => ({
    ...record,
    file: name(record.file),
    message: record.message.replaceAll(record.file, name(record.file)),
  }));
  return { ...evaluation, skipped, overlap: evaluation.overlap.map(name) };
}

/** Findings speak of recordings by their names in the data set; here they get those of the report. */
export function describeExtras({ learningCurve, findings }: ReportExtras, name: FileNamer): ReportExtras {
  const named = findings?.map((finding) => ({
    ...finding,
    files: finding.files.map(name),
    message: finding.files.reduce((text, file) => text.replaceAll(file, name(file)), finding.message),
  }));
  return { learningCurve, findings: named };
}

/** What is the same in every report of a golem. */
export function describeGolem(document: GolemDocument): Pick<ReportData, "labels" | "training" | "views"> {
  const { labels, data, views, encoders } = document;
  // Transcript and vectors of the decoder come of one run; to people they are one thing.
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

/** Recordings of an account as a report shows them. */
export function describeRecordings(
  accounts: readonly RecordingAccount[],
  labels: readonly string[],
  name: FileNamer,
  side: Pick<ReportRecording, "isTrained" | "isScored">,
): ReportRecording[] {
  return accounts.map(({ file, label, speaker, seconds, text, logprob, map, outOfFold, votes = [] }) => {
    const total = votes.reduce((sum, [, count]) => sum + count, 0);
    return {
      ...{ file: name(file), label, speaker, seconds, position: map, ...side },
      // Golems of earlier versions hold the text of other sounds too.
      text: text === undefined ? undefined : getSpokenText({ text, logprob }),
      answers: votes.map(([answer, count]) => ({ label: labels[answer]!, share: count / total })),
      scores: (outOfFold ?? [])
        .map((share, i) => ({ label: labels[i]!, share }))
        .sort((a, b) => b.share - a.share),
    };
  });
}

/** Versions, fingerprints and hashes that decide what a golem answers. */
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

/** Writes the page; with sound where `sound` is given. */
export async function composeReport(
  model: GolemModel,
  { data, files }: GatheredReport,
  sound?: ReportSound & WorkOptions,
): Promise<string> {
  const assets = await loadPageAssets();
  if (!sound) return writeReport(data, assets);
  const { training, test } = sound.sources;
  const paths = files.map((file, i) => (data.recordings[i]!.isTrained ? training : test).get(file));
  return writeReport(await addClips(data, { ...sound, paths, audio: getAudioOf(model.document) }), assets);
}

/**
 * Reads the script and the style sheet of the page: plain files beside the code that writes it, both in src
 * and in dist. Rejects where a file of the package is missing.
 */
export async function loadPageAssets(): Promise<PageAssets> {
  const [script, look, page] = await Promise.all(
    ["report/page-script.js", "look.css", "report/page.css"].map(readText),
  );
  return { script: script!, style: `${look}${page}` };
}

/** HTML parsers read line ends as "\n", and hashes of the page's policy are of what they read. */
async function readText(name: string): Promise<string> {
  const text = await readFile(getPackagePath(isSource ? "src" : "dist", "view", name), "utf8");
  return text.replaceAll("\r\n", "\n");
}
