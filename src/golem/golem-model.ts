/**
 * The trained golem in memory: predicts from embeddings, evaluates itself, and is converted to files and
 * back.
 *
 * Not its concern: audio, running encoders.
 */

import type { AudioSettings } from "../audio/audio.ts";
import type { AudioDescription } from "../audio/audio-description.ts";
import { type Classifier, createClassifier } from "../classifier/classifier.ts";
import { evaluateClassifier } from "../classifier/evaluate-classifier.ts";
import type { FittedView } from "../classifier/fusion/fusion.ts";
import { computeLabelSet, labelSetLevel } from "../classifier/label-sets.ts";
import { createFamiliarityScore, type Familiarity } from "../classifier/novelty/familiarity.ts";
import { type EncoderSetInfo, needsTranscriber } from "../classifier/view.ts";
import { computeSha256Hex } from "../core/sha256.ts";
import type { SkippedRecording } from "../dataset/dataset.ts";
import { type EmbeddedRecording, type Embedding, unknownLabels } from "../embed/embedded-recording.ts";
import { matchSources } from "../embed/sources.ts";
import type { EncoderInfo } from "../encoder/encoder.ts";
import type { TranscriberInfo } from "../encoder/transcriber.ts";
import type { LabelCalibration } from "../evaluate/conformal.ts";
import type { Evaluation } from "../evaluate/evaluation.ts";
import { createDamagedError } from "./checked-json.ts";
import {
  checkViews,
  type FalseAlarmAccount,
  formatVersion,
  type GolemDocument,
  parseGolemDocument,
  parseTextDocument,
} from "./golem-document.ts";
import { encodeGolem } from "./golem-encoding.ts";
import { checkFileHashes, golemFiles, hashFiles } from "./golem-files.ts";
import { describeFamiliarity, type TensorParts, unpackTensors } from "./packed-tensors.ts";
import { decodeSafetensors } from "./safetensors.ts";
import type { TrainingAccount } from "./training-account.ts";
import { parseTrainingDocument, type TrainingDocument } from "./training-document.ts";

export { golemFileLimits, golemFiles } from "./golem-files.ts";

/** The prediction for one recording. */
export interface Prediction<Label extends string = string> {
  /** The most probable class, also if `unknown` is set. */
  readonly label: Label;
  /** Its probability. */
  readonly confidence: number;
  /** Probability of each class, in the order of the golem's labels. */
  readonly scores: Readonly<Record<Label, number>>;
  /** Whether it is unlike all classes, or labelled as a class for unknown sounds. `label` is always set. */
  readonly unknown: boolean;
  /** Familiarity: about 0 for a typical recording of a class, below the threshold if unknown. */
  readonly familiarity?: number;
  /**
   * The classes that cannot be excluded, most probable first. For recordings of known classes, the true class
   * is among them with the probability stated in golem.json.
   */
  readonly labelSet?: readonly Label[];
}

/** The varied copies on which a golem was trained, for its document. */
export type AugmentAccount = NonNullable<GolemDocument["augment"]>;

/** A trained golem without its encoder set. */
export interface GolemModel {
  readonly document: GolemDocument;
  readonly training: TrainingDocument;
  /** The encoders whose embeddings it uses, in order. */
  readonly encoders: readonly EncoderInfo[];
  /** The transcriber whose transcripts and decoder vectors it uses; undefined if it uses none. */
  readonly transcriber: TranscriberInfo | undefined;
  /** Heads, weights and vocabulary. */
  readonly classifier: Classifier;
  /** The out-of-distribution detector; undefined if nothing could be held out. */
  readonly familiarity: Familiarity | undefined;
  /** Calibration of its label sets; undefined if nothing could be held out. */
  readonly calibration: LabelCalibration | undefined;
  /** Predicts embedded recordings. */
  predictEmbedded(embeddings: readonly Embedding[]): Prediction[];
  /** Evaluates the golem on labelled recordings; those of its training set are left out and listed. */
  evaluate(recordings: readonly EmbeddedRecording[], skipped?: readonly SkippedRecording[]): Evaluation;
  /** Encodes the golem as files, by name; see `encodeGolem`. */
  encode(): Record<string, Uint8Array>;
}

/** The parts that judge predictions; absent if nothing could be held out. */
type Judgement = Pick<TensorParts, "familiarity" | "calibration">;

/** Input of {@link createGolemModel}. */
interface GolemParts {
  readonly classifier: Classifier;
  readonly labels: readonly string[];
  /** The encoder set that embedded the training recordings. */
  readonly encoderSet: EncoderSetInfo;
  readonly audio: AudioSettings;
  readonly pipeline: AudioDescription;
  readonly createdBy: string;
  readonly name: string;
  readonly places?: readonly string[] | undefined;
  readonly isPublic?: boolean | undefined;
  readonly recordings: readonly EmbeddedRecording[];
  /** By label, recordings that were trained on besides these. */
  readonly unlisted?: ReadonlyMap<string, { readonly count: number; readonly seconds: number }> | undefined;
  /** Accuracy on its own training recordings. */
  readonly trainAccuracy: number;
  readonly evaluation: Evaluation | null;
  /** The contents of training.json. */
  readonly account: TrainingAccount;
  readonly augment?: AugmentAccount | undefined;
  readonly falseAlarms?: FalseAlarmAccount | undefined;
  readonly seed: number;
  readonly judgement: Judgement;
}

/** Creates a golem from the results of training. */
export function createGolemModel(parts: GolemParts): GolemModel {
  const { labels, recordings, audio, unlisted = new Map() } = parts;
  const { fitted, vocabulary } = parts.classifier;
  const { familiarity, calibration } = parts.judgement;
  const encoderSet = pickEncoderSet(fitted, parts.encoderSet);
  const perClass = Object.fromEntries(
    labels.map((label) => [
      label,
      recordings.filter((recording) => recording.label === label).length + (unlisted.get(label)?.count ?? 0),
    ]),
  );
  const synthetic = recordings.filter(({ isSynthetic }) => isSynthetic).length;
  const document = {
    format: "golem",
    formatVersion,
    createdBy: parts.createdBy,
    labels: [...labels],
    encoders: encoderSet.encoders,
    ...(encoderSet.transcriber ? { transcriber: encoderSet.transcriber } : {}),
    audio: {
      sampleRate: audio.sampleRate,
      trim: audio.trim,
      maximumSeconds: audio.maximumSeconds,
      windowSeconds: audio.windowSeconds,
      pipeline: parts.pipeline,
    },
    views: fitted.map(({ view }) => view),
    heads: fitted.map(({ head }) => head.saved.meta),
    ...(familiarity ? { familiarity: describeFamiliarity(familiarity) } : {}),
    ...(calibration ? { labelSets: { level: labelSetLevel } } : {}),
    ...(parts.augment ? { augment: parts.augment } : {}),
    ...(parts.falseAlarms ? { falseAlarms: parts.falseAlarms } : {}),
    seed: parts.seed,
    data: {
      name: parts.name,
      ...(parts.places ? { places: [...parts.places] } : {}),
      ...(parts.isPublic ? { public: true } : {}),
      fingerprint: computeDataFingerprint(recordings, parts.account.unlisted),
      recordings: Object.values(perClass).reduce((sum, count) => sum + count, 0),
      ...(synthetic > 0 ? { synthetic } : {}),
      perClass,
      seconds: [...recordings.map(({ facts }) => facts), ...unlisted.values()].reduce(
        (sum, { seconds }) => sum + seconds,
        0,
      ),
    },
    trainAccuracy: parts.trainAccuracy,
    evaluation: parts.evaluation,
  };
  const training = { formatVersion, ...parts.account };
  // Created from JSON, like a golem read from disk; this ensures that the saved golem can be loaded.
  const classifier = createClassifier(fitted, encoderSet, vocabulary);
  return assemble(JSON.stringify(document), JSON.stringify(training), classifier, parts.judgement);
}

/**
 * Computes the SHA-256 (hex) over the sorted pairs of file hash and label, and the hashes of unlisted
 * recordings; independent of order and file names.
 */
function computeDataFingerprint(
  recordings: readonly { readonly fileHash: string; readonly label: string }[],
  unlisted?: TrainingAccount["unlisted"],
): string {
  const lines = recordings.map(({ fileHash, label }) => JSON.stringify([fileHash, label])).sort();
  if (unlisted) lines.push(unlisted.audioHashes);
  return computeSha256Hex(lines.join("\n"));
}

/** Selects the encoders and transcriber that the views use, and the first encoder, which familiarity uses. */
function pickEncoderSet(
  fitted: readonly FittedView[],
  { encoders, transcriber }: EncoderSetInfo,
): EncoderSetInfo {
  const isUsed = (id: string, asTranscriber: boolean) =>
    fitted.some(({ view }) => view.encoder === id && needsTranscriber(view) === asTranscriber);
  return {
    encoders: encoders.filter(({ id }, i) => i === 0 || isUsed(id, false)),
    ...(transcriber && isUsed(transcriber.id, true) ? { transcriber } : {}),
  };
}

/**
 * Restores a golem from its files; throws `golem-damaged` or `golem-version` for any fault in them, including
 * a file whose hash differs from that in golem.json. Without training.json, which predictions do not need,
 * the golem's lists of recordings are empty.
 */
export function decodeGolemModel(files: {
  readonly document: Uint8Array;
  readonly tensors: Uint8Array;
  readonly training?: Uint8Array | undefined;
  readonly text?: Uint8Array | undefined;
}): GolemModel {
  const text = new TextDecoder();
  const json = text.decode(files.document);
  const document = parseGolemDocument(json);
  const { tensors, training } = files;
  checkFileHashes(
    document.files,
    hashFiles({
      [golemFiles.tensors]: tensors,
      [golemFiles.training]: training,
      [golemFiles.text]: files.text,
    }),
  );
  const vocabulary = files.text && parseTextDocument(text.decode(files.text));
  checkViews(document, vocabulary);
  const parts = unpackTensors(document, decodeSafetensors(tensors));
  const classifier = createClassifier(parts.fitted, document, vocabulary);
  const trainingJson = training ? text.decode(training) : JSON.stringify({ formatVersion, recordings: [] });
  return assemble(json, trainingJson, classifier, parts);
}

function assemble(
  documentJson: string,
  trainingJson: string,
  classifier: Classifier,
  { familiarity, calibration }: Judgement,
): GolemModel {
  const { files: _, ...document } = parseGolemDocument(documentJson);
  const training = parseTrainingDocument(trainingJson);
  const { labels } = document;
  const scoreFamiliarity = familiarity && createFamiliarityScore(familiarity, document);
  const isMisfit = [...training.recordings, ...(training.test ?? [])].some(
    ({ outOfFold, votes = [] }) =>
      (outOfFold && outOfFold.length !== labels.length) || votes.some(([answer]) => answer >= labels.length),
  );
  if (isMisfit) {
    throw createDamagedError(`training.json has predictions that do not fit the ${labels.length} labels`);
  }
  return {
    document,
    training,
    encoders: document.encoders,
    transcriber: document.transcriber,
    classifier,
    familiarity,
    calibration,
    predictEmbedded(embeddings) {
      const { data } = classifier.computeProbabilities(embeddings);
      const familiar = scoreFamiliarity?.(embeddings);
      return embeddings.map((_, row) => {
        const scores = Array.from(data.subarray(row * labels.length, (row + 1) * labels.length));
        const confidence = Math.max(...scores);
        const label = labels[scores.indexOf(confidence)]!;
        const isUnlikeAll = familiar !== undefined && familiar[row]! < familiarity!.threshold;
        return {
          ...{ label, confidence },
          scores: Object.fromEntries(labels.map((name, c) => [name, scores[c]!])),
          unknown: isUnlikeAll || unknownLabels.includes(label),
          ...(familiar ? { familiarity: familiar[row]! } : {}),
          ...(calibration ? { labelSet: computeLabelSet(calibration, scores).map((c) => labels[c]!) } : {}),
        };
      });
    },
    evaluate: (recordings, skipped = []) => {
      const { trained, tested } = matchSources(training.recordings, recordings);
      return evaluateClassifier(
        classifier,
        labels,
        tested,
        { recordings: trained, unlisted: training.unlisted, trainAccuracy: document.trainAccuracy },
        skipped,
      );
    },
    encode() {
      return encodeGolem(this);
    },
  };
}
